"""When we meet, what each meeting set out to do, and what came of it."""

from meetings.models.agenda import AgendaLine, MeetingDocument, total_of
from meetings.models.convocations import Convocation, MeetingGuest, Reminding
from meetings.models.feeds import CalendarFeed
from meetings.models.loaded import LoadedCycle
from meetings.models.meetings import (
    FIRST_DAY,
    LAST_DAY,
    Meeting,
    MeetingObjective,
    MeetingQuerySet,
    PointAnswer,
    Reading,
    SynthesisPoint,
)
from meetings.models.versions import SynthesisVersion

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "AgendaLine",
    "CalendarFeed",
    "Convocation",
    "LoadedCycle",
    "Meeting",
    "MeetingDocument",
    "MeetingGuest",
    "MeetingObjective",
    "MeetingQuerySet",
    "PointAnswer",
    "Reading",
    "Reminding",
    "SynthesisPoint",
    "SynthesisVersion",
    "total_of",
]
