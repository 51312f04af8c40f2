"""What people say in the room and between meetings, as it can be found: under their organisation."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from chantier.models import Chantier, Cycle
from chantier.models.cycles import starting_year_of
from ecpar_portal import french
from ecpar_portal.search import Document, Kind, Source, register
from meetings.models import Activity, Commitment, Meeting, Need, Obstacle, Question, Reply, Solution

NEEDS = Kind("besoins", "Besoins")
COMMITMENTS = Kind("actions", "Actions à entreprendre")
EXCHANGE = Kind("echanges", "Échanges")
ACTIVITIES = Kind("activites", "Activités des réseaux")
IN_MEETING = ("pk", "text", "organization__name", "meeting__slug", "meeting__date", "meeting__cycle")


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
    for row, place in _in_meetings(Need.objects.standing(), user):
        title = f"Besoin de {row.organization__name}"
        yield Document(
            NEEDS.name, title, row.text, f"{_page('round_table', row.meeting__slug)}#besoin-{row.pk}", *place
        )


def commitments(user: Any) -> Iterator[Document]:
    """What organisations said that they would do at the meetings that a person sees."""
    states = dict(Commitment.State.choices)
    for row, place in _in_meetings(Commitment.objects.visible_to(user), user, "state", "reason"):
        title, text = f"Action à entreprendre de {row.organization__name}", f"{row.text} {row.reason}".strip()
        state = "" if row.state == Commitment.State.OPEN else states[row.state]
        yield Document(COMMITMENTS.name, title, text, _page("commitment", row.pk), *place, state=state)


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
            url=_page("activity", row.pk),
            where=str(row.chantier),
            date=row.date,
            year=(row.chantier_id, starting_year_of(row.date)),
            state="annulée" if row.cancelled_at else "",
        )


def _in_meetings(rows: QuerySet, user: Any, *more: str) -> Iterator[tuple[Any, tuple]]:
    """Those of the meetings that a person sees, each with where it stands; read without making objects."""
    cycles = Cycle.objects.visible_to(user).select_related("chantier").in_bulk()
    names = {pk: str(cycle) for pk, cycle in cycles.items()}
    seen = rows.filter(meeting__in=Meeting.objects.visible_to(user)).order_by("written_at", "pk")
    for row in seen.values_list(*IN_MEETING, *more, named=True):
        cycle, day = cycles[row.meeting__cycle], row.meeting__date
        where = f"{french.long_date(day)} · {names[cycle.pk]}"
        yield row, (where, day, (cycle.chantier_id, cycle.starting_year), cycle.pk)


def _shown(model: type[Obstacle | Solution | Question | Reply]) -> QuerySet:
    """What stands of what people say, but for demonstration organisations where `DEMO` is off."""
    rows = model.objects.standing().select_related("organization").order_by("written_at", "pk")
    return rows if settings.DEMO else rows.exclude(organization__is_demonstration=True)


def _said(row: Any, under: Model, what: str, page: str, anchor: str = "") -> Document:
    """Something said in a chantier, on the page of what it is said under."""
    day = timezone.localdate(row.written_at)
    return Document(
        kind=EXCHANGE.name,
        title=f"{what} de {row.organization}" if row.organization else what,
        text=row.text,
        url=f"{_page(page, under.pk)}{anchor}",
        where=f"{french.long_date(day)} · {under.chantier}",
        date=day,
        year=(under.chantier_id, starting_year_of(day)),
        state="exemple à relire" if row.is_example else "",
    )


@lru_cache(maxsize=4096)
def _page(name: str, key: str | int) -> str:
    """The address of a page; kept, since a search asks for thousands."""
    return reverse(name, args=[key])
