"""How people are reminded of a meeting, as its coordinator chose; never for nothing, never twice."""

import datetime as dt
from unittest import mock

import pytest
from django.utils import timezone

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings.actions import answering, calling, convening
from meetings.actions.following import call_once_more
from meetings.models import Convocation, Meeting, Reminding
from tests import factories as f
from tests.prepare_form import filled_in

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
KINDS = {"convocation", "meeting_moved", "reminder", "follow_up", "meeting_cancelled"}


@pytest.fixture
def people(cycle):
    """Three people, each of an organisation of the cycle."""
    return [f.member_of(cycle) for _ in range(3)]


@pytest.fixture
def meeting(cycle, people):
    """A draft three weeks ahead."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    return f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start)


def at(day, hour=10):
    """That local hour, as everybody's now."""
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
    return mock.patch("django.utils.timezone.now", return_value=moment)


def before(meeting, days):
    return meeting.date - dt.timedelta(days=days)


def what_left():
    """The kinds of what leaves now, one for each message."""
    known = set(OutgoingEmail.objects.filter(state=State.DONE).values_list("pk", flat=True))
    deliver()
    left = OutgoingEmail.objects.filter(state=State.DONE, kind__in=KINDS).exclude(pk__in=known)
    return sorted(left.values_list("kind", flat=True))


def convene(meeting, **reminding):
    if reminding:
        f.RemindingFactory(meeting=meeting, **reminding)
    convening.convene(meeting, by=None)
    assert what_left() == ["convocation"] * 3


def answer(meeting, person, choice):
    answering.answer(meeting.convocations.get(user=person), choice, by=person)


def move(meeting, day, hour=None):
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(hour))) if hour else None
    convening.move(meeting, date=day, starts_at=start, ends_at=None, by=None)


def test_the_days_and_the_hour_are_those_that_were_chosen(meeting):
    convene(meeting, days=[14, 2], hour=dt.time(16, 30))
    due = OutgoingEmail.objects.filter(kind="reminder").order_by("due_at")
    local = sorted({timezone.localtime(email.due_at).replace(tzinfo=None) for email in due})
    assert local == [dt.datetime.combine(before(meeting, days), dt.time(16, 30)) for days in (14, 2)]


def test_no_day_reminds_nobody(meeting):
    convene(meeting, days=[])
    assert not OutgoingEmail.objects.filter(kind="reminder").exists()


def test_the_subject_and_the_first_words_are_those_that_were_chosen(meeting):
    convene(meeting, subject="On se voit bientôt", opening="Apportez vos chiffres.\nEt un exemple.")
    email = OutgoingEmail.objects.filter(kind="reminder").first()
    assert email.subject == "On se voit bientôt"
    assert "Apportez vos chiffres.\nEt un exemple." in email.text
    assert "Apportez vos chiffres.<br>Et un exemple." in email.html


def test_what_the_coordinator_changes_holds_for_what_has_not_left(meeting):
    convene(meeting)
    Reminding.objects.create(meeting=meeting, days=[3])
    convening.invited_changed(meeting, by=None)
    waits = OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING)
    assert {timezone.localdate(email.due_at) for email in waits} == {before(meeting, 3)}


@pytest.mark.parametrize(
    ("audience", "reminded"), [("not_declined", [0, 2]), ("unanswered", [2])], ids=["all but no", "silent"]
)
def test_nobody_is_reminded_whose_answer_makes_it_pointless(meeting, people, audience, reminded):
    convene(meeting, audience=audience)
    answer(meeting, people[0], "yes")
    answer(meeting, people[1], "no")
    with at(before(meeting, 7)):
        deliver()
    left = OutgoingEmail.objects.filter(kind="reminder", state=State.DONE)
    assert set(left.values_list("to", flat=True)) == {people[rank].email for rank in reminded}


