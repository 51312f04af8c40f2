"""The kinds of files that the portal can make; each app registers its own in `AppConfig.ready`.

A row stores a kind and an object's id, never a dotted path, and access is asked again at each download.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    `may_download(user)` gives the objects whose file a person may have; `content_key(obj)` changes with
    everything that the file shows; `render(obj)` returns its bytes and runs in a worker only; `title(obj)`
    and `filename(obj)` are what people read. `asked(obj, by)` leaves the trace of a person's first request,
    in its transaction. One that tells of a person is kept `kept_days` instead of `REPORT_KEPT_DAYS`.
    """

    name: str
    model: type[Model]
    may_download: Callable[[Any], QuerySet]
    content_key: Callable[[Any], str]
    render: Callable[[Any], bytes]
    title: Callable[[Any], str]
    filename: Callable[[Any], str]
    asked: Callable[[Any, Any], object]
    content_type: str = "application/pdf"
    kept_days: int | None = None

    @property
    def days(self) -> int:
        """How many days a file is kept since it was last asked for."""
        return settings.REPORT_KEPT_DAYS if self.kept_days is None else self.kept_days


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """Return a kind by its name; raises KeyError for one that no app registers any more."""
    return _kinds[name]


def kinds() -> list[Kind]:
    """Return every kind."""
    return list(_kinds.values())
