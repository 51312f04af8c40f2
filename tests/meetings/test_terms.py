"""The reminder of a term: once, a week before, to who speaks for the organisation, while it makes sense."""

import datetime as dt
from unittest import mock

import pytest
from django.core import mail
from django.utils import timezone

from chantier.actions.people import readdress
from chantier.models import Cycle, Membership, User
from mailing.actions import POINTLESS, deliver
from mailing.models import OutgoingEmail
from meetings import tasks, terms
from meetings.actions import committing
from meetings.models import Commitment
from tests import factories as f

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
Role = Membership.Role


@pytest.fixture
def meeting(cycle):
    """A meeting that took place."""
    return f.MeetingFactory(cycle=cycle, state="held", date=dt.date(2021, 3, 9))


@pytest.fixture
def commitment(meeting, member):
    """What the member's organisation said it would do, three weeks from now."""
    return committed(meeting, member)


def committed(meeting, member, days=21, text="Écrire une clause"):
    term = timezone.localdate() + dt.timedelta(days=days) if days is not None else None
    return committing.commit(meeting, member.organization, text, term=term, by=member)


def reminders(**of):
    return OutgoingEmail.objects.filter(kind="commitment_due", **of).order_by("pk")


def waiting():
    return reminders(state=State.WAITING)


def rewritten(commitment, by, **changed):
    seen = committing.digest_of(Commitment.objects.get(pk=commitment.pk))
    now = {"text": commitment.text, "term": commitment.term, "point": commitment.point} | changed
    return committing.change(commitment, now.pop("text"), **now, seen=seen, by=by)


def test_who_speaks_for_the_organisation_is_reminded_a_week_before_at_nine(commitment, member):
    (email,) = waiting()
    assert (email.to, email.user) == (member.email, member)
    local = timezone.localtime(email.due_at)
    assert (local.date(), local.time()) == (commitment.term - dt.timedelta(days=7), dt.time(9))
    assert timezone.localtime(email.expires_at).date() == commitment.term + dt.timedelta(days=1)


def test_the_message_says_what_is_due_and_where_to_say_that_it_is_done(commitment):
    OutgoingEmail.objects.update(due_at=timezone.now())
    assert deliver() == 1
    (message,) = mail.outbox
    assert message.subject.replace("\u00a0", " ").startswith("Échéance le ")
    for part in (message.body, message.alternatives[0].content):
        assert "Écrire une clause" in part
        assert f"/engagements/{commitment.pk}/" in part


def test_a_text_on_many_lines_makes_a_subject_on_one(meeting, member):
    committed(meeting, member, text="Écrire\r\n\u2028Bcc: a@b.example\nune clause 🧺 شراء")
    (email,) = waiting()
    assert email.subject == "".join(email.subject.splitlines())


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (dt.date(2027, 3, 20), "2027-03-13T14:00:00+00:00"),  # the day before the clock goes forward
        (dt.date(2027, 3, 21), "2027-03-14T13:00:00+00:00"),
        (dt.date(2027, 11, 14), "2027-11-07T14:00:00+00:00"),  # the day it goes back
    ],
)
def test_nine_in_the_morning_stays_nine_when_the_clock_changes(term, expected):
    assert terms.due_at(term).isoformat() == expected


def test_who_reads_is_told_where_nobody_speaks_for_the_organisation(meeting, member):
    reader = f.MembershipFactory(organization=member.organization, role=Role.READER).user
    commitment = committed(meeting, member)
    assert [email.to for email in waiting()] == [member.email]
    Membership.objects.filter(user=member).update(until=timezone.localdate())
    terms.plan(commitment)
    assert [email.to for email in waiting()] == [reader.email]


def test_nobody_else_is_told(meeting, member, cycle):
    f.member_of(cycle)
    closed = f.MembershipFactory(organization=member.organization).user
    closed.is_active = False
    closed.save()
    gone = f.MembershipFactory(organization=member.organization, until=timezone.localdate()).user
    committed(meeting, member)
    assert {email.to for email in waiting()} == {member.email} - {gone.email}


def test_one_without_a_term_reminds_nobody(meeting, member):
    committed(meeting, member, days=None)
    assert not waiting().exists()


def test_planning_again_doubles_nothing_and_follows_who_joins_and_leaves(commitment, member):
    before = set(waiting().values_list("pk", "key"))
    tasks.plan_reminders()
    assert set(waiting().values_list("pk", "key")) == before
    joined = f.MembershipFactory(organization=member.organization).user
    Membership.objects.filter(user=member).update(until=timezone.localdate())
    tasks.plan_reminders()
    assert [email.to for email in waiting()] == [joined.email]


