"""The reminders of a meeting: who, when, what, and never once they make no sense."""

import datetime as dt
from unittest import mock

import icalendar
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.actions.people import readdress
from chantier.models import Cycle, Membership, User
from ecpar_portal import french
from mailing.actions import POINTLESS, NotSentAgain, deliver, send_again
from mailing.models import OutgoingEmail
from meetings import reminders
from meetings.actions import calling, convening
from meetings.calendar import calendar_of
from meetings.models import Meeting
from tests import factories as f
from tests.admin_form import filled_in

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
TORONTO = "America/Toronto"


@pytest.fixture
def meeting(cycle, member):
    """A draft three weeks ahead, with one objective; one member takes part."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    meeting = f.MeetingFactory(
        cycle=cycle,
        draft=True,
        date=day,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        place="Québec",
    )
    f.MeetingObjectiveFactory(meeting=meeting, text="Choisir deux mesures")
    return meeting


def waiting():
    return OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING).order_by("due_at", "to")


def convene(meeting):
    """Convene; the convocations have left, and what this file tests comes after."""
    convening.convene(meeting, by=None)
    OutgoingEmail.objects.filter(kind="convocation").update(state=State.DONE)


def test_convening_plans_two_reminders_for_each_person_who_takes_part(meeting, member, cycle):
    colleague = f.member_of(cycle)
    convene(meeting)
    days = [(email.to, (meeting.date - timezone.localdate(email.due_at)).days) for email in waiting()]
    assert sorted(days) == sorted((person.email, day) for person in (member, colleague) for day in (7, 1))
    assert {timezone.localtime(email.due_at).time() for email in waiting()} == {dt.time(9)}
    day_before = reminders.due_at(meeting, 1)
    assert {(email.due_at == day_before, email.expires_at) for email in waiting()} == {
        (False, day_before),  # once the next one leaves, it says nothing more
        (True, meeting.starts_at),
    }


def test_nobody_else_receives_one(meeting, member, cycle):
    gone = f.member_of(cycle)
    Membership.objects.filter(user=gone).update(until=timezone.localdate())
    left = f.member_of(cycle)
    cycle.participations.filter(organization=left.organization).update(left=timezone.localdate())
    closed = f.member_of(cycle)
    closed.is_active = False
    closed.save()
    f.member_of(f.CycleFactory())
    f.UserFactory(coordinator=True)
    convene(meeting)
    assert {email.to for email in waiting()} == {member.email}


def test_a_reminder_says_when_where_and_what_for(meeting, member):
    convene(meeting)
    OutgoingEmail.objects.update(due_at=timezone.now())
    deliver()
    message = mail.outbox[0]
    assert message.subject.replace("\u00a0", " ").startswith("Rappel : Rencontre du ")
    assert message.to == [member.email]
    for words in ("13\u00a0h\u00a030 à 15\u00a0h\u00a030", "Québec", "Choisir deux mesures"):
        assert words in message.body
        assert words in message.alternatives[0].content
    assert all(len(line.encode()) < 900 for line in message.alternatives[0].content.splitlines())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2027, 3, 15), ["2027-03-08T14:00:00+00:00", "2027-03-14T13:00:00+00:00"]),
        (dt.date(2027, 11, 8), ["2027-11-01T13:00:00+00:00", "2027-11-07T14:00:00+00:00"]),
    ],
)
def test_nine_in_the_morning_stays_nine_when_the_clock_changes(cycle, member, day, expected):
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day)
    with mock.patch("django.utils.timezone.now", return_value=dt.datetime(2027, 1, 5, tzinfo=dt.UTC)):
        convene(meeting)
    assert [email.due_at.astimezone(dt.UTC).isoformat() for email in waiting()] == expected


def test_a_meeting_at_an_hour_that_comes_twice_is_kept_in_utc_and_reminds_once_a_day(
    sign_in, coordinator, cycle, member
):
    sent = {
        "cycle": cycle.pk,
        "date": "2027-11-07",
        "start_time": "01:30",
        "end_time": "03:00",
        "state": "draft",
    }
    assert sign_in(coordinator).post(reverse("admin:meetings_meeting_add"), sent).status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.starts_at == dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC)  # the first of the two
    with mock.patch("django.utils.timezone.now", return_value=dt.datetime(2027, 1, 5, tzinfo=dt.UTC)):
        convene(meeting)
        calling.keep_all()
    instants = [dt.datetime(2027, 10, 31, 13, tzinfo=dt.UTC), dt.datetime(2027, 11, 6, 13, tzinfo=dt.UTC)]
    assert [(email.due_at, email.expires_at) for email in waiting()] == [
        (instants[0], instants[1]),
        (instants[1], meeting.starts_at),
    ]


def test_what_is_already_past_is_not_planned(cycle, member):
    for days, planned in ((30, 2), (3, 1), (0, 0)):
        OutgoingEmail.objects.all().delete()
        day = timezone.localdate() + dt.timedelta(days=days)
        convene(f.MeetingFactory(cycle=cycle, draft=True, date=day))
        assert waiting().count() == planned


def test_moving_a_meeting_moves_its_reminders_and_withdraws_the_old_ones(meeting, member):
    convene(meeting)
    slug, later = meeting.slug, meeting.date + dt.timedelta(days=10)
    convening.move(meeting, date=later, starts_at=None, ends_at=None, by=None)
    assert {(later - timezone.localdate(email.due_at)).days for email in waiting()} == {7, 1}
    assert OutgoingEmail.objects.filter(kind="reminder", state=State.WITHDRAWN).count() == 2
    assert (meeting.slug, meeting.sequence) == (slug, 1)


def test_a_cancelled_meeting_reminds_nobody(meeting):
    convene(meeting)
    convening.cancel(meeting, by=None)
    assert not waiting().exists()


def test_no_reminder_leaves_once_the_meeting_has_started(meeting):
    convene(meeting)
    past = timezone.now() - dt.timedelta(minutes=1)
    OutgoingEmail.objects.update(due_at=past, expires_at=past)
    assert deliver() == 0
    assert mail.outbox == []


def test_planning_again_doubles_nothing_and_follows_who_comes_and_goes(meeting, member, cycle):
    convene(meeting)
    before = set(waiting().values_list("pk", "key"))
    calling.keep_all()
    assert set(waiting().values_list("pk", "key")) == before

    newcomer = f.member_of(cycle)
    Membership.objects.filter(user=member).update(until=timezone.localdate())
    calling.keep_all()
    assert {email.to for email in waiting()} == {newcomer.email}


def test_what_has_left_never_leaves_again(meeting):
    convene(meeting)
    OutgoingEmail.objects.filter(pk=waiting().first().pk).update(due_at=timezone.now())
    assert deliver() == 1
    calling.keep_all()
    assert waiting().count() == 1


@pytest.mark.parametrize("tried", [{}, {"attempts": 3}])
def test_a_late_reminder_is_not_lost_by_a_new_plan_and_tells_what_is_true_then(meeting, tried):
    convene(meeting)
    first = waiting().first()
    later = first.due_at + dt.timedelta(hours=1)
    OutgoingEmail.objects.filter(pk=first.pk).update(**tried, due_at=later + dt.timedelta(minutes=len(tried)))
    Meeting.objects.update(place="Lévis")
    with mock.patch("django.utils.timezone.now", return_value=later):
        calling.keep_all()
        deliver()
    assert [message.to for message in mail.outbox] == [[first.to]]
    assert "Lévis" in mail.outbox[0].body
    assert waiting().count() == 1


def change_of_address(meeting, member):
    readdress(member, "nouvelle@ville.example", by=None)


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting, member: Meeting.objects.update(state=Meeting.State.CANCELLED),
        lambda meeting, member: Meeting.objects.update(date=meeting.date + dt.timedelta(days=1)),
        lambda meeting, member: member.memberships.update(until=timezone.localdate()),
        lambda meeting, member: member.organization.participations.update(left=timezone.localdate()),
        lambda meeting, member: User.objects.update(is_active=False),
        change_of_address,
    ],
    ids=["cancelled", "moved", "left", "organisation left", "account closed", "address changed"],
)
def test_what_lost_its_purpose_since_it_was_planned_does_not_leave(meeting, member, coordinator, change):
    convene(meeting)
    OutgoingEmail.objects.update(due_at=timezone.now())
    change(meeting, member)
    assert deliver() == 0
    assert mail.outbox == []
    written = OutgoingEmail.objects.filter(kind="reminder")
    assert {email.state for email in written} == {State.WITHDRAWN}
    assert {email.last_error for email in written} == {POINTLESS}


def test_a_demonstration_reminds_nobody_where_it_is_off(meeting, member, settings):
    convene(meeting)
    Cycle.objects.update(is_demonstration=True)
    OutgoingEmail.objects.update(due_at=timezone.now())
    settings.DEMO = False
    assert deliver() == 0


def test_a_reminder_that_comes_too_late_says_nothing_false(meeting, member):
    convene(meeting)
    with mock.patch("django.utils.timezone.now", return_value=meeting.starts_at - dt.timedelta(hours=5)):
        deliver()
    (message,) = mail.outbox
    assert "demain" not in message.subject + message.body
    assert french.long_date(meeting.date) in message.subject


def test_a_reminder_sent_again_stays_when_reminders_are_planned_anew(meeting, member, coordinator):
    convene(meeting)
    OutgoingEmail.objects.update(due_at=timezone.now())
    deliver()
    send_again(OutgoingEmail.objects.filter(kind="reminder").first(), by=coordinator)
    calling.keep_all()
    assert deliver() == 1


def test_nothing_of_a_cancelled_meeting_is_sent_again(meeting, member, coordinator):
    convene(meeting)
    OutgoingEmail.objects.update(due_at=timezone.now())
    deliver()
    convening.cancel(meeting, by=None)
    with pytest.raises(NotSentAgain, match="plus utile"):
        send_again(OutgoingEmail.objects.filter(kind="reminder").first(), by=coordinator)


def test_one_meeting_that_cannot_be_planned_leaves_the_others_planned(meeting, member, cycle, monkeypatch):
    Meeting.objects.update(state=Meeting.State.CONVENED)
    f.MeetingFactory(cycle=cycle, upcoming=True)
    whole = reminders.calendar_of
    broken = lambda which: 1 / 0 if which.pk == meeting.pk else whole(which)  # noqa: E731
    monkeypatch.setattr(reminders, "calendar_of", broken)
    calling.keep_all()
    assert waiting().count() == 2


def test_a_title_of_several_lines_does_not_stop_a_reminder(meeting, member):
    Meeting.objects.update(title="Mesures\u2028et repérage")
    meeting.refresh_from_db()
    convene(meeting)
    assert waiting().first().subject.replace("\u00a0", " ").startswith("Rappel : Mesures et repérage, ")


@pytest.mark.django_db(transaction=True)
def test_a_cancellation_at_the_moment_of_planning_leaves_no_reminder(meeting, member):
    convene(meeting)
    read_before = Meeting.objects.get(pk=meeting.pk)
    convening.cancel(meeting, by=None)
    reminders.plan(read_before)
    assert not waiting().exists()


def test_the_admin_moves_a_convened_meeting_and_reminds_of_what_it_says_now(sign_in, coordinator, meeting):
    convene(meeting)
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    later = meeting.date + dt.timedelta(days=3)
    sent = filled_in(client, address, date=str(later), **{"objectives-0-text": "Choisir trois mesures"})
    assert client.post(address, sent).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.date, meeting.sequence) == (later, 1)
    assert {(later - timezone.localdate(email.due_at)).days for email in waiting()} == {7, 1}
    assert all("Choisir trois mesures" in email.text for email in waiting())


def test_a_draft_that_is_saved_reminds_nobody(sign_in, coordinator, meeting):
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    assert client.post(address, filled_in(client, address, title="Encore un brouillon")).status_code == 302
    assert not waiting().exists()


def test_the_calendar_event_keeps_its_name_and_counts_its_moves(meeting, settings):
    settings.PORTAL_URL = "https://portail.example"
    meeting.place = "Salle 1, 2e étage; entrée « nord » " + "très " * 12 + "loin"
    meeting.state = Meeting.State.CONVENED
    meeting.save()
    text = calendar_of(meeting)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    event = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert event["LOCATION"] == meeting.place
    assert event.decoded("dtstart") == meeting.starts_at
    assert event["DTSTART"].params["TZID"] == TORONTO
    assert icalendar.Calendar.from_ical(text).walk("VTIMEZONE")[0]["TZID"] == TORONTO
    assert event["UID"] == f"rencontre-{meeting.pk}@portail.example"
    convening.move(meeting, date=meeting.date, starts_at=None, ends_at=None, by=None)
    moved = icalendar.Calendar.from_ical(calendar_of(meeting)).walk("VEVENT")[0]
    assert (moved["UID"], moved["SEQUENCE"]) == (event["UID"], 1)
    assert moved.decoded("dtstart") == meeting.date


def test_each_person_more_costs_the_same(cycle, member):
    counts = []
    for number in range(3):
        f.member_of(cycle)
        day = timezone.localdate() + dt.timedelta(days=30 + number)
        meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day)
        f.MeetingObjectiveFactory.create_batch(3 * number, meeting=meeting)
        with CaptureQueriesContext(connection) as queries:
            convene(meeting)
        counts.append(len(queries))
    assert counts[2] - counts[1] == counts[1] - counts[0]
