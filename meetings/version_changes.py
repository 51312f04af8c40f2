"""What changed from one version of a synthesis to the next, point by point."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from meetings.path import letter

Content = dict[str, Any]
WORD = re.compile(r"\s+|\w+|[^\w\s]")
SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
WORDS = {ADDED: "Ajouté", REMOVED: "Retiré", CHANGED: "Changé", SAME: "Inchangé"}


@dataclass(frozen=True)
class Piece:
    """Some words: kept, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """What became of a point: its marks before and after, its words, what it answers where that changed."""

    kind: str
    before: str
    after: str
    pieces: list[Piece]
    answered: str = ""
    answers: str = ""

    @property
    def label(self) -> str:
        """« Ajouté », « Changé », « Déplacé »."""
        if self.kind == SAME and self.before != self.after:
            return "Déplacé"
        return WORDS[self.kind]

    @property
    def is_news(self) -> bool:
        """Whether something changed."""
        return self.kind != SAME or self.before != self.after


def between(before: Content, after: Content) -> list[Change]:
    """The points of two versions, in the order of the later one; those that went stand where they were."""
    old = {item["id"]: (str(rank), item) for rank, item in enumerate(before["points"], 1)}
    new = {item["id"]: (str(rank), item) for rank, item in enumerate(after["points"], 1)}
    found = [_change(old.get(pk), (rank, item), before, after) for pk, (rank, item) in new.items()]
    for pk, (rank, item) in old.items():
        if pk not in new:
            gone = Change(REMOVED, rank, "", [Piece(REMOVED, item["text"])])
            found.insert(min(int(rank) - 1, len(found)), gone)
    return found


def _change(
    old: tuple[str, Content] | None, new: tuple[str, Content], before: Content, after: Content
) -> Change:
    rank, item = new
    if old is None:
        return Change(ADDED, "", rank, [Piece(ADDED, item["text"])], "", _marks(item, after))
    was, there = old
    answered, answers = _marks(there, before), _marks(item, after)
    if there["text"] == item["text"] and answered == answers:
        return Change(SAME, was, rank, [Piece(SAME, item["text"])])
    links = (answered, answers) if answered != answers else ("", "")
    return Change(CHANGED, was, rank, list(pieces(there["text"], item["text"])), *links)


def _marks(item: Content, content: Content) -> str:
    """The letters of the objectives that a point answers; « aucun objectif » where there is none."""
    letters = {objective["id"]: letter(index) for index, objective in enumerate(content["objectives"])}
    marks = sorted(letters[answer["id"]] for answer in item["answers"] if answer["id"] in letters)
    return ", ".join(marks) or "aucun objectif"


def pieces(before: str, after: str) -> Iterator[Piece]:
    """The words of two texts, those that stay told once."""
    old, new = WORD.findall(before), WORD.findall(after)
    for gesture, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if gesture == "equal":
            yield Piece(SAME, "".join(old[a:b]))
            continue
        if b > a:
            yield Piece(REMOVED, "".join(old[a:b]))
        if d > c:
            yield Piece(ADDED, "".join(new[c:d]))
