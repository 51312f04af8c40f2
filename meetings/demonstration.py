"""The demonstration cycles: one of économie sociale with a meeting ahead, and a second chantier."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from chantier.demonstration import LABEL
from chantier.models import Achievement, Chantier, Cycle, Objective, Organization, Participation
from chantier.models.cycles import starting_year_of
from meetings.actions import answering
from meetings.actions.calling import keep_called
from meetings.actions.publishing import publish_loaded
from meetings.models import (
    Activity,
    AgendaLine,
    Meeting,
    MeetingObjective,
    Need,
    NeedSupport,
    PointAnswer,
    SynthesisPoint,
)

DAYS_AHEAD = 10
ELSEWHERE_ONLY = ("ville-f", "college-c")
IN_BOTH = ("ville", "ville-b", "universite", "universite-b", "college-a")


def make_cycles(organizations: dict[str, Organization]) -> None:
    """Make both cycles, with the organisations that take part in each."""
    social, _ = Chantier.objects.get_or_create(
        slug="economie-sociale",
        defaults={"name": "Économie sociale", "presentation": f"Présentation à venir {LABEL}."},
    )
    cycle = _cycle(social, "economie-sociale-demonstration")
    _take_part(cycle, [org for short, org in organizations.items() if short not in ELSEWHERE_ONLY])
    aims = [
        Objective.objects.create(cycle=cycle, position=rank, text=f"{text} {LABEL}")
        for rank, text in enumerate(
            ["Mettre en place deux mesures du guide", "Faire connaître l’offre des EES"], start=1
        )
    ]
    _meeting_ahead(cycle, aims)
    _round_table(cycle.meetings.get(), aims[1], organizations)
    _activities(social, organizations["reseau"])
    _second_chantier([organizations[short] for short in (*ELSEWHERE_ONLY, *IN_BOTH)])


def _cycle(chantier: Chantier, slug: str) -> Cycle:
    year = starting_year_of(timezone.localdate())
    return Cycle.objects.create(chantier=chantier, slug=slug, starting_year=year, is_demonstration=True)


def _take_part(cycle: Cycle, organizations: list[Organization]) -> None:
    today = timezone.localdate()
    Participation.objects.bulk_create(
        Participation(cycle=cycle, organization=organization, joined=today) for organization in organizations
    )


def _meeting_ahead(cycle: Cycle, aims: list[Objective]) -> None:
    day = timezone.localdate() + dt.timedelta(days=DAYS_AHEAD)
    zone = ZoneInfo(settings.TIME_ZONE)
    meeting = Meeting.objects.create(
        cycle=cycle,
        date=day,
        starts_at=dt.datetime.combine(day, dt.time(13, 30), zone),
        ends_at=dt.datetime.combine(day, dt.time(16, 0), zone),
        title=f"Mesures et repérage des EES {LABEL}",
        place="Visioconférence",
        video_link="https://visio.example/demonstration",
        answer_by=day - dt.timedelta(days=3),
        state=Meeting.State.CONVENED,
    )
    for rank, (text, aim) in enumerate(
        [
            ("Choisir deux mesures du guide que chaque organisation mettra en place", aims[0]),
            ("Partager les façons de repérer une EES avant un appel d’offres", aims[1]),
            ("Convenir de ce que chacune rapportera à la rencontre suivante", aims[0]),
        ],
        start=1,
    ):
        MeetingObjective.objects.create(meeting=meeting, position=rank, text=text).objectives.add(aim)
    for rank, (text, minutes) in enumerate(
        [("Tour de table des avancées", 40), ("Choix des deux mesures", 60), ("Repérer une EES", 50)], start=1
    ):
        AgendaLine.objects.create(meeting=meeting, position=rank, text=text, minutes=minutes)
    keep_called(meeting)  # convened already: it notes who is called, and writes to nobody
    _answer(meeting)


def _answer(meeting: Meeting) -> None:
    """A few have answered; the representative of the municipality has not yet."""
    answers = {"representant@universite.example": "yes", "reseau@partenaire.example": "no"}
    for email, choice in answers.items():
        row = meeting.convocations.filter(user__email=email).first()
        if row:
            answering.answer(row, choice, by=row.user)


def _activities(chantier: Chantier, network: Organization) -> None:
    """What the network invents for the months to come: an hour, a day, several days."""
    today, zone = timezone.localdate(), ZoneInfo(settings.TIME_ZONE)
    noon, soon = dt.time(12), today + dt.timedelta(days=6)
    Activity.objects.create(
        chantier=chantier,
        organization=network,
        title=f"Dîner-causerie sur le repérage des EES {LABEL}",
        date=soon,
        starts_at=dt.datetime.combine(soon, noon, zone),
        ends_at=dt.datetime.combine(soon, dt.time(13, 30), zone),
        place="En ligne",
        description="Trois entreprises présentent ce qu’elles offrent aux organisations publiques.",
    )
    for days, length, title, place in (
        (24, 0, "Journée portes ouvertes", "Chez le réseau partenaire"),
        (45, 2, "Salon de l’achat auprès des EES", "Palais de démonstration"),
    ):
        day = today + dt.timedelta(days=days)
        last = day + dt.timedelta(days=length) if length else None
        Activity.objects.create(
            chantier=chantier,
            organization=network,
            title=f"{title} {LABEL}",
            date=day,
            last_day=last,
            place=place,
        )


def _round_table(meeting: Meeting, aim: Objective, organizations: dict[str, Organization]) -> None:
    """Three needs: one gathered into an objective, one supported."""
    Need.objects.create(
        meeting=meeting,
        organization=organizations["universite"],
        text=f"Savoir quelles EES peuvent livrer sur le campus {LABEL}",
        objective=aim,
    )
    clauses = Need.objects.create(
        meeting=meeting,
        organization=organizations["ville"],
        text=f"Des exemples de clauses déjà employées {LABEL}",
    )
    NeedSupport.objects.create(need=clauses, organization=organizations["college-a"])
    Need.objects.create(
        meeting=meeting,
        organization=organizations["ville-b"],
        text=f"Des arguments chiffrés pour convaincre la direction {LABEL}",
    )


def _second_chantier(organizations: list[Organization]) -> None:
    chantier = Chantier.objects.create(
        name=f"Réduction à la source {LABEL}",
        slug="reduction-a-la-source-demonstration",
        presentation="Un second chantier, inventé, où seules certaines organisations de démonstration vont.",
        is_demonstration=True,
    )
    cycle = _cycle(chantier, "reduction-a-la-source-demonstration")
    _take_part(cycle, organizations)
    Objective.objects.create(cycle=cycle, position=1, text=f"Acheter moins et mieux {LABEL}")
    Achievement.objects.create(
        cycle=cycle, position=1, text=f"Une grille de questions avant d’acheter {LABEL}"
    )
    meeting = Meeting.objects.create(
        cycle=cycle,
        date=timezone.localdate() - dt.timedelta(days=20),
        title=f"Premiers constats {LABEL}",
        state=Meeting.State.PUBLISHED,
    )
    objective = MeetingObjective.objects.create(
        meeting=meeting, position=1, text="Recenser ce qui s’achète sans besoin établi"
    )
    point = SynthesisPoint.objects.create(
        meeting=meeting, position=1, text="Le mobilier et les imprimés reviennent le plus souvent."
    )
    PointAnswer.objects.create(point=point, objective=objective)
    publish_loaded(cycle, drafts=set())
