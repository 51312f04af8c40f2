"""What people say in the room and between meetings, as it can be found: under their organisation."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from chantier.models import Chantier
from chantier.models.cycles import starting_year_of
from ecpar_portal import french
from ecpar_portal.search import Document, Kind, Source, register
from meetings.models import Activity, Commitment, Meeting, Need, Obstacle, Question, Reply, Solution

NEEDS = Kind("besoins", "Besoins")
COMMITMENTS = Kind("actions", "Actions à entreprendre")
EXCHANGE = Kind("echanges", "Échanges")
ACTIVITIES = Kind("activites", "Activités des réseaux")


def sources() -> None:
    """Make them known."""
    register(
        Source((NEEDS,), needs),
        Source((COMMITMENTS,), commitments),
        Source((EXCHANGE,), exchange),
        Source((ACTIVITIES,), activities),
    )


def needs(user: Any) -> Iterator[Document]:
    """The needs that stand, of the meetings that a person sees."""
    for row in _in_meetings(Need.objects.standing(), user):
        url = f"{_page('round_table', row.meeting.slug) or row.meeting.get_absolute_url()}#besoin-{row.pk}"
        yield _of_meeting(NEEDS, row, f"Besoin de {row.organization}", row.text, url)


def commitments(user: Any) -> Iterator[Document]:
    """What organisations said that they would do at the meetings that a person sees."""
    for row in _in_meetings(Commitment.objects.visible_to(user), user):
        title, text = f"Action à entreprendre de {row.organization}", f"{row.text} {row.reason}"
        url = f"{row.meeting.get_absolute_url()}#action-{row.pk}"
        state = "" if row.state == Commitment.State.OPEN else row.get_state_display()
        yield _of_meeting(COMMITMENTS, row, title, text.strip(), url, state)


def exchange(user: Any) -> Iterator[Document]:
    """The obstacles, solutions, questions and replies that stand in a person's chantiers."""
    seen = Chantier.objects.visible_to(user)
    obstacles = _shown(Obstacle).filter(chantier__in=seen)
    on_nothing_withdrawn = Q(obstacle=None) | Q(obstacle__in=_shown(Obstacle))
    questions = _shown(Question).filter(on_nothing_withdrawn, chantier__in=seen)
    for row in obstacles.select_related("chantier"):
        yield _said(row, row, "Obstacle", "obstacle")
    for row in _shown(Solution).filter(obstacle__in=obstacles).select_related("obstacle__chantier"):
        yield _said(row, row.obstacle, "Solution", "obstacle", f"#solution-{row.pk}")
    for row in questions.select_related("chantier"):
        yield _said(row, row, "Question", "question")
    for row in _shown(Reply).filter(question__in=questions).select_related("question__chantier"):
        yield _said(row, row.question, "Réponse", "question", f"#reponse-{row.pk}")


def activities(user: Any) -> Iterator[Document]:
    """The activities of the networks in a person's chantiers."""
    rows = Activity.objects.visible_to(user).select_related("chantier", "organization").order_by("date", "pk")
    for row in rows if settings.DEMO else rows.exclude(organization__is_demonstration=True):
        told = [french.long_date(row.date), str(row.organization), row.place, row.description]
        yield Document(
            kind=ACTIVITIES.name,
            title=row.title,
            text=" · ".join(filter(None, told)),
            url=_page("activity", row.pk) or reverse("chantier_list"),
            where=str(row.chantier),
            date=row.date,
            year=(row.chantier_id, starting_year_of(row.date)),
            state="annulée" if row.cancelled_at else "",
        )


def _in_meetings(rows: QuerySet, user: Any) -> QuerySet:
    """Keep those of the meetings that a person sees, with whose they are."""
    seen = rows.filter(meeting__in=Meeting.objects.visible_to(user)).order_by("written_at", "pk")
    return seen.select_related("meeting__cycle__chantier", "organization")


def _shown(model: type[Obstacle | Solution | Question | Reply]) -> QuerySet:
    """What stands of what people say, but for demonstration organisations where `DEMO` is off."""
    rows = model.objects.standing().select_related("organization").order_by("written_at", "pk")
    return rows if settings.DEMO else rows.exclude(organization__is_demonstration=True)


def _of_meeting(kind: Kind, row: Any, title: str, text: str, url: str, state: str = "") -> Document:
    meeting, cycle = row.meeting, row.meeting.cycle
    return Document(
        kind=kind.name,
        title=title,
        text=text,
        url=url,
        where=f"{french.long_date(meeting.date)} · {cycle}",
        date=meeting.date,
        year=(cycle.chantier_id, cycle.starting_year),
        cycle=cycle.pk,
        state=state,
    )


def _said(row: Any, under: Model, what: str, page: str, anchor: str = "") -> Document:
    """Something said in a chantier, on the page of what it is said under."""
    day = timezone.localdate(row.written_at)
    return Document(
        kind=EXCHANGE.name,
        title=f"{what} de {row.organization}" if row.organization else what,
        text=row.text,
        url=f"{_page(page, under.pk) or reverse('chantier_list')}{anchor}",
        where=f"{french.long_date(day)} · {under.chantier}",
        date=day,
        year=(under.chantier_id, starting_year_of(day)),
        state="exemple à relire" if row.is_example else "",
    )


@lru_cache(maxsize=4096)
def _page(name: str, key: str | int) -> str:
    """The address of a page of the room or of the exchange; empty where the portal has none."""
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""
