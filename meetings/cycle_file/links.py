"""Checks what the tables of a cycle's file say of each other: slugs, hours, links between statements."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from ecpar_portal.french import NBSP
from meetings.path import letter


def instant(day: dt.date, hour: dt.time | None) -> dt.datetime | None:
    """The instant of a local hour, in UTC; None without an hour. Of an hour that comes twice, the first."""
    if hour is None:
        return None
    return dt.datetime.combine(day, hour, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)


def check_links(content: dict[str, Any]) -> Iterator[str]:
    """Yield what does not hold together."""
    slugs = Counter(meeting["slug"] for meeting in content["meeting"])
    for slug, times in slugs.items():
        if times > 1:
            yield f"rencontre {slug}{NBSP}: donnée {times} fois; donnez à l’autre un «{NBSP}slug{NBSP}»."
    yield from _became(content)
    seen: dict[str, int] = {}
    for meeting in sorted(content["meeting"], key=lambda meeting: meeting["date"]):
        place = f"rencontre du {meeting['date']}"
        yield from _hours(meeting, place)
        yield from _objectives(meeting, place, len(content["objective"]), seen)
        yield from _points(meeting, place)
        seen[meeting["slug"]] = len(meeting["point"])


def _became(content: dict[str, Any]) -> Iterator[str]:
    known, taken = len(content["objective"]), set()
    for meeting in content["meeting"]:
        for rank, point in enumerate(meeting["point"], start=1):
            place = (
                f"rencontre du {meeting['date']}, point {rank}, champ «{NBSP}became_objective{NBSP}»{NBSP}:"
            )
            number = point["became_objective"]
            if number is None:
                continue
            if not 1 <= number <= known:
                yield f"{place} le cycle n’a pas d’objectif {number}."
            elif number in taken:
                yield f"{place} un autre point est déjà devenu l’objectif {number}."
            taken.add(number)


def _hours(meeting: dict[str, Any], place: str) -> Iterator[str]:
    for name in ("start", "end"):
        moment = instant(meeting["date"], meeting[name])
        if moment and moment.astimezone(ZoneInfo(settings.TIME_ZONE)).time() != meeting[name]:
            field = f"{place}, champ «{NBSP}{name}{NBSP}»"
            yield f"{field}{NBSP}: cette heure n’existe pas ce jour-là (heure d’été)."
    if meeting["end"] and (not meeting["start"] or meeting["end"] <= meeting["start"]):
        yield f"{place}, champ «{NBSP}end{NBSP}»{NBSP}: la fin vient après le début."


def _objectives(meeting: dict[str, Any], place: str, known: int, seen: dict[str, int]) -> Iterator[str]:
    for index, objective in enumerate(meeting["objective"]):
        here = f"{place}, objectif {letter(index)}, champ"
        for number in objective["objectives"]:
            if not 1 <= number <= known:
                yield f"{here} «{NBSP}objectives{NBSP}»{NBSP}: le cycle n’a pas d’objectif {number}."
        if origin := objective["comes_from"]:
            slug, _, rank = origin.partition("/")
            if slug not in seen or not rank.isdecimal() or not 1 <= int(rank) <= seen[slug]:
                yield (
                    f"{here} «{NBSP}comes_from{NBSP}»{NBSP}: «{NBSP}{origin}{NBSP}» n’est pas un point d’une "
                    "rencontre antérieure du cycle (par exemple «\u00a02021-03-09/2\u00a0»)."
                )


def _points(meeting: dict[str, Any], place: str) -> Iterator[str]:
    letters = [letter(index) for index in range(len(meeting["objective"]))]
    for rank, point in enumerate(meeting["point"], start=1):
        here = f"{place}, point {rank}, champ"
        for mark in point["answers"]:
            if mark not in letters:
                yield f"{here} «{NBSP}answers{NBSP}»{NBSP}: la rencontre n’a pas d’objectif {mark}."
        for mark in point["confirmed"]:
            if mark not in point["answers"]:
                yield f"{here} «{NBSP}confirmed{NBSP}»{NBSP}: {mark} n’est pas dans «{NBSP}answers{NBSP}»."