def test_who_chose_another_to_come_is_not_reminded_and_the_other_is(meeting, people):
    convene(meeting)
    row = meeting.convocations.get(user=people[0])
    stand_in = answering.StandIn(name="Autre", email="autre@ailleurs.example")
    answering.answer(row, "replaced", by=people[0], stand_in=stand_in)
    assert what_left() == ["convocation"]
    calling.keep_all()
    with at(before(meeting, 7)):
        deliver()
    left = OutgoingEmail.objects.filter(kind="reminder", state=State.DONE)
    assert set(left.values_list("to", flat=True)) == {
        "autre@ailleurs.example",
        people[1].email,
        people[2].email,
    }
    message = left.get(to="autre@ailleurs.example")
    assert "/convocation/" not in message.text
    assert "le lien de votre convocation" in message.text
    assert "/rencontres/" in left.get(to=people[1].email).text


def test_a_meeting_moved_after_its_j_7_left_reminds_again_for_the_new_day(meeting):
    convene(meeting)
    with at(before(meeting, 7)):
        assert what_left() == ["reminder"] * 3
    new_day = meeting.date + dt.timedelta(days=14)
    with at(before(meeting, 5)):
        move(meeting, new_day)
        assert what_left() == ["meeting_moved"] * 3
    with at(new_day - dt.timedelta(days=7), hour=8):
        assert what_left() == []
    for days in (7, 1):
        with at(new_day - dt.timedelta(days=days)):
            assert what_left() == ["reminder"] * 3
            assert what_left() == []


@pytest.mark.parametrize("same_day", [True, False])
def test_a_meeting_moved_an_hour_before_its_j_1_sends_one_message_and_not_two(meeting, same_day):
    convene(meeting)
    with at(before(meeting, 7)):
        what_left()
    eve, day = before(meeting, 1), meeting.date
    with at(eve, hour=8):
        move(meeting, day if same_day else day + dt.timedelta(days=30), hour=15)
        assert what_left() == ["meeting_moved"] * 3
    for hour in (9, 10, 23):
        with at(eve, hour=hour):
            calling.keep_all()
            assert what_left() == []
    if same_day:
        with at(day, hour=8):
            calling.keep_all()
            assert what_left() == []


def test_who_is_written_to_again_an_hour_before_j_1_is_not_reminded_too(meeting):
    convene(meeting)
    with at(before(meeting, 7)):
        assert what_left() == ["reminder"] * 3
    with at(before(meeting, 1), 8):
        row = meeting.convocations.first()
        call_once_more(meeting, [row.pk], by=None)
        assert what_left() == ["convocation"]
    with at(before(meeting, 1)):
        assert what_left() == ["reminder"] * 2


def test_hours_that_change_after_j_7_do_not_remind_twice_of_it(meeting):
    convene(meeting)
    with at(before(meeting, 7)):
        assert what_left() == ["reminder"] * 3
    with at(before(meeting, 7), hour=11):
        move(meeting, meeting.date, hour=9)
        assert what_left() == ["meeting_moved"] * 3
        calling.keep_all()
        assert what_left() == []
    with at(before(meeting, 1)):
        assert what_left() == ["reminder"] * 3


def test_who_is_convened_the_day_before_is_not_reminded_too(cycle, people):
    today = timezone.localdate()
    with at(today, hour=8):
        start = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=1), dt.time(13)))
        meeting = f.MeetingFactory(
            cycle=cycle, draft=True, date=today + dt.timedelta(days=1), starts_at=start
        )
        convene(meeting)
    with at(today):
        assert what_left() == []


@pytest.mark.parametrize(
    ("day", "instants"),
    [
        (dt.date(2027, 3, 15), ["2027-03-08T14:00", "2027-03-14T13:00"]),
        (dt.date(2027, 3, 14), ["2027-03-07T14:00", "2027-03-13T14:00"]),
        (dt.date(2027, 11, 8), ["2027-11-01T13:00", "2027-11-07T14:00"]),
        (dt.date(2027, 11, 7), ["2027-10-31T13:00", "2027-11-06T13:00"]),
    ],
)
def test_nine_in_the_morning_is_nine_on_both_sides_of_a_change_also_once_moved_there(meeting, day, instants):
    with at(dt.date(2027, 1, 5)):
        Meeting.objects.update(date=dt.date(2027, 2, 1), starts_at=None)
        meeting.refresh_from_db()
        convening.convene(meeting, by=None)
        move(meeting, day)
    waits = OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING)
    assert sorted({f"{email.due_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M}" for email in waits}) == instants
    assert {timezone.localtime(email.due_at).time() for email in waits} == {dt.time(9)}


