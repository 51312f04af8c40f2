"""A convened meeting gets another place, video link or title: who had been told otherwise is told, once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.models import TraceEntry
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings import changes, feed
from meetings.actions import answering, calling, convening
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests.mailing.conftest import our_post_office, post_office  # noqa: F401  fixtures
from tests.meetings.invitations import Letter, Mailbox, event_of, text_of_letter
from tests.pages import text_of
from tests.prepare_form import filled_in

pytestmark = pytest.mark.django_db

UPDATED = OutgoingEmail.objects.filter(kind=changes.UPDATED)


@pytest.fixture
def meeting(cycle, member):
    """A draft three weeks ahead, in Québec; one member takes part in its cycle."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    return f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start, place="Québec")


@pytest.fixture
def mailbox(our_post_office):  # noqa: F811
    return Mailbox(our_post_office)


@pytest.fixture
def convened(meeting, mailbox):
    """The same, whose convocations have left."""
    convening.convene(meeting, by=None)
    assert [letter.word for letter in mailbox()[1]] == ["Convocation"]
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def save(sign_in, coordinator):
    """Save the page of preparation with changes; what the page says then."""
    desk = sign_in(coordinator)

    def saved(meeting, **changed):
        address = reverse("prepare_meeting", args=[meeting.slug])
        return text_of(desk.post(address, filled_in(desk, address, **changed), follow=True))

    return saved


def ten_minutes_later():
    OutgoingEmail.objects.waiting().filter(due_at__lt=timezone.now() + changes.MENDED_WITHIN).update(
        due_at=timezone.now()
    )


def test_who_was_told_of_a_place_is_told_of_the_new_one_and_the_answer_stays(convened, member, save, mailbox):
    answering.answer(Convocation.objects.get(), "yes", by=member)
    said = save(convened, place="Montréal")
    assert "1 personne en est avertie d’ici une dizaine de minutes." in said
    assert mailbox()[1] == []
    ten_minutes_later()
    letters, told = mailbox()
    assert told == [Letter(member.email, "Nouveau lieu", "REQUEST", 1)]
    letter, event = letters[member.email], event_of(letters[member.email])
    assert "Nouveau lieu\u00a0: Montréal" in text_of_letter(letter)
    assert "Votre réponse tient" in text_of_letter(letter)
    assert (str(event["LOCATION"]), event["ATTENDEE"].params["PARTSTAT"]) == ("Montréal", "ACCEPTED")
    assert Convocation.objects.get().answer == "yes"
    assert TraceEntry.objects.get(event="announced").detail == {"changed": ["place"], "people": 1}
    calling.keep_all()
    ten_minutes_later()
    assert mailbox()[1] == []


@pytest.mark.parametrize(
    ("changed", "word", "sentence"),
    [
        (
            {"video_link": "https://visio.example/2"},
            "Nouveau lien de visioconférence",
            "https://visio.example/2",
        ),
        ({"title": "Cadre"}, "Nouveau titre", "Nouveau titre\u00a0: Cadre"),
        ({"place": ""}, "Mise à jour", "Le lieu n’est plus donné."),
        ({"place": "Laval", "title": "Cadre"}, "Mise à jour", "Nouveau lieu\u00a0: Laval"),
    ],
)
def test_the_subject_says_what_changed(convened, save, mailbox, member, changed, word, sentence):
    save(convened, **changed)
    ten_minutes_later()
    letters, told = mailbox()
    assert [letter.word for letter in told] == [word]
    assert sentence in text_of_letter(letters[member.email])


def test_nothing_else_of_the_page_is_announced(convened, save):
    said = save(convened, capacity="40", **{"reminding-days": "3"})
    assert "La rencontre est enregistrée." in said
    assert "avertie" not in said.partition("La rencontre est convoquée")[0]
    assert not UPDATED.exists()
    assert Meeting.objects.get().sequence == 0


def test_several_savings_before_it_leaves_are_one_message(convened, save, mailbox, member):
    save(convened, place="Montrael")
    save(convened, place="Montréal")
    save(convened, title="Cadre")
    ten_minutes_later()
    letters, told = mailbox()
    assert told == [Letter(member.email, "Mise à jour", "REQUEST", 3)]
    assert "Nouveau lieu\u00a0: Montréal" in text_of_letter(letters[member.email])
    assert "Nouveau titre\u00a0: Cadre" in text_of_letter(letters[member.email])


