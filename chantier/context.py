"""What the header of every page shows: the chantiers of the person, and the one they are in."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from chantier.models import Chantier

SESSION_KEY = "chantier"


class Header:
    """The chantiers of the person behind a request, asked of the database only where they are shown."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def chantiers(self) -> list[Chantier]:
        """The chantiers that the person may see, the real ones first."""
        return self.request.user.chantiers if self.request.user.is_authenticated else []

    @cached_property
    def current(self) -> Chantier | None:
        """The chantier that the person chose, or their first one."""
        chosen = self.request.session.get(SESSION_KEY)
        first = self.chantiers[0] if self.chantiers else None
        return next((chantier for chantier in self.chantiers if chantier.pk == chosen), first)


def header_of(request: HttpRequest) -> Header:
    """Return the header of a request, the same one for its view and its templates."""
    if not hasattr(request, "portal_header"):
        request.portal_header = Header(request)
    return request.portal_header


def header(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the header."""
    return {"header": header_of(request)}