# The word after


def test_a_word_leaves_the_day_after_to_those_who_did_not_say_no(meeting, people):
    convene(meeting, after_words="Chaque organisation choisit ses deux mesures d’ici un mois.")
    answer(meeting, people[0], "no")
    answer(meeting, people[1], "yes")
    with at(meeting.date, hour=20):
        calling.keep_all()
        assert "follow_up" not in what_left()
    with at(before(meeting, -1), hour=8):
        calling.keep_all()
        assert what_left() == []
    with at(before(meeting, -1)):
        convening.hold(meeting, by=None)
        assert what_left() == ["follow_up"] * 2
        calling.keep_all()
        assert what_left() == []
    word = OutgoingEmail.objects.filter(kind="follow_up", state=State.DONE)
    assert set(word.values_list("to", flat=True)) == {people[1].email, people[2].email}
    assert "deux mesures d’ici un mois" in word.first().text


def test_empty_words_send_nothing(meeting):
    convene(meeting, after_words=" \n ")
    with at(before(meeting, -1)):
        calling.keep_all()
        assert what_left() == []


@pytest.mark.parametrize(("words", "said"), [("Nouveaux mots", 3), ("", 0)])
def test_a_word_that_is_written_anew_once_the_meeting_took_place_is_the_one_that_leaves(
    sign_in, coordinator, meeting, words, said
):
    convene(meeting, after_words="Anciens mots")
    with at(meeting.date, 18):
        convening.hold(meeting, by=None)
        desk, address = sign_in(coordinator), f"/rencontres/{meeting.slug}/preparer/"
        desk.post(address, filled_in(desk, address, **{"reminding-after_words": words}))
    with at(meeting.date + dt.timedelta(days=1), 12):
        assert what_left() == ["follow_up"] * said
    texts = OutgoingEmail.objects.filter(kind="follow_up", state=State.DONE).values_list("text", flat=True)
    assert all(words in text for text in texts)


def test_no_word_follows_a_meeting_that_was_cancelled(meeting):
    convene(meeting, after_words="Merci.")
    convening.cancel(meeting, by=None)
    what_left()
    with at(before(meeting, -1)):
        calling.keep_all()
        assert what_left() == []


def test_a_word_follows_the_meeting_where_it_moved(meeting):
    convene(meeting, after_words="Merci.")
    old = meeting.date
    move(meeting, old + dt.timedelta(days=20))
    what_left()
    with at(old + dt.timedelta(days=1)):
        assert "follow_up" not in what_left()
    with at(before(meeting, -1)):
        assert what_left() == ["follow_up"] * 3


def test_words_written_late_leave_at_once_and_once(meeting):
    convene(meeting)
    with at(before(meeting, -2)):
        what_left()
        Reminding.objects.create(meeting=meeting, after_words="Voici la suite.")
        for _ in range(2):
            convening.invited_changed(meeting, by=None)
        assert what_left() == ["follow_up"] * 3
        Reminding.objects.update(after_words="Voici la suite, corrigée.")
        convening.invited_changed(meeting, by=None)
        assert what_left() == []


def test_a_reminder_due_before_the_portal_notes_who_is_called_is_not_lost(cycle, member):
    day = timezone.localdate() + dt.timedelta(days=10)
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True, date=day)
    # As the release before wrote it.
    f.OutgoingEmailFactory(
        kind="reminder", key=f"reminder/{meeting.pk}/{member.pk}/7/{day}", to=member.email, user=member
    )
    assert not Convocation.objects.exists()
    assert what_left() == ["reminder"]
