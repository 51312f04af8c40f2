"""Somebody who was asked to come in another's place says no: the other is told once, and asked again."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecpar_portal.refusal import Refusal
from mailing.models import OutgoingEmail
from meetings.actions import answering, calling, convening
from meetings.actions.answering import StandIn
from meetings.answer_link import token_of
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests.mailing.conftest import our_post_office, post_office  # noqa: F401  fixtures
from tests.meetings.invitations import Letter, Mailbox, link_in, text_of_letter
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(our_post_office):  # noqa: F811
    return Mailbox(our_post_office)


@pytest.fixture
def meeting(cycle, member, mailbox):
    """A convened meeting in three weeks, whose convocations have left."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start)
    convening.convene(meeting, by=None)
    mailbox()
    return meeting


@pytest.fixture
def row(meeting, member):
    return meeting.convocations.get(user=member)


@pytest.fixture
def asked(row, member, mailbox):
    """Somebody without an account, asked to come in the member's place; they received their convocation."""
    stand_in = StandIn(name="Camille Roy", email="camille@ailleurs.example")
    answering.answer(row, "replaced", by=member, stand_in=stand_in)
    assert [letter.to for letter in mailbox()[1]] == [stand_in.email]
    return Convocation.objects.get(email=stand_in.email)


def fresh(row):
    return Convocation.objects.get(pk=row.pk)


def say(row, choice):
    answering.answer(fresh(row), choice, by=None)


def test_who_counted_on_somebody_is_told_once_that_they_cannot_and_answers_again(
    sign_in, member, meeting, row, asked, mailbox
):
    say(asked, "no")
    letters, told = mailbox()
    assert told == [Letter(member.email, "Réponse attendue", "REQUEST")]
    assert "Camille Roy ne peut pas venir à votre place." in text_of_letter(letters[member.email])
    assert (fresh(row).answer, fresh(row).answered_at) == ("", None)
    client = sign_in(member)
    for address in (reverse("home"), meeting.get_absolute_url(), reverse("answer", args=[meeting.slug])):
        assert "Réponse attendue Camille Roy ne peut pas venir à votre place." in text_of(client.get(address))
    page = text_of(Client().get(link_in(letters[member.email]), follow=True))
    assert "Camille Roy ne peut pas venir à votre place." in page
    client.post(reverse("answer", args=[meeting.slug]), {"answer": "yes"})
    assert (fresh(row).answer, fresh(row).replaced_by) == ("yes", None)


def test_they_are_told_never_twice(asked, mailbox):
    for choice in ("no", "no", "yes", "no"):
        say(asked, choice)
    calling.keep_all()
    assert len(mailbox()[1]) == 1


def test_who_answers_before_the_message_leaves_does_not_receive_it(row, asked, mailbox):
    say(asked, "no")
    say(row, "yes")
    assert mailbox()[1] == []


def test_who_said_no_may_change_their_mind_and_is_not_told_that_they_are_off_the_list(
    meeting, row, asked, mailbox
):
    say(asked, "no")
    mailbox()
    calling.keep_all()
    page = Client().get(reverse("open_convocation", args=[token_of(fresh(asked))]), follow=True)
    assert page.status_code == 200
    say(asked, "yes")
    say(asked, "no")
    say(row, "yes")
    assert fresh(asked).withdrawn_at
    assert mailbox()[1] == []


def test_a_colleague_who_said_no_is_not_asked_again(row, asked, member):
    say(asked, "no")
    with pytest.raises(Refusal, match="ne peut pas venir à votre place"):
        answering.answer(fresh(row), "replaced", by=member, stand_in=StandIn(name="C", email=asked.email))


def test_after_the_day_to_answer_by_who_was_let_down_may_still_come(row, asked):
    Convocation.objects.update(called_at=timezone.now() - dt.timedelta(days=9))
    Meeting.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    say(asked, "no")
    say(row, "yes")
    assert fresh(row).answer == "yes"


def test_another_day_asks_everybody_again_and_lets_go_of_who_said_no(meeting, row, asked, mailbox):
    say(asked, "no")
    mailbox()
    convening.move(meeting, date=meeting.date + dt.timedelta(days=7), starts_at=None, ends_at=None, by=None)
    assert fresh(row).replaced_by is None
    assert fresh(asked).withdrawn_at
    assert [letter.word for letter in mailbox()[1]] == ["Vous n’êtes plus convoqué", "Déplacée"]


def test_the_coordinator_reads_who_cannot_come_in_whose_place(sign_in, coordinator, meeting, asked):
    say(asked, "no")
    page = text_of(sign_in(coordinator).get(reverse("following", args=[meeting.slug])))
    assert "Camille Roy ne peut pas venir à sa place" in page
    assert OutgoingEmail.objects.filter(key__contains="/non/").count() == 1
