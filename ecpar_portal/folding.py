"""French words as they are compared: case, accents, elisions, hyphens, plurals and feminines are forgiven.

No stemmer of a library: docs/decisions/search.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

# What a word is not made of: spaces, punctuation, signs of ASCII and Latin-1, invisible marks of direction.
# All the rest is, whatever the script: letters with their marks, digits, emoji.
BETWEEN = (
    r"\x00-\x20!-/:-@\[-`{-\xa9\xab-\xb1\xb4-\xb8\xbb\xbf\xd7\xf7\u02bc\u061c\u2000-\u206f\u3000-\u3003\ufeff"
)
WORD = re.compile(f"[^{BETWEEN}]+")
APOSTROPHE = re.compile("['’ʼ`´]")
HYPHENS = "-\u2010\u2011"
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
ELIDED = frozenset("l d qu n s j m t c lorsqu puisqu jusqu quoiqu".split())  # noqa: SIM905
PREFIX = 3  # a word of fewer letters is compared whole

IRREGULAR = {"travaux": "travail", "baux": "bail", "nouveau": "nouvel", "nouveaux": "nouvel", "yeux": "oeil"}
PLURALS = (
    ("yaux", "yau"),
    ("eaux", "eau"),
    ("aux", "al"),
    ("oux", "ou"),
    ("eux", "eu"),
    ("ss", "ss"),
    ("s", ""),
)
FEMININES = (
    *(("trice", "teu"), ("euse", "eu"), ("elle", "el"), ("enne", "en"), ("onne", "on"), ("ette", "et")),
    *(("ive", "if"), ("que", "c"), ("ee", ""), ("e", "")),
)
TEXTS_KEPT, WORDS_KEPT = 20_000, 50_000


class Word(NamedTuple):
    """A word of a text: where it stands, how it is folded, and what its forms share."""

    start: int
    end: int
    word: str
    stem: str


BREAK = Word(0, 0, "", "")


class Folded(NamedTuple):
    """A text as it is compared: its words, then their stems, each between spaces."""

    words: str
    stems: str


NOTHING = Folded("", "")


@lru_cache(maxsize=WORDS_KEPT)
def fold(word: str) -> str:
    """« Œuvre » gives « oeuvre »: case, accents and ligatures are left out."""
    apart = unicodedata.normalize("NFKD", word.casefold().translate(LIGATURES))
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")


@lru_cache(maxsize=WORDS_KEPT)
def stem(word: str) -> str:
    """What singular and plural, masculine and feminine of a folded word share: never shown, only compared."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    word = _instead(word, PLURALS)
    if word.endswith("eur") and len(word) > 5:  # acheteur, acheteuse
        return word[:-1]
    feminine = _instead(word, FEMININES)
    return feminine if feminine == word else _instead(feminine, (("s", ""),))  # compris, comprise


def _instead(word: str, endings: Iterable[tuple[str, str]]) -> str:
    for ending, other in endings:
        if word.endswith(ending):
            return word[: -len(ending)] + other if len(word) > PREFIX else word
    return word


def groups_of(text: str) -> Iterator[list[Word]]:
    """The words of a text in order, those that hyphens hold together in one list; without what is elided."""
    group: list[Word] = []
    for found in WORD.finditer(text):
        start, end = found.span()
        word = fold(found[0])
        if not word or (word in ELIDED and APOSTROPHE.match(text, end)):
            continue
        if group and not (group[-1].end == start - 1 and text[start - 1] in HYPHENS):
            yield group
            group = []
        group.append(Word(start, end, word, stem(word)))
    if group:
        yield group


def words_of(text: str) -> list[Word]:
    """The words of a text in order; then, after an empty one, each group with hyphens in one word."""
    groups = list(groups_of(text))
    whole = ["".join(word.word for word in group) for group in groups]
    joined = [
        Word(group[0].start, group[-1].end, word, stem(word))
        for group, word in zip(groups, whole, strict=True)
        if len(group) > 1
    ]
    return [*(word for group in groups for word in group), *([BREAK, *joined] if joined else [])]


@lru_cache(maxsize=TEXTS_KEPT)
def folded(text: str) -> Folded:
    """A text as it is compared, kept for the next search."""
    words = words_of(unicodedata.normalize("NFC", text))
    return Folded(f" {' '.join(w.word for w in words)} ", f" {' '.join(w.stem for w in words)} ")
