"""Describes a cycle of the database in the words of its file."""

import datetime as dt
from typing import Any

from django.db.models import Prefetch

from chantier.models import Cycle
from ecpar_portal.french import local
from meetings.models import Meeting, MeetingObjective, Reading, SynthesisPoint
from meetings.path import letter

Content = dict[str, Any]


def content_of(cycle: Cycle) -> Content:
    """Return what the file of this cycle would hold, every optional field present."""
    objectives = MeetingObjective.objects.select_related("comes_from__meeting").prefetch_related("objectives")
    points = SynthesisPoint.objects.prefetch_related("point_answers")
    meetings = list(
        cycle.meetings.prefetch_related(Prefetch("objectives", objectives), Prefetch("points", points))
    )
    aims = {objective.pk: rank for rank, objective in enumerate(cycle.objectives.all(), start=1)}
    ranks = {
        point.pk: f"{meeting.slug}/{rank}"
        for meeting in meetings
        for rank, point in enumerate(meeting.points.all(), start=1)
    }
    return {
        "chantier": fields(cycle.chantier, "slug", "name", "presentation"),
        "cycle": fields(cycle, "slug", "starting_year", "network_presentation"),
        "objective": [fields(item, "text") for item in cycle.objectives.all()],
        "achievement": [fields(item, "text") for item in cycle.achievements.all()],
        "meeting": [_meeting(meeting, aims, ranks) for meeting in meetings],
    }


def fields(item: Any, *names: str) -> Content:
    """The named fields of an object."""
    return {name: getattr(item, name) for name in names}


def _meeting(meeting: Meeting, aims: dict[int, int], ranks: dict[int, str]) -> Content:
    letters = {item.pk: letter(index) for index, item in enumerate(meeting.objectives.all())}
    return {
        "date": meeting.date,
        "slug": meeting.slug,
        "start": _hour(meeting.starts_at),
        "end": _hour(meeting.ends_at),
        "title": meeting.title,
        "place": meeting.place,
        "state": meeting.state,
        "objective": [_objective(item, aims, ranks) for item in meeting.objectives.all()],
        "point": [_point(item, aims, letters) for item in meeting.points.all()],
    }


def _hour(moment: dt.datetime | None) -> dt.time | None:
    return local(moment).time() if moment else None


def _objective(item: MeetingObjective, aims: dict[int, int], ranks: dict[int, str]) -> Content:
    return {
        "text": item.text,
        "objectives": sorted(aims[aim.pk] for aim in item.objectives.all() if aim.pk in aims),
        "met_in_session": item.met_in_session,
        "comes_from": ranks.get(item.comes_from_id, ""),
        "reading": item.reading,
    }


def _point(item: SynthesisPoint, aims: dict[int, int], letters: dict[int, str]) -> Content:
    answers = {letters[link.objective_id]: link.reading for link in item.point_answers.all()}
    ordered = [mark for mark in letters.values() if mark in answers]
    return {
        "text": item.text,
        "answers": ordered,
        "confirmed": [mark for mark in ordered if answers[mark] == Reading.CONFIRMED],
        "became_objective": aims.get(item.became_objective_id),
        "reading": item.reading,
    }
