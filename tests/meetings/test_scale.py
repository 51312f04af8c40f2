"""Pages and events ask as many questions of the database for a large cycle as for a small one."""

import datetime as dt
import secrets
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.models import Membership
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings.actions import calling, convening, following
from meetings.models.feeds import digest_of
from tests import factories as f
from tests.meetings.crowd import crowd, meetings_of

pytestmark = pytest.mark.django_db

TOKEN = secrets.token_urlsafe(32)


def queries_of(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def ahead(cycle, **fields):
    """A draft three weeks ahead."""
    day = timezone.localdate() + dt.timedelta(days=21)
    return f.MeetingFactory(cycle=cycle, draft=True, date=day, **fields)


# Pages -----------------------------------------------------------------------------------------------


def test_sixty_meetings_of_two_hundred_organisations_ask_the_questions_of_five_of_ten(sign_in, coordinator):
    small, large = (asked_in_a_cycle_of(*size, sign_in, coordinator) for size in ((5, 10), (60, 200)))
    assert {page: queries for page, (queries, _) in large.items()} == {
        page: queries for page, (queries, _) in small.items()
    }
    longer = {page for page, (_, length) in large.items() if length > 2 * small[page][1]}
    assert longer >= {"path", "path to coordinate", "meetings", "prepare", "follow", "feed"}


def asked_in_a_cycle_of(meetings, organizations, sign_in, coordinator):
    """What each page of such a cycle asks, and how long it is; nothing of the cycle stays."""
    with transaction.atomic():
        cycle = f.CycleFactory()
        meetings_of(cycle, meetings)
        member, *_ = crowd(cycle, organizations)
        convened, draft = ahead(cycle), ahead(cycle, invites_all=False)
        draft.organizations.set(cycle.organizations.all())
        convening.convene(convened, by=None)
        f.CalendarFeedFactory(user=member, token_digest=digest_of(TOKEN))
        shown = pages(cycle, convened, draft, member, coordinator)
        found = {name: asked(sign_in, who, path) for name, who, path in shown}
        transaction.set_rollback(True)
    return found


def pages(cycle, convened, draft, member, coordinator):
    path, past = cycle.get_absolute_url(), cycle.meetings.first().get_absolute_url()
    yield from [
        ("path", member, path),
        ("meetings", member, reverse("meeting_list")),
        ("home", member, reverse("home")),
        ("meeting", member, convened.get_absolute_url()),
        ("feed", None, f"/agenda/{TOKEN}.ics"),
        ("path to coordinate", coordinator, path),
        ("home of the coordinator", coordinator, reverse("home")),
        ("past meeting", coordinator, past),
        ("prepare", coordinator, reverse("prepare_meeting", args=[draft.slug])),
        ("convene", coordinator, reverse("convene", args=[draft.slug])),
        ("follow", coordinator, reverse("following", args=[convened.slug])),
    ]


def asked(sign_in, who, path):
    """How many queries a page asks, and its length; the second time, once what is kept is kept."""
    client = sign_in(who) if who else Client()
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    assert page.status_code == 200, path
    return len(queries), len(page.content)


# Events ----------------------------------------------------------------------------------------------
# One reminder each: SQLite takes some forty rows at once, and their number is not what is looked at.


def convene(meeting):
    convening.convene(meeting, by=None)


def move(meeting):
    day = meeting.date + dt.timedelta(days=7)
    convening.move(meeting, date=day, starts_at=None, ends_at=None, by=None)


def cancel(meeting):
    convening.cancel(meeting, by=None)


def all_leave(meeting):
    Membership.objects.update(until=timezone.localdate())
    calling.keep_called(meeting)


def all_come_back(meeting):
    all_leave(meeting)
    Membership.objects.update(until=None)
    calling.keep_called(meeting)


def call_once_more(meeting):
    chosen = meeting.convocations.values_list("pk", flat=True)
    following.call_once_more(meeting, list(chosen), by=None)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (convene, "convocation"),
        (move, "meeting_moved"),
        (cancel, "meeting_cancelled"),
        (all_leave, "uninvited"),
        (all_come_back, "convocation"),
        (call_once_more, "convocation"),
    ],
)
def test_an_event_asks_as_many_questions_for_forty_people_as_for_ten(event, kind):
    assert questions(event, kind, 10) == questions(event, kind, 40)


def questions(event, kind, people):
    """How many queries an event asks where it writes to each of so many people."""
    with transaction.atomic():
        cycle = f.CycleFactory()
        crowd(cycle, people)
        meeting = ahead(cycle)
        f.RemindingFactory(meeting=meeting, days=[7])
        if event is not convene:
            convene(meeting)
            deliver()
        before = OutgoingEmail.objects.filter(kind=kind).count()
        queries = queries_of(lambda: event(meeting))
        assert OutgoingEmail.objects.filter(kind=kind).count() == before + people
        transaction.set_rollback(True)
    return queries
