"""Search as people type: accents, case, apostrophes, elisions, hyphens, plurals and feminines are forgiven.

Each app registers in `AppConfig.ready` what of it can be found, and gives only what its reader may see. Words
are folded and compared in Python, so that both databases answer alike: docs/decisions/search.md.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ecpar_portal import french
from ecpar_portal.folding import NOTHING, PREFIX, Folded, Word, folded, groups_of, stem, words_of

# Left out of a query that says something else: « la municipalité » finds « les municipalités ».
SMALL = frozenset("le la les l un une des de du d au aux a en et ou par pour sur dans".split())  # noqa: SIM905
QUOTED = re.compile(r'[«"“]([^«»"“”]*)[»"”]')
SPACES = re.compile(r"[^\S\xa0]+")
EXCERPT = 280

# What is asked ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One thing to find: a word, words with hyphens, or a phrase between quotes (`exact`)."""

    words: tuple[str, ...]
    exact: bool = False
    stems: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stems", tuple(map(stem, self.words)))

    @property
    def whole(self) -> str:
        """Its words written in one."""
        return "".join(self.words)

    def hits(self, text: Folded) -> int:
        """How many times a text has it; a word that only begins so counts once."""
        if self.exact:
            return text.words.count(f" {' '.join(self.words)} ")
        found = text.stems.count(f" {' '.join(self.stems)} ")
        return found or self._begun(text)

    def _begun(self, text: Folded) -> int:
        return int(len(self.whole) >= PREFIX and f" {self.whole}" in text.words)

    def spans(self, words: list[Word]) -> Iterator[tuple[int, int]]:
        """Where it stands among the words of a text."""
        size = len(self.words)
        for index, word in enumerate(words):
            run = words[index : index + size]
            if self.exact:
                here = tuple(one.word for one in run) == self.words
            else:
                here = tuple(one.stem for one in run) == self.stems
            if here:
                yield run[0].start, run[-1].end
            elif not self.exact and len(self.whole) >= PREFIX and word.word.startswith(self.whole):
                yield word.start, word.end


@dataclass(frozen=True)
class Query:
    """What a person asks: every term must be found."""

    terms: tuple[Term, ...]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where its terms stand in a text, in order, none over another."""
        words = words_of(text)
        kept: list[tuple[int, int]] = []
        for start, end in sorted(span for term in self.terms for span in term.spans(words)):
            if kept and start < kept[-1][1]:
                kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            else:
                kept.append((start, end))
        return kept


def read(text: str) -> Query:
    """Read what a person typed; what stands between « » or \" \" stays together, in whole words."""
    text = unicodedata.normalize("NFC", text)
    phrases = [Term(words, exact=True) for found in QUOTED.finditer(text) if (words := _words(found[1]))]
    terms = [Term(tuple(word.word for word in group)) for group in groups_of(QUOTED.sub(" ", text))]
    telling = [term for term in terms if term.whole not in SMALL]
    return Query((*phrases, *(telling or ([] if phrases else terms))))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.word for group in groups_of(text) for word in group)


# What can be found --------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """What a person may narrow a search to; `first` puts it before the others."""

    name: str
    label: str
    first: bool = False


class Document(NamedTuple):
    """Something that can be found, with the address where its reader sees it.

    `title` is searched unless it only says where the text stands (`placed`). `cycle` is the key of its cycle;
    `year` is its chantier and the year when its cycle began, told of what belongs to no cycle too.
    """

    kind: str
    title: str
    text: str
    url: str
    where: str
    date: dt.date
    year: tuple[int, int]
    cycle: int | None = None
    placed: bool = False
    state: str = ""


class Source(NamedTuple):
    """Where documents come from: `documents(user)` gives those of these kinds that a person may see.

    In an order of its own, the same on every database, and in a number of queries that does not grow.
    """

    kinds: tuple[Kind, ...]
    documents: Callable[[Any], Iterable[Document]]


_sources: list[Source] = []


def register(*sources: Source) -> None:
    """Make sources known."""
    _sources.extend(sources)


def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return {kind.name: kind for source in _sources for kind in source.kinds}


@dataclass(frozen=True)
class Found:
    """A document in which every term was found; `rank` sorts the best first."""

    kind: Kind
    document: Document
    query: Query
    rank: tuple[int, int, int]

    @property
    def title(self) -> SafeString:
        """Its title, with the words found where the title was searched."""
        return excerpt(self.document.title, Query(()) if self.document.placed else self.query)

    @property
    def excerpt(self) -> SafeString:
        """Its text round the words found."""
        return excerpt(self.document.text, self.query)


def find(
    query: Query, user: Any, *, kind: str = "", among: Callable[[Document], bool] = lambda document: True
) -> list[Found]:
    """What a person may see where every term stands: titles and objectives first, then most hits, newest."""
    chosen = {name: one for name, one in kinds().items() if kind in ("", name)}
    found = [
        Found(chosen[document.kind], document, query, rank)
        for source in _sources
        if not chosen.keys().isdisjoint(one.name for one in source.kinds)
        for document in source.documents(user)
        if document.kind in chosen
        and among(document)
        and (rank := _rank(query, document, chosen[document.kind]))
    ]
    return sorted(found, key=lambda one: one.rank, reverse=True)


def _rank(query: Query, document: Document, kind: Kind) -> tuple[int, int, int] | None:
    text = folded(document.text)
    title = NOTHING if document.placed else folded(document.title)
    in_title = [term.hits(title) for term in query.terms]
    hits = [above + term.hits(text) for above, term in zip(in_title, query.terms, strict=True)]
    if not hits or not all(hits):
        return None
    return 2 if all(in_title) else int(kind.first), sum(hits), document.date.toordinal()


# What is shown ------------------------------------------------------------------------------------------


def excerpt(text: str, query: Query, letters: int = EXCERPT) -> SafeString:
    """A text on one line, or the part of it where the words found begin, each of them marked."""
    text = unicodedata.normalize("NFC", french.typographic(SPACES.sub(" ", text).strip()))
    spans = query.spans(text)
    start, end = _window(text, spans, letters)
    pieces, at = [], start
    for left, right in spans:
        if start <= left and right <= end:
            pieces.append((text[at:left], text[left:right]))
            at = right
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return format_html_join("", "{}", [(part,) for part in (before, marked, text[at:end], after)])


def _window(text: str, spans: list[tuple[int, int]], letters: int) -> tuple[int, int]:
    """Where to begin and to end, between two words."""
    if len(text) <= letters:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = 0 if first < letters // 2 else text.rfind(" ", 0, first - letters // 4) + 1
    start = max(start, first - letters // 2)
    end = text.rfind(" ", start, start + letters) if start + letters < len(text) else len(text)
    longest = max((right for left, right in spans if left == first), default=0)
    return start, max(end, longest, start + 1) if end > start else min(len(text), start + letters)
