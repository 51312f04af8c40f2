"""When we meet, what each meeting set out to do, and what came of it."""

from meetings.models.activities import Activity
from meetings.models.agenda import AgendaLine, MeetingDocument, total_of
from meetings.models.commitments import Commitment
from meetings.models.convocations import Convocation, MeetingGuest, Reminding
from meetings.models.exchange import Obstacle, Question, Reply, Solution, Theme, Trial
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
from meetings.models.reviews import Compilation, PointComment, Review, SynthesisDraft
from meetings.models.room import Attendance, Need, NeedSupport
from meetings.models.versions import SynthesisVersion

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "Activity",
    "AgendaLine",
    "Attendance",
    "CalendarFeed",
    "Commitment",
    "Compilation",
    "Convocation",
    "LoadedCycle",
    "Meeting",
    "MeetingDocument",
    "MeetingGuest",
    "MeetingObjective",
    "MeetingQuerySet",
    "Need",
    "NeedSupport",
    "Obstacle",
    "PointAnswer",
    "PointComment",
    "Question",
    "Reading",
    "Reminding",
    "Reply",
    "Review",
    "Solution",
    "SynthesisDraft",
    "SynthesisPoint",
    "SynthesisVersion",
    "Theme",
    "Trial",
    "total_of",
]