def test_what_has_left_never_leaves_again(commitment):
    OutgoingEmail.objects.update(due_at=timezone.now())
    assert deliver() == 1
    tasks.plan_reminders()
    with mock.patch("django.utils.timezone.now", return_value=terms.due_at(commitment.term, 2)):
        tasks.plan_reminders()
        deliver()
    assert len(mail.outbox) == 1


def test_a_changed_term_reminds_for_the_new_day_and_no_longer_for_the_old(commitment, member):
    rewritten(commitment, member, term=commitment.term + dt.timedelta(days=10))
    (email,) = waiting()
    assert str(commitment.term + dt.timedelta(days=10)) in email.key
    assert reminders(state=State.WITHDRAWN).count() == 1


def test_once_reminded_a_later_term_reminds_again(commitment, member):
    OutgoingEmail.objects.update(due_at=timezone.now())
    deliver()
    rewritten(commitment, member, term=commitment.term + dt.timedelta(days=10))
    assert waiting().count() == 1


def test_a_changed_text_is_the_one_that_is_told(commitment, member):
    rewritten(commitment, member, text="Écrire deux clauses")
    (email,) = waiting()
    assert "Écrire deux clauses" in email.text


@pytest.mark.parametrize("way", ["done", "dropped"])
def test_what_is_done_or_dropped_is_no_longer_told_and_is_again_once_taken_up(commitment, member, way):
    if way == "done":
        committing.finish(commitment, by=member)
    else:
        committing.drop(commitment, "Autre priorité", by=member)
    assert not waiting().exists()
    tasks.plan_reminders()
    assert not waiting().exists()
    committing.reopen(commitment, by=member)
    assert waiting().count() == 1


def test_a_term_nearer_than_a_week_is_told_the_day_before_and_a_past_one_not(meeting, member):
    near = committed(meeting, member, days=4)
    assert timezone.localdate(waiting().get().due_at) == near.term - dt.timedelta(days=1)
    committed(meeting, member, days=0, text="Aujourd’hui")
    assert waiting().count() == 1


def test_a_late_reminder_is_not_lost_by_a_new_plan(commitment):
    later = terms.due_at(commitment.term) + dt.timedelta(hours=2)
    with mock.patch("django.utils.timezone.now", return_value=later):
        tasks.plan_reminders()
        assert deliver() == 1


def test_none_leaves_once_the_term_is_over(commitment):
    after = terms.due_at(commitment.term, -1) + dt.timedelta(days=1)
    with mock.patch("django.utils.timezone.now", return_value=after):
        assert deliver() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda member: Commitment.objects.update(state="done", closed_at=timezone.now()),
        lambda member: Commitment.objects.update(term=timezone.localdate() + dt.timedelta(days=90)),
        lambda member: member.memberships.update(until=timezone.localdate()),
        lambda member: member.organization.participations.update(left=timezone.localdate()),
        lambda member: User.objects.update(is_active=False),
        lambda member: readdress(member, "nouvelle@ville.example", by=None),
    ],
    ids=["done", "moved", "left", "organisation left", "account closed", "address changed"],
)
def test_what_lost_its_purpose_since_it_was_planned_does_not_leave(commitment, member, change):
    OutgoingEmail.objects.update(due_at=timezone.now())
    change(member)
    assert deliver() == 0
    assert {email.state for email in reminders()} == {State.WITHDRAWN}
    assert {email.last_error for email in reminders()} == {POINTLESS}


def test_a_demonstration_reminds_nobody_where_it_is_off(commitment, settings):
    Cycle.objects.update(is_demonstration=True)
    OutgoingEmail.objects.update(due_at=timezone.now())
    settings.DEMO = False
    assert deliver() == 0


def test_one_that_cannot_be_planned_does_not_stop_the_others(meeting, member, caplog):
    first, second = committed(meeting, member), committed(meeting, member, text="Autre")
    OutgoingEmail.objects.all().delete()
    plan = terms.plan

    def failing(row):
        if row.pk == first.pk:
            raise RuntimeError
        return plan(row)

    with mock.patch("meetings.terms.plan", side_effect=failing):
        terms.plan_all()
    assert [email.key.split("/")[1] for email in waiting()] == [str(second.pk)]
    assert "not planned" in caplog.text
