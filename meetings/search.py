"""What of meetings can be found: their titles, what they set out to do, what came of it, and their documents.

Members find what a published version says; coordinators find what stands at the desk too, told as a draft,
and what a version still says that its draft no longer does.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse

from chantier.access import is_coordinator
from chantier.models import Cycle
from ecpar_portal import french
from ecpar_portal.search import Document, Kind, Source, register
from meetings import thread_search
from meetings.access import may_download_document
from meetings.models import AgendaLine, Meeting, MeetingObjective, SynthesisPoint
from meetings.path import anchor, letter

MEETINGS = Kind("rencontres", "Rencontres")
OBJECTIVES = Kind("objectifs-de-rencontre", "Objectifs de rencontre", first=True)
POINTS = Kind("syntheses", "Points de synthèse")
DOCUMENTS = Kind("documents", "Documents")
DRAFT = "brouillon"
SHOWN_STATES = (Meeting.State.DRAFT, Meeting.State.CANCELLED)
NAMES = {OBJECTIVES: "objectives", POINTS: "points"}  # in the content of a version
Texts = dict[int, list[str]]


def sources() -> None:
    """Make known what can be found of meetings."""
    register(Source((MEETINGS, OBJECTIVES, POINTS), of_meetings), Source((DOCUMENTS,), of_documents))
    thread_search.sources()


def of_meetings(user: Any) -> Iterator[Document]:
    """The meetings that a person sees, each with its statements as they read them.

    Texts are read without making objects of them: ten times faster where there are thousands.
    """
    coordinates = is_coordinator(user)
    seen = Meeting.objects.visible_to(user)
    frozen = Q(meeting__state=Meeting.State.PUBLISHED, meeting__current_version__isnull=False)
    objectives = MeetingObjective.objects.filter(meeting__in=seen)
    points = SynthesisPoint.objects.filter(meeting__in=seen)
    if not coordinates:  # what a version froze is read from it, what is not published by nobody else
        objectives = objectives.exclude(frozen)
        points = points.filter(meeting__state=Meeting.State.PUBLISHED, meeting__current_version=None)
    standing = {OBJECTIVES: texts_of(objectives), POINTS: texts_of(points)}
    agendas = texts_of(AgendaLine.objects.filter(meeting__in=seen))
    cycles = Cycle.objects.visible_to(user).select_related("chantier").in_bulk()
    for meeting in seen.select_related("current_version").order_by("date", "pk"):
        cycle = cycles[meeting.cycle_id]
        yield _meeting(meeting, agendas[meeting.pk], cycle)
        year = (cycle.chantier_id, cycle.starting_year)
        for one in _statements(
            meeting, {kind: texts[meeting.pk] for kind, texts in standing.items()}, coordinates
        ):
            place = (str(cycle), meeting.date, year, cycle.pk)
            yield Document(one.kind.name, one.title, one.text, one.url, *place, placed=True, state=one.state)


def texts_of(rows: QuerySet) -> Texts:
    """What statements say, in order, by the key of their meeting."""
    found: Texts = defaultdict(list)
    for meeting, text in rows.order_by("meeting", "position", "pk").values_list("meeting", "text"):
        found[meeting].append(text)
    return found


def of_documents(user: Any) -> Iterator[Document]:
    """The documents of the meetings that a person sees, by their names."""
    rows = may_download_document(user).select_related("meeting__cycle__chantier").order_by("added_at", "pk")
    for row in rows:
        meeting, cycle = row.meeting, row.meeting.cycle
        yield Document(
            kind=DOCUMENTS.name,
            title=row.name,
            text="",
            url=f"{meeting.get_absolute_url()}#documents",
            where=f"{meeting}, {cycle}",
            date=meeting.date,
            year=(cycle.chantier_id, cycle.starting_year),
            cycle=cycle.pk,
            state=DRAFT if meeting.state == Meeting.State.DRAFT else "",
        )


def _meeting(meeting: Meeting, agenda: list[str], cycle: Cycle) -> Document:
    day = french.long_date(meeting.date) if meeting.title else ""
    return Document(
        kind=MEETINGS.name,
        title=str(meeting),
        text=" · ".join(filter(None, [day, meeting.place, *agenda])),
        url=meeting.get_absolute_url(),
        where=str(cycle),
        date=meeting.date,
        year=(cycle.chantier_id, cycle.starting_year),
        cycle=cycle.pk,
        state=meeting.get_state_display() if meeting.state in SHOWN_STATES else "",
    )


class Statement(NamedTuple):
    """An objective or a point of a meeting: what it says, where, and whether it is a draft."""

    kind: Kind
    title: str
    text: str
    url: str
    state: str = ""


def _statements(meeting: Meeting, standing: dict[Kind, list[str]], coordinates: bool) -> Iterator[Statement]:
    """What a person reads on the page of a meeting; for a coordinator, what members read instead too."""
    version = meeting.current_version if meeting.is_published else None
    read = {kind: texts_in(version.content, name) for kind, name in NAMES.items()} if version else {}
    address = meeting.get_absolute_url()
    for kind, texts in (standing if coordinates or not version else read).items():
        published = read[kind] if version else texts if _is_read(meeting, kind) else []
        for one in _told(meeting, kind, texts, address):
            yield one if one.text in published else one._replace(state=DRAFT)
    if coordinates and version:
        address = reverse("version", args=[meeting.slug, version.number])
        for kind, texts in read.items():
            yield from (one for one in _told(meeting, kind, texts, address) if one.text not in standing[kind])


def texts_in(content: dict[str, Any], name: str) -> list[str]:
    """What the statements of a version say, in order."""
    return [item["text"] for item in content[name]]


def _is_read(meeting: Meeting, kind: Kind) -> bool:
    """Whether members read these statements of a meeting without a version."""
    return meeting.is_published if kind == POINTS else meeting.state != Meeting.State.DRAFT


def _told(meeting: Meeting, kind: Kind, texts: list[str], address: str) -> Iterator[Statement]:
    day = french.long_date(meeting.date)
    for row, text in enumerate(texts):
        if kind == OBJECTIVES:
            mark, title = letter(row), f"Objectif {letter(row)} de la rencontre du {day}"
        else:
            mark, title = str(row + 1), f"Point {row + 1} de la synthèse du {day}"
        yield Statement(kind, title, text, f"{address}#{anchor(meeting.slug, mark)}")
