"""What is new for a person; each app registers what it knows, in `AppConfig.ready`."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Item:
    """Something new: what it is called, the path of its page, when it came."""

    title: str
    path: str
    at: dt.datetime


@dataclass(frozen=True)
class Source:
    """Where news comes from, and its heading.

    `find(user, since, until)` gives what came after `since`, until `until` included, of what the person may
    see now and did not come before they joined.
    """

    label: str
    find: Callable[[Any, dt.datetime, dt.datetime], Iterable[Item]]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known; its label is the heading of its items."""
    _sources[source.label] = source


def news_for(user: Any, since: dt.datetime, until: dt.datetime) -> list[tuple[str, list[Item]]]:
    """What is new for a person, by heading, the latest first; headings without news are left out."""
    found = (
        (source.label, sorted(source.find(user, since, until), key=lambda item: item.at, reverse=True))
        for source in _sources.values()
    )
    return [(label, items) for label, items in found if items]
