"""What of meetings can be found: their titles, what they set out to do, what came of it, and their documents.

Members find what a published version says; coordinators find what stands at the desk too, told as a draft,
and what a version still says that its draft no longer does.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse

from chantier.access import is_coordinator
from ecpar_portal import french
from ecpar_portal.search import Document, Kind, Source, register
from meetings import thread_search
from meetings.access import may_download_document
from meetings.models import Meeting, MeetingDocument
from meetings.path import anchor, content_of, letter

MEETINGS = Kind("rencontres", "Rencontres")
OBJECTIVES = Kind("objectifs-de-rencontre", "Objectifs de rencontre", first=True)
POINTS = Kind("syntheses", "Points de synthèse")
DOCUMENTS = Kind("documents", "Documents")
DRAFT = "brouillon"
SHOWN_STATES = (Meeting.State.DRAFT, Meeting.State.CANCELLED)


def sources() -> None:
    """Make known what can be found of meetings."""
    register(Source((MEETINGS, OBJECTIVES, POINTS), of_meetings), Source((DOCUMENTS,), of_documents))
    thread_search.sources()


def of_meetings(user: Any) -> Iterator[Document]:
    """The meetings that a person sees, each with its statements as they read them."""
    coordinates = is_coordinator(user)
    meetings = Meeting.objects.visible_to(user).thread_for(user)
    for meeting in meetings.select_related("cycle__chantier").prefetch_related("agenda"):
        there = _there(meeting)
        yield _meeting(meeting, there)
        for statement in _statements(meeting, coordinates):
            yield Document(**statement._asdict(), **there, placed=True)


def of_documents(user: Any) -> Iterator[Document]:
    """The documents of the meetings that a person sees, by their names."""
    for row in (
        may_download_document(user).select_related("meeting__cycle__chantier").order_by("added_at", "pk")
    ):
        yield _document(row)


def _there(meeting: Meeting) -> dict[str, Any]:
    cycle = meeting.cycle
    year = (cycle.chantier_id, cycle.starting_year)
    return {"where": str(cycle), "date": meeting.date, "cycle": cycle.pk, "year": year}


def _meeting(meeting: Meeting, there: dict[str, Any]) -> Document:
    day = french.long_date(meeting.date) if meeting.title else ""
    said = [day, meeting.place, *(line.text for line in meeting.agenda.all())]
    state = meeting.get_state_display() if meeting.state in SHOWN_STATES else ""
    return Document(
        kind=MEETINGS.name,
        title=str(meeting),
        text=" · ".join(filter(None, said)),
        url=meeting.get_absolute_url(),
        state=state,
        **there,
    )


class Statement(NamedTuple):
    """An objective or a point of a meeting: what it says, where, and whether it is a draft."""

    kind: str
    title: str
    text: str
    url: str
    state: str


def _statements(meeting: Meeting, coordinates: bool) -> Iterator[Statement]:
    """What a person reads on the page of a meeting; for a coordinator, what members read instead too."""
    version = meeting.current_version if meeting.is_published else None
    shown = list(_read(meeting, content_of(meeting, coordinates), meeting.get_absolute_url()))
    if not coordinates:
        yield from shown
        return
    address = version and reverse("version", args=[meeting.slug, version.number])
    frozen = list(_read(meeting, version.content, address)) if version else []
    published = {(one.kind, one.text) for one in frozen}
    for one in shown:
        is_draft = not _is_read(one, published, meeting, has_version=version is not None)
        yield one._replace(state=DRAFT if is_draft else "")
    standing = {(one.kind, one.text) for one in shown}
    yield from (one for one in frozen if (one.kind, one.text) not in standing)


def _is_read(one: Statement, published: set[tuple[str, str]], meeting: Meeting, *, has_version: bool) -> bool:
    """Whether members read a statement, as far as they see its meeting."""
    if has_version:
        return (one.kind, one.text) in published
    if one.kind == POINTS.name:
        return meeting.is_published
    return meeting.state != Meeting.State.DRAFT


def _read(meeting: Meeting, content: dict[str, Any], address: str) -> Iterator[Statement]:
    day = french.long_date(meeting.date)
    for row, item in enumerate(content["objectives"]):
        url = f"{address}#{anchor(meeting.slug, letter(row))}"
        title = f"Objectif {letter(row)} de la rencontre du {day}"
        yield Statement(OBJECTIVES.name, title, item["text"], url, "")
    for row, item in enumerate(content["points"], start=1):
        url = f"{address}#{anchor(meeting.slug, str(row))}"
        yield Statement(POINTS.name, f"Point {row} de la synthèse du {day}", item["text"], url, "")


def _document(row: MeetingDocument) -> Document:
    meeting = row.meeting
    there = _there(meeting) | {"where": f"{meeting}, {meeting.cycle}"}
    state = DRAFT if meeting.state == Meeting.State.DRAFT else ""
    url = f"{meeting.get_absolute_url()}#documents"
    return Document(kind=DOCUMENTS.name, title=row.name, text="", url=url, state=state, **there)
