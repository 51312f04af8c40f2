"""What changes of a convened meeting without moving it: its place, its video link, its title.

The key of a message that tells a change ends with what its person knew before. Whoever saves again while it
waits finds there what remains to be told, and nothing where all is as it was.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ecpar_portal import french
from meetings.models import Meeting

UPDATED, MOVED = "meeting_updated", "meeting_moved"
# What was typed wrong and is mended at once is told once; not for a meeting that is about to begin.
MENDED_WITHIN = dt.timedelta(minutes=10)
ABOUT_TO_BEGIN = dt.timedelta(hours=2)
# By the name of its field: what a subject says, and what is said where nothing is left of it.
WORDS = {
    "place": ("Nouveau lieu", "Le lieu n’est plus donné."),
    "video_link": ("Nouveau lien de visioconférence", "Il n’y a plus de lien de visioconférence."),
    "title": ("Nouveau titre", "La rencontre n’a plus de titre."),
}
SEVERAL = "Mise à jour"


@dataclass(frozen=True)
class Known:
    """What somebody knows of a meeting and that is so no more: its day where it moved, marks of the rest."""

    day: dt.date | None = None
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def in_key(self) -> str:
        """The end of the key of the message that tells what is so now."""
        marks = ".".join(f"{name}-{mark}" for name, mark in sorted(self.marks.items()))
        return f"{self.day or ''}/{marks}"

    @classmethod
    def read(cls, key: str) -> tuple[int, "Known"]:
        """The person's row, and what they know, of the key of a message; nothing where it does not tell."""
        _, _, pk, _, _, *told = key.split("/")
        day, marks = told if len(told) == 2 else ("", "")
        pairs = (pair.split("-") for pair in marks.split(".") if pair)
        return int(pk), cls(dt.date.fromisoformat(day) if day else None, dict(pairs))


def known_before(before: Meeting, after: Meeting) -> dict[str, str]:
    """The marks of what is no longer as it was; empty where there is nothing to tell."""
    return {
        name: mark_of(getattr(before, name))
        for name in WORDS
        if getattr(before, name) != getattr(after, name)
    }


def changed_since(meeting: Meeting, marks: dict[str, str]) -> dict[str, str]:
    """Leave out of some marks what is again as the person knows it."""
    return {name: mark for name, mark in marks.items() if mark_of(getattr(meeting, name)) != mark}


def mark_of(value: str) -> str:
    """Change with the value, and tell nothing of it."""
    return hashlib.sha256(value.encode()).hexdigest()[:8]


def subject_of(meeting: Meeting, names: Iterable[str]) -> str:
    """What the subject says of a change: « Nouveau lieu »."""
    told = [WORDS[name][0] for name in names if getattr(meeting, name)]
    return told[0] if len(told) == len(list(names)) == 1 else SEVERAL


def sentences_on(meeting: Meeting, names: Iterable[str]) -> Iterator[str]:
    """What is so now, one sentence for each thing that changed."""
    for name in WORDS:
        if name in names:
            word, gone = WORDS[name]
            value: Any = getattr(meeting, name)
            yield f"{word}{french.NBSP}: {value}" if value else gone


def leaves_at(meeting: Meeting) -> dt.datetime:
    """When a change is told: in ten minutes, at once for a meeting that is about to begin."""
    now = timezone.now()
    return now if meeting.begins_at - now < ABOUT_TO_BEGIN else now + MENDED_WITHIN
