"""Two people wrote on one page: what stands now and what somebody wrote, part by part, and what is kept.

The page that is sent tells, in `base`, the mark of each part as the person found it. It decides nothing but
which of the two is ticked beforehand: what only one of the two changed.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import QueryDict

from chantier.models import TraceEntry
from ecpar_portal import french
from meetings.forms.page import Page
from meetings.forms.parts import Part
from meetings.forms.rows import keys_in
from meetings.models import Meeting

NOW, MINE = "now", "mine"
CHOICE = "choice-"
# What belongs to the page and not to the meeting.
OF_THE_PAGE = ("csrfmiddlewaretoken", "do", "revision", "state", "base", "merge", "lost")


@dataclass
class Difference:
    """A part that is not the same: None where one of the two does not have it."""

    key: str
    group: str
    label: str
    now: str | None
    mine: str | None
    chosen: str = ""
    told: TraceEntry | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """The name of the choice."""
        return CHOICE + self.key


def parts_of(page: Page) -> dict[str, Part]:
    """The parts of a page, in the order in which it shows them."""
    return {part.key: part for part in page.parts()}


def base_of(page: Page) -> str:
    """The marks of a page, as its form carries them."""
    return json.dumps({key: part.mark for key, part in parts_of(page).items()})


def marks_in(data: QueryDict) -> dict[str, str]:
    """The marks that a page carried; none where they cannot be read."""
    try:
        marks = json.loads(data.get("base", ""))
    except ValueError:
        return {}
    return marks if isinstance(marks, dict) else {}


def differences(now: Page, mine: Page, base: dict[str, str] | None = None) -> list[Difference]:
    """What is not the same on two pages of one meeting."""
    standing, written = parts_of(now), parts_of(mine)
    found = []
    for key in dict.fromkeys([*standing, *written]):
        there, here = standing.get(key), written.get(key)
        if there and here and there.mark == here.mark:
            continue
        part = there or here
        difference = Difference(key, part.group, part.label, there and there.words, here and here.words)
        if base:
            found_there = base.get(key, "")
            only_theirs = (here.mark if here else "") == found_there
            only_mine = (there.mark if there else "") == found_there
            difference.chosen = NOW if only_theirs else MINE if only_mine else ""
        found.append(difference)
    return [*found, *_orders(now, mine)]


def _orders(now: Page, mine: Page) -> Iterator[Difference]:
    for there, here in zip(now.lists, mine.lists, strict=True):
        common = set(there.keys) & set(here.keys)
        orders = [[row for row in rows if row.key in common] for rows in (there, here)]
        if [row.key for row in orders[0]] != [row.key for row in orders[1]]:
            label = f"Ordre{french.NBSP}: {there.what.lower()}"
            words = ["\n".join(french.shortened(row.words, 60) for row in rows) for rows in orders]
            yield Difference(f"{there.prefix}-order", there.prefix, label, *words)


def choose(found: Iterable[Difference], data: QueryDict) -> bool:
    """Take the choices that a page sent; return whether each difference has one."""
    whole = True
    for difference in found:
        choice = data.get(difference.name)
        difference.chosen = choice if choice in (NOW, MINE) else ""
        if not difference.chosen:
            difference.error, whole = "Choisissez ce que vous gardez.", False
    return whole


def merged(found: Iterable[Difference], now: Page, mine: QueryDict) -> QueryDict:
    """What somebody wrote, but for the parts where what stands now is kept."""
    data, standing = mine.copy(), parts_of(now)
    for difference in found:
        if difference.chosen == NOW:
            _keep(difference, standing.get(difference.key), now, data)
    return data


def _keep(difference: Difference, part: Part | None, now: Page, data: QueryDict) -> None:
    prefix, _, key = difference.key.partition("-")
    if difference.key == f"{prefix}-order":
        _reorder(prefix, keys_of(now, prefix), data)
        return
    for name, values in (part.values if part else {}).items():
        data.setlist(name, values)
    if prefix in (rows.prefix for rows in now.lists):
        keys = keys_in(data, prefix)
        if part is None:
            keys = [kept for kept in keys if kept != key]
        elif key not in keys:
            keys.append(key)
        data.setlist(f"{prefix}-row", keys)


def keys_of(page: Page, prefix: str) -> list[str]:
    """The keys of the rows of a list, in order."""
    return next(rows.keys for rows in page.lists if rows.prefix == prefix)


def _reorder(prefix: str, order: list[str], data: QueryDict) -> None:
    """Put the rows that stand now in their order, each new one after the row that it follows."""
    keys = keys_in(data, prefix)
    places = iter([key for key in order if key in keys])
    data.setlist(f"{prefix}-row", [next(places) if key in order else key for key in keys])


def tell(found: list[Difference], meeting: Meeting, revision: int, event: str = "prepared") -> None:
    """Say who last wrote each part since the page was opened, where the trace knows by its `event`."""
    if not found:
        return
    entries = TraceEntry.objects.on(meeting).filter(event=event).with_people()[:50]
    since = [entry for entry in entries if entry.detail.get("revision", 0) > revision]
    for difference in found:
        groups = (entry for entry in since if difference.group in entry.detail.get("changed", []))
        difference.told = next(groups, None)


def carried(data: QueryDict) -> list[tuple[str, str]]:
    """What the page of comparison carries along, so that nothing that was typed is lost."""
    return [
        (name, value)
        for name, values in data.lists()
        if name not in OF_THE_PAGE and not name.startswith(CHOICE)
        for value in values
    ]
