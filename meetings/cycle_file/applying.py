"""Writes the records of a cycle's file that a load creates or updates: statements first, then their links.

A link of the file names a place. What stands there is the row just written or, where people have moved or
deleted some since, the one that still says what the file says; where there is none, the link is left out.
"""

from functools import cached_property
from typing import Any

from django.db.models import Max

from chantier.models import Achievement, Chantier, Cycle, Objective
from meetings.cycle_file.links import instant
from meetings.models import Meeting, MeetingObjective, PointAnswer, Reading, SynthesisPoint

Records = dict[str, dict[str, Any]]
Statement = Objective | Achievement | MeetingObjective | SynthesisPoint


class Applying:
    """One load: the records of the file, those of the load before, and the places to create and to update."""

    def __init__(
        self, cycle: Cycle | None, wanted: Records, before: Records, created: set[str], updated: set[str]
    ) -> None:
        self.cycle = cycle
        self.wanted = wanted
        self.before = before
        self.created = created
        self.changed = created | updated
        self.rows: dict[str, Statement | None] = {}

    def run(self) -> Cycle:
        """Write everything; return the cycle."""
        self._write_cycle()
        for place in self._places("objective", "achievement", depth=1):
            self._write_text(place)
        for place in self._places("meeting", depth=1):
            self._write_meeting(place)
        for place in self._places("meeting", depth=3):
            self._write_statement(place)
        for place in self._places("meeting", depth=3):
            self._write_links(place)
        return self.cycle

    def _places(self, *kinds: str, depth: int) -> list[str]:
        found = [place for place in self.wanted if place in self.changed and place.count("/") == depth]
        return [place for place in found if place.startswith(kinds)]

    def _write_cycle(self) -> None:
        slug = self.wanted["chantier"]["slug"]
        if "chantier" in self.changed:
            Chantier.objects.update_or_create(slug=slug, defaults=self.wanted["chantier"])
        if "cycle" in self.changed:
            values = {**self.wanted["cycle"], "chantier": Chantier.objects.get(slug=slug)}
            self.cycle, _ = Cycle.objects.update_or_create(slug=values.pop("slug"), defaults=values)

    def _write_meeting(self, place: str) -> None:
        record = self.wanted[place]
        values = {
            "cycle": self.cycle,
            **{name: record[name] for name in ("date", "title", "place", "state")},
            "starts_at": instant(record["date"], record["start"]),
            "ends_at": instant(record["date"], record["end"]),
        }
        meeting = Meeting.objects.filter(slug=record["slug"]).first()
        when = ("date", "starts_at", "ends_at")
        if meeting and any(getattr(meeting, name) != values[name] for name in when):
            values["sequence"] = meeting.sequence + (meeting.state == Meeting.State.CONVENED)
        Meeting.objects.update_or_create(slug=record["slug"], defaults=values)

    def _write_text(self, place: str) -> Statement:
        """Write the text of a statement: a new row ends its list, an old one is as its place says."""
        siblings, text = self._siblings(place), self.wanted[place]["text"]
        if place in self.created:
            last = siblings.aggregate(last=Max("position"))["last"] or 0
            row = siblings.create(position=last + 1, text=text)
        else:
            row = siblings.all()[self._rank(place)]
            row.text = text
            row.save()
        self.rows[place] = row
        return row

    def _write_statement(self, place: str) -> None:
        row, record = self._write_text(place), self.wanted[place]
        row.reading = record["reading"]
        if isinstance(row, MeetingObjective):
            row.met_in_session = record["met_in_session"]
        row.save()

    def _write_links(self, place: str) -> None:
        row, record = self.rows[place], self.wanted[place]
        if isinstance(row, MeetingObjective):
            aims = [self._find(f"objective/{number}") for number in record["objectives"]]
            row.objectives.set(aim for aim in aims if aim)
            if record["comes_from"] or self._is_own(row.comes_from):
                meeting, _, rank = record["comes_from"].partition("/")
                row.comes_from = self._find(f"meeting/{meeting}/point/{rank}") if meeting else None
        else:
            number = record["became_objective"]
            row.became_objective = self._find(f"objective/{number}") if number else None
            self._write_answers(row, place)
        row.save()

    def _write_answers(self, point: SynthesisPoint, place: str) -> None:
        record, meeting = self.wanted[place], place.rpartition("/point/")[0]
        point.point_answers.all().delete()
        for mark in record["answers"]:
            reading = Reading.CONFIRMED if mark in record["confirmed"] else Reading.PROPOSED
            if objective := self._find(f"{meeting}/objective/{mark}"):
                PointAnswer.objects.create(point=point, objective=objective, reading=reading)

    def _is_own(self, point: SynthesisPoint | None) -> bool:
        """Whether a point is of this cycle: the file says nothing of links to others."""
        return point is not None and point.meeting.cycle_id == self.cycle.pk

    def _find(self, place: str) -> Statement | None:
        """The row that a link means."""
        if place not in self.rows:
            texts = [records[place]["text"] for records in (self.wanted, self.before) if place in records]
            siblings = self._siblings(place)
            self.rows[place] = siblings.filter(text__in=texts).first() if siblings else None
        return self.rows[place]

    def _siblings(self, place: str) -> Any:
        """The list in which a statement stands; None where somebody deleted its meeting."""
        if place.startswith("objective/"):
            return self.cycle.objectives
        if place.startswith("achievement/"):
            return self.cycle.achievements
        _, slug, kind, _ = place.split("/")
        meeting = self._meetings.get(slug)
        return meeting and (meeting.objectives if kind == "objective" else meeting.points)

    def _rank(self, place: str) -> int:
        """The place of a statement in its list, from 0."""
        siblings = place.rpartition("/")[0] + "/"
        return [other for other in self.wanted if other.startswith(siblings)].index(place)

    @cached_property
    def _meetings(self) -> dict[str, Meeting]:
        return {meeting.slug: meeting for meeting in self.cycle.meetings.all()}
