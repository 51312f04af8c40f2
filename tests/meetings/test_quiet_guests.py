"""A guest asks for no reminder of a meeting: by the button of a mail program, or the link of the message."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chantier.models import TraceEntry
from ecpar_portal.privacy import NOWHERE
from mailing import links
from mailing.models import OutgoingEmail
from meetings.actions import calling, convening
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests.mailing.conftest import our_post_office, post_office  # noqa: F401  fixtures
from tests.meetings.invitations import Mailbox, text_of_letter
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def mailbox(our_post_office):  # noqa: F811
    return Mailbox(our_post_office)


@pytest.fixture
def meeting(cycle, member, mailbox):
    """A convened meeting in three weeks, with a member and a guest, and a word after it."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start)
    f.RemindingFactory(meeting=meeting, after_words="Envoyez vos notes.")
    f.MeetingGuestFactory(meeting=meeting, email="camille@ailleurs.example")
    convening.convene(meeting, by=None)
    mailbox()
    return meeting


@pytest.fixture
def row(meeting):
    return meeting.convocations.get(user=None)


@pytest.fixture
def link(row):
    return reverse("unsubscribe", args=[links.guest_token(row.pk, "reminder")])


@pytest.fixture
def stranger():
    return Client(enforce_csrf_checks=True)


def planned():
    """What waits, by whom and what."""
    return sorted(OutgoingEmail.objects.waiting().values_list("to", "kind"))


def all_leave():
    OutgoingEmail.objects.waiting().update(due_at=timezone.now())


def test_a_reminder_to_a_guest_has_the_two_headers_and_a_link_that_no_row_holds(meeting, row, link, mailbox):
    all_leave()
    letter = mailbox()[0][row.email]
    assert letter["List-Unsubscribe"].strip() == f"<{settings.PORTAL_URL}{link}>"
    assert letter["List-Unsubscribe-Post"] == ONE_CLICK
    words = f"Ne plus m’écrire au sujet de cette rencontre\u00a0: {settings.PORTAL_URL}{link}"
    assert words in text_of_letter(letter)
    rich = next(part for part in letter.walk() if part.get_content_type() == "text/html")
    assert f'href="{settings.PORTAL_URL}{link}"' in rich.get_payload(decode=True).decode()
    token = links.guest_token(row.pk, "reminder")
    assert not [email for email in OutgoingEmail.objects.values_list() if token in str(email)]


def test_one_click_takes_back_the_reminders_and_the_word_after_and_keeps_the_invitation(
    meeting, row, link, member, stranger
):
    assert (row.email, "reminder") in planned()
    assert stranger.post(link, ONE_CLICK, content_type=FORM).status_code == 200
    stranger.post(link, ONE_CLICK, content_type=FORM)
    calling.keep_all()
    assert {to for to, _ in planned()} == {member.email}
    row.refresh_from_db()
    assert row.withdrawn_at is None
    assert Convocation.objects.answerable().filter(pk=row.pk).exists()
    assert TraceEntry.objects.filter(event="quieted").count() == 1


def test_a_quiet_guest_is_still_told_of_a_move_and_of_a_cancellation(meeting, row, link, stranger, mailbox):
    stranger.post(link, ONE_CLICK, content_type=FORM)
    convening.move(meeting, date=meeting.date + dt.timedelta(days=7), starts_at=None, ends_at=None, by=None)
    assert row.email in mailbox()[0]
    convening.cancel(Meeting.objects.get(), by=None)
    assert row.email in mailbox()[0]


def test_what_was_taken_by_a_restart_does_not_leave_either(meeting, row, link, stranger, mailbox):
    stranger.post(link, ONE_CLICK, content_type=FORM)
    OutgoingEmail.objects.filter(to=row.email).exclude(state="done").update(state="waiting")
    all_leave()
    assert row.email not in mailbox()[0]


def test_the_page_asks_first_and_offers_to_take_it_back(meeting, row, link, stranger):
    page = text_of(stranger.get(link))
    assert "Ne plus recevoir : rappels de la rencontre du" in page
    assert "L’invitation tient" in page
    assert "Choisir tout ce que je reçois" not in page
    for method in ("get", "head", "post"):
        getattr(stranger, method)(link)
    row.refresh_from_db()
    assert row.quiet_at is None
    assert "C’est fait" in text_of(stranger.post(link, {"List-Unsubscribe": "One-Click"}))
    before = planned()
    assert "C’est remis" in text_of(stranger.post(link, {"again": "1"}))
    assert (row.email, "reminder") in set(planned()) - set(before)


@pytest.mark.parametrize("of", ["member", "nobody", "kind", "erased"])
def test_a_link_that_is_of_no_use_says_so_and_changes_nothing(meeting, row, stranger, of):
    number = {"member": meeting.convocations.exclude(user=None).get().pk, "nobody": 10**6}.get(of, row.pk)
    if of == "erased":
        Convocation.objects.filter(pk=row.pk).update(email=f"convocation-1@{NOWHERE}")
    token = links.guest_token(number, "convocation" if of == "kind" else "reminder")
    answer = stranger.post(reverse("unsubscribe", args=[token]), ONE_CLICK, content_type=FORM)
    assert answer.status_code == 404
    assert not Convocation.objects.exclude(quiet_at=None).exists()


def test_the_coordinator_reads_who_wants_no_reminder(sign_in, coordinator, meeting, link, stranger):
    stranger.post(link, ONE_CLICK, content_type=FORM)
    page = text_of(sign_in(coordinator).get(reverse("following", args=[meeting.slug])))
    assert "camille@ailleurs.example; ne veut pas de rappels" in page
