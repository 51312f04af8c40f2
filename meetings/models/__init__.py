"""When we meet, what each meeting set out to do, and what came of it."""

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
    "LoadedCycle",
    "Meeting",
    "MeetingObjective",
    "MeetingQuerySet",
    "PointAnswer",
    "Reading",
    "SynthesisPoint",
    "SynthesisVersion",
]
