"""Write down what happens, in the transaction of what happens; each app registers the words of its events."""

from typing import Any

from django.db import models

from chantier.models.trace import TraceEntry

_labels: dict[str, str] = {}


def register(**labels: str) -> None:
    """Make events known, each with what people read: `register(published="Synthèse publiée")`."""
    _labels.update(labels)


def label_of(event: str) -> str:
    """What people read; the name itself for one that no app registers any more."""
    return _labels.get(event, event)


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
