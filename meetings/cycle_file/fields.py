"""The fields of the file of a cycle: their kinds, what each refuses, and what it is when it is not given."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chantier.models.organizations import SLUG_PATTERN
from meetings.models import FIRST_DAY, LAST_DAY, Meeting, Reading


@dataclass(frozen=True)
class Field:
    """A field of a table; `refusal` returns why a value is refused, in French, or an empty string."""

    refusal: Callable[[Any], str]
    required: bool = False
    default: Callable[[], Any] = str


def text(most: int = 0, *, slug: bool = False) -> Callable[[Any], str]:
    """A text that is not empty, of at most `most` characters where given."""

    def refusal(value: Any) -> str:
        if not isinstance(value, str):
            return "un texte entre guillemets est attendu."
        if not value.strip():
            return "le texte est vide."
        if "\0" in value:
            return "le texte contient un caractère nul."
        if most and len(value) > most:
            return f"le texte a {len(value)} caractères; {most} au plus."
        if slug and not re.match(SLUG_PATTERN, value):
            return "des lettres minuscules sans accent, des chiffres et des traits d’union sont attendus."
        return ""

    return refusal


def choice(values: list[str]) -> Callable[[Any], str]:
    """One word of a list."""
    return lambda value: "" if value in values else f"un de ces mots est attendu\u00a0: {', '.join(values)}."


def list_of(kind: type, words: str) -> Callable[[Any], str]:
    """A list of values of one kind, none twice."""

    def refusal(value: Any) -> str:
        if not isinstance(value, list) or any(type(item) is not kind for item in value):
            return f"une liste {words} est attendue."
        return "la liste nomme deux fois la même chose." if len(set(value)) < len(value) else ""

    return refusal


def of(kind: type, words: str) -> Callable[[Any], str]:
    """A value of one kind exactly (a date is no datetime, true is no number)."""
    return lambda value: "" if type(value) is kind else f"{words}."


def year(value: Any) -> str:
    """A year that a cycle may start in."""
    if type(value) is int and 2007 <= value <= 2200:
        return ""
    return "une année de 2007 à 2200 est attendue, par exemple 2020."


def day(value: Any) -> str:
    """A day on which the network could meet."""
    if type(value) is not dt.date:
        return "une date sans guillemets est attendue, par exemple 2021-03-09."
    return "" if FIRST_DAY <= value <= LAST_DAY else f"une date de {FIRST_DAY} à {LAST_DAY} est attendue."


TIME = of(dt.time, "une heure sans guillemets est attendue, par exemple 13:30:00")
STATEMENT = Field(text(), required=True)
READING = Field(choice(Reading.values), default=lambda: Reading.PROPOSED.value)

FIELDS: dict[str, dict[str, Field]] = {
    "chantier": {
        "slug": Field(text(60, slug=True), required=True),
        "name": Field(text(80), required=True),
        "presentation": STATEMENT,
    },
    "cycle": {
        "slug": Field(text(80, slug=True), required=True),
        "starting_year": Field(year, required=True, default=lambda: None),
        "network_presentation": Field(text()),
    },
    "objective": {"text": STATEMENT},
    "achievement": {"text": STATEMENT},
    "meeting": {
        "date": Field(day, required=True, default=lambda: None),
        "slug": Field(text(20, slug=True)),
        "start": Field(TIME, default=lambda: None),
        "end": Field(TIME, default=lambda: None),
        "title": Field(text(160)),
        "place": Field(text(160)),
        "state": Field(choice(Meeting.State.values), required=True),
    },
    "meeting.objective": {
        "text": STATEMENT,
        "objectives": Field(list_of(int, "de numéros d’objectifs du cycle"), default=list),
        "met_in_session": Field(of(bool, "true ou false est attendu"), default=bool),
        "comes_from": Field(text(40)),
        "reading": READING,
    },
    "meeting.point": {
        "text": STATEMENT,
        "answers": Field(list_of(str, "de lettres d’objectifs"), default=list),
        "confirmed": Field(list_of(str, "de lettres d’objectifs"), default=list),
        "became_objective": Field(of(int, "un numéro d’objectif du cycle est attendu"), default=lambda: None),
        "reading": READING,
    },
}
