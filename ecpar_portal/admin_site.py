"""The coordinator's admin: Django's own, in the portal's words and colours."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDictKeyError

from ecpar_portal import health
from ecpar_portal.french import NBSP

logger = logging.getLogger(__name__)

# What Django's own lists and forms raise on parameters that none of their pages sends: a NUL, a word or a
# number of twenty digits in place of a key, a field that does not exist.
NOT_UNDERSTOOD = (
    ValueError,
    ValidationError,
    OverflowError,
    DataError,
    FieldDoesNotExist,
    MultiValueDictKeyError,
)

# What a coordinator opens most comes first.
ORDER = ["meetings", "chantier", "reports"]


class PortalAdminSite(AdminSite):
    """Open to coordinators only; one signs in on the portal's own page, with its limits."""

    site_header = site_title = "Coordination du portail"
    index_title = "Ce que vous tenez"
    site_url = "/"
    empty_value_display = "–"
    enable_nav_sidebar = False  # a dozen lists: their index is enough, and the pages need the room

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person runs the chantiers, with more than a password."""
        user = request.user
        return user.is_authenticated and user.is_coordinator and not user.lacks_second_factor

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable:
        """Refuse at once who is signed in and may not come in; answer 400 to what makes no sense.

        Django would offer to sign in again to the former, and fail (500) on the latter.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def refused_or_guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            try:
                answer = guarded(request, *args, **kwargs)
                # Drawn here rather than later: some of it asks the database about what was sent.
                return answer.render() if isinstance(answer, TemplateResponse) else answer
            except NOT_UNDERSTOOD as error:
                # With its trace: a fault of ours would come out here too.
                logger.warning("admin: answered 400 to %s", type(error).__name__, exc_info=True)
                raise BadRequest from error

        return refused_or_guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the portal's sign-in page; refuse who is signed in already and may not come in."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        after = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(after)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The lists, below what does not work at this moment."""
        wrong = [f"{health.LABELS[name]}{NBSP}: {why}" for name, why in health.problems().items() if why]
        return super().index(request, {**(extra_context or {}), "problems": wrong})

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the portal's own page, where each person changes their password."""
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the portal's own page."""
        return redirect("account_logout")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The apps, those of the coordinator's days first."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else 9)
