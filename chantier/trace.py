"""Write down what happens, in the transaction of what happens; each app registers the words of its events."""

import datetime as dt
import re
from typing import Any

from django.db import models

from chantier.models.trace import TraceEntry
from ecpar_portal import french

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_labels: dict[str, str] = {}
_words: dict[str, str] = {}


def register(**labels: str) -> None:
    """Make events known, each with what people read: `register(published="Synthèse publiée")`."""
    _labels.update(labels)


def register_words(**words: str) -> None:
    """Make known how people read what stands in a detail: `register_words(role="rôle", reader="lecture")`."""
    _words.update(words)


def label_of(event: str) -> str:
    """What people read; the name itself for one that no app registers any more."""
    return _labels.get(event, event)


def facts_of(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a detail as people read them; the name itself for one that no app registers."""
    return [(_words.get(name, name), _in_words(value)) for name, value in detail.items()]


def _in_words(value: Any) -> str:
    """A fact in words: « 9 mars 2021 », « oui », « non donné »."""
    if isinstance(value, list):
        return french.enumeration([_in_words(item) for item in value])
    if value is None or value == "":
        return "non donné"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if DAY.fullmatch(str(value)):
        return french.long_date(dt.date.fromisoformat(value))
    return _words.get(str(value), str(value))


def labels() -> dict[str, str]:
    """Every event, by what people read."""
    return dict(sorted(_labels.items(), key=lambda item: item[1]))


def record(event: str, *, by: Any, on: models.Model | None = None, **detail: Any) -> TraceEntry:
    """Write an event in the caller's transaction; `by` is None where the portal itself did it.

    `detail` holds no name, address or text that somebody wrote. Raises KeyError for an event that no app
    registers.
    """
    _labels[event]
    return TraceEntry.objects.create(
        event=event,
        by_id=by.pk if by is not None and by.is_authenticated else None,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        detail=detail,
    )