def test_what_is_put_back_before_it_leaves_is_told_to_nobody(convened, save, mailbox):
    save(convened, place="Montréal")
    save(convened, place="Québec")
    ten_minutes_later()
    assert mailbox()[1] == []


def test_whose_convocation_has_not_left_receives_one_convocation_with_the_new_place(
    meeting, save, mailbox, member
):
    convening.convene(meeting, by=None)
    save(Meeting.objects.get(), place="Montréal")
    ten_minutes_later()
    letters, told = mailbox()
    assert told == [Letter(member.email, "Convocation", "REQUEST", 1)]
    assert "Montréal" in text_of_letter(letters[member.email])


def test_a_move_at_the_same_time_is_one_message_that_tells_both(convened, save, mailbox, member):
    save(convened, date=str(convened.date + dt.timedelta(days=7)), place="Montréal")
    ten_minutes_later()
    letters, told = mailbox()
    assert told == [Letter(member.email, "Déplacée", "REQUEST", 1)]
    assert "Nouveau lieu\u00a0: Montréal" in text_of_letter(letters[member.email])


@pytest.mark.parametrize("first", ["place", "date"])
def test_a_move_and_a_place_saved_one_after_the_other_before_they_leave_are_one_message(
    convened, save, mailbox, member, first
):
    day = {"date": str(convened.date + dt.timedelta(days=7))}
    steps = [day, {"place": "Montréal"}]
    for step in steps if first == "date" else reversed(steps):
        save(convened, **step)
    ten_minutes_later()
    letters, told = mailbox()
    assert told == [Letter(member.email, "Déplacée", "REQUEST", 2)]
    text = text_of_letter(letters[member.email])
    assert "est déplacée au" in text
    assert "Nouveau lieu\u00a0: Montréal" in text


def test_a_meeting_cancelled_before_it_leaves_is_only_cancelled(convened, save, mailbox, member):
    save(convened, place="Montréal")
    convening.cancel(convened, by=None)
    ten_minutes_later()
    assert mailbox()[1] == [Letter(member.email, "Annulée", "CANCEL", 2)]


def test_a_meeting_that_is_about_to_begin_tells_at_once(convened, save, mailbox, member):
    soon = timezone.now() + dt.timedelta(hours=1)
    Meeting.objects.update(starts_at=soon, date=timezone.localdate(soon))
    convening.announce(convened, known={"place": changes.mark_of("Montréal")}, by=None)
    assert [letter.word for letter in mailbox()[1]] == ["Nouveau lieu"]


def test_the_page_says_before_it_is_saved_how_many_will_be_told(sign_in, coordinator, convened):
    f.MeetingGuestFactory(meeting=convened)
    convening.invited_changed(convened, by=None)
    address = reverse("prepare_meeting", args=[convened.slug])
    assert "est annoncé à 1 personne" in text_of(sign_in(coordinator).get(address))
    deliver()
    assert "est annoncé à 2 personnes" in text_of(sign_in(coordinator).get(address))


def test_a_draft_and_a_meeting_that_is_over_announce_nothing(meeting, save, cycle):
    save(meeting, place="Montréal")
    over = f.MeetingFactory(cycle=cycle, date=timezone.localdate() - dt.timedelta(days=2), place="Québec")
    save(over, place="Laval")
    assert not OutgoingEmail.objects.exists()


def test_the_feed_and_the_file_carry_the_new_place_with_a_higher_sequence(convened, save, sign_in, member):
    save(convened, place="Montréal")
    file = sign_in(member).get(reverse("meeting_calendar", args=[convened.slug])).text
    secret = feed.calendar(feed.meetings_of(member), stamp=timezone.now())
    for text in (file, secret):
        assert "SEQUENCE:1" in text
        assert "Montréal" in text


def test_the_page_asks_as_many_queries_whoever_is_called(sign_in, coordinator, convened, cycle):
    client, address = sign_in(coordinator), reverse("prepare_meeting", args=[convened.slug])
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for _ in range(5):
        f.member_of(cycle)
    convening.invited_changed(convened, by=None)
    deliver()
    with CaptureQueriesContext(connection) as many:
        page = client.get(address)
    assert "6 personnes" in text_of(page)
    assert len(many) == len(few)
