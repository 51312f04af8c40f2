"""The portal as production serves it, with the data of `make run` and one file made, to be measured."""

import datetime as dt
import os
from typing import Any

MEETING = "2021-03-09"
CALENDAR_TOKEN = "agenda-de-mesure"
CALENDAR_MEETINGS = 60
LONG_PATH, SHORT_PATH = 60, 5
ACTIVITIES = 12


def prepare() -> str:
    """Load the data and collect the static files; return the cookie of a signed-in member."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from chantier.models import User
    from meetings.models import SynthesisVersion
    from reports import actions

    for command in (
        ["migrate", "--no-input"],
        ["createcachetable"],
        ["collectstatic", "--no-input"],
        ["load_cycle", "data/2020-2021.toml"],
        ["load_demonstration"],
    ):
        call_command(*command, verbosity=0)
    version = SynthesisVersion.objects.get(meeting__slug=MEETING)
    actions.produce(actions.ask("synthesis", version, by=None).pk)
    prepare_calendar()
    client = Client()
    client.force_login(User.objects.get(email="representante@ville.example"))
    return f"session={client.cookies['session'].value}"


def prepare_calendar() -> None:
    """Make a year of meetings and activities in a chantier of its own, and a calendar of who takes part."""
    from django.utils import timezone

    from chantier.models import Chantier, Cycle, Membership, Organization, Participation, User
    from meetings.models import Activity, CalendarFeed, Meeting, MeetingObjective
    from meetings.models.feeds import digest_of

    first, hours = dt.date(2026, 9, 8), dt.timedelta(hours=2)
    cycle = Cycle.objects.create(
        chantier=Chantier.objects.create(name="Mesure", slug="mesure", presentation="Soixante rencontres."),
        slug="mesure-2026-2027",
        starting_year=2026,
    )
    organization = Organization.objects.create(
        name="Mesure", slug="mesure", kind=Organization.Kind.MUNICIPALITY
    )
    Participation.objects.create(cycle=cycle, organization=organization, joined=first)
    person = User.objects.create_user("mesure@ville.example")
    Membership.objects.create(
        user=person, organization=organization, role=Membership.Role.READER, since=first
    )
    for number in range(CALENDAR_MEETINGS):
        day = first + dt.timedelta(days=5 * number)
        start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
        meeting = Meeting.objects.create(
            cycle=cycle,
            date=day,
            starts_at=start,
            ends_at=start + hours,
            title=f"Rencontre de travail {number}",
            place="Québec, 1045, rue Sherbrooke, salle 2; entrée à l’arrière",
            state=Meeting.State.CONVENED,
        )
        MeetingObjective.objects.bulk_create(
            MeetingObjective(meeting=meeting, text=f"Choisir la mesure {rank} et nommer qui la porte")
            for rank in range(3)
        )
    network = Organization.objects.create(
        name="Réseau", slug="reseau", kind=Organization.Kind.PARTNER_NETWORK
    )
    Activity.objects.bulk_create(
        Activity(
            chantier=cycle.chantier,
            organization=network,
            title=f"Salon de l’achat {number}",
            date=first + dt.timedelta(days=30 * number),
            description="Trois entreprises présentent ce qu’elles offrent.",
        )
        for number in range(ACTIVITIES)
    )
    CalendarFeed.objects.create(user=person, token_digest=digest_of(CALENDAR_TOKEN))


def prepare_paths() -> str:
    """Make a long cycle and a short one of published meetings, after `prepare`; return a reader's cookie."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    django.setup()
    from django.test import Client

    from chantier.models import Chantier, Cycle, Membership, Organization, Participation, User

    first = dt.date(2022, 9, 6)
    chantier = Chantier.objects.create(name="Cheminements", slug="cheminements")
    organization = Organization.objects.create(
        name="Cheminements", slug="cheminements", kind=Organization.Kind.MUNICIPALITY
    )
    for meetings in (LONG_PATH, SHORT_PATH):
        cycle = Cycle.objects.create(chantier=chantier, slug=path_of(meetings), starting_year=2022)
        Participation.objects.create(cycle=cycle, organization=organization, joined=first)
        for number in range(meetings):
            publish_meeting(cycle, first + dt.timedelta(days=5 * number))
    person = User.objects.create_user("cheminements@ville.example")
    Membership.objects.create(
        user=person, organization=organization, role=Membership.Role.READER, since=first
    )
    client = Client()
    client.force_login(person)
    return f"session={client.cookies['session'].value}"


def path_of(meetings: int) -> str:
    """The slug of the cycle of so many meetings."""
    return f"cheminement-de-{meetings}"


def publish_meeting(cycle: Any, day: dt.date) -> None:
    """Make a meeting with three objectives, each answered by a point, and publish its synthesis."""
    from meetings.actions.publishing import publish
    from meetings.models import Meeting, MeetingObjective, PointAnswer, SynthesisPoint

    meeting = Meeting.objects.create(cycle=cycle, date=day, state=Meeting.State.HELD)
    for rank in range(1, 4):
        told = {"meeting": meeting, "position": rank}
        objective = MeetingObjective.objects.create(
            text=f"Choisir la mesure {rank} et nommer qui la porte", **told
        )
        point = SynthesisPoint.objects.create(text=f"La mesure {rank} est portée par une équipe", **told)
        PointAnswer.objects.create(point=point, objective=objective)
    publish(meeting, by=None)
