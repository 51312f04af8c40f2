"""What a mail server answers, and what becomes of the message."""

import pytest
from django.utils import timezone

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests.mailing.writing import it_is_time, state_of, write

pytestmark = pytest.mark.django_db

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Été à Montréal\r\nEND:VCALENDAR\r\n"


def test_a_person_receives_text_html_and_calendar_as_they_were_written(our_post_office, settings):
    settings.PORTAL_URL = "https://portail.example:8443"
    subject = "Rencontre du 9 mars : « économie sociale », " + "très " * 20 + "longue"
    text = "Bonjour Élise,\n\n.un point au début\nFrom ici\n\nFin, sans retour"
    html = "<p>" + "À bientôt. " * 500 + "</p>"
    message = write(subject=subject, text=text, html=html, calendar=CALENDAR, calendar_method="REQUEST")
    deliver()
    letter, raw = our_post_office.letters()[0], our_post_office.raw[0]
    alternatives, calendar = letter.iter_parts()
    assert letter["Subject"].strip() == subject
    assert letter["From"] == settings.DEFAULT_FROM_EMAIL
    assert letter["To"] == message.to
    assert letter["Message-ID"] == message.message_id
    assert message.message_id.endswith("@portail.example>")
    assert abs((letter["Date"].datetime - timezone.now()).total_seconds()) < 60
    assert letter["Auto-Submitted"] == "auto-generated"
    assert alternatives.get_content_type() == "multipart/alternative"
    plain, rich = alternatives.iter_parts()
    assert plain.get_payload(decode=True).decode().splitlines() == text.splitlines()
    assert rich.get_payload(decode=True).decode() == html
    assert calendar.get_content_type() == "text/calendar"
    assert dict(calendar["Content-Type"].params) == {
        "charset": "utf-8",
        "method": "REQUEST",
        "name": "rencontre.ics",
    }
    assert calendar.get_filename() == "rencontre.ics"
    assert calendar.get_payload(decode=True) == CALENDAR.encode()
    assert max(map(len, raw.split(b"\r\n"))) < 900
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_calendar_written_with_plain_line_ends_leaves_with_those_of_icalendar(our_post_office):
    write(calendar=CALENDAR.replace("\r\n", "\n"))
    deliver()
    calendar = list(our_post_office.letters()[0].iter_parts())[1]
    assert calendar.get_payload(decode=True) == CALENDAR.encode()
    assert "method" not in calendar["Content-Type"].params


def test_fifty_messages_go_over_one_connection(our_post_office):
    for _ in range(50):
        write()
    assert deliver() == 50
    assert our_post_office.visits == 1


def test_a_server_that_asks_to_wait_receives_the_same_message_later(our_post_office):
    our_post_office.answer = lambda address: "451 revenez plus tard"
    message = write()
    assert deliver() == 0
    assert state_of(message) == "waiting"
    assert message.due_at > timezone.now()
    assert message.last_error == "Le serveur de courriel demande d’attendre\u00a0: 451 revenez plus tard"
    our_post_office.answer = lambda address: "250 OK"
    assert deliver() == 0
    it_is_time()
    assert deliver() == 1
    assert our_post_office.letters()[0]["Message-ID"] == message.message_id
    assert (state_of(message), message.last_error, message.attempts) == ("done", "", 2)
    assert not message.may_have_arrived_twice


def test_an_address_refused_for_good_fails_at_once_and_says_why(our_post_office):
    our_post_office.answer = lambda address: "550 5.1.1 boîte inconnue"
    message = write()
    assert deliver() == 0
    assert (state_of(message), message.attempts, message.sent_at) == ("failed", 1, None)
    assert message.last_error.startswith("Le serveur de courriel refuse ce courriel\u00a0: 550 5.1.1 bo")


@pytest.mark.parametrize("to", ["refus@ville.example", "deux@ville.example, autre@ville.example", ""])
def test_one_bad_recipient_of_fifty_stops_nobody(our_post_office, to):
    our_post_office.answer = lambda address: "550 inconnu" if address.startswith("refus") else "250 OK"
    messages = [write(**({"to": to} if number == 20 else {})) for number in range(50)]
    assert deliver() == 49
    assert state_of(messages[20]) == "failed"
    assert messages[20].last_error
    assert set(our_post_office.recipients()) == {message.to for message in messages} - {to}
    assert OutgoingEmail.objects.filter(state="done").count() == 49


@pytest.mark.parametrize("trouble", ["hang", "cut"])
@pytest.mark.parametrize("moment", ["greeting", "data"])
def test_a_server_that_hangs_or_cuts_receives_the_message_later(our_post_office, settings, trouble, moment):
    settings.EMAIL_TIMEOUT = 0.3
    our_post_office.trouble = lambda at, address: trouble if at == moment else ""
    message = write()
    assert deliver() == 0
    assert state_of(message) == "waiting"
    assert message.last_error.startswith("L’envoi a été coupé\u00a0: SMTPServerDisconnected")
    our_post_office.trouble = lambda at, address: ""
    it_is_time()
    assert deliver() == 1
    assert len(our_post_office.raw) == 1


def test_a_message_whose_receipt_was_lost_may_arrive_twice_and_says_so(our_post_office):
    our_post_office.trouble = lambda at, address: "cut" if at == "receipt" else ""
    message = write()
    assert deliver() == 0
    our_post_office.trouble = lambda at, address: ""
    it_is_time()
    assert deliver() == 1
    assert [letter["Message-ID"] for letter in our_post_office.letters()] == [message.message_id] * 2
    message.refresh_from_db()
    assert message.may_have_arrived_twice


def test_a_message_that_makes_the_server_cut_stops_nobody(our_post_office):
    messages = [write() for _ in range(10)]
    bad = messages[3].to
    our_post_office.trouble = lambda at, address: "cut" if (at, address) == ("data", bad) else ""
    assert deliver() == 9
    assert our_post_office.visits == 2


def test_a_server_that_is_away_costs_one_try_and_the_rest_stays_due(our_post_office):
    our_post_office.stop()
    for _ in range(5):
        write()
    try:
        assert deliver() == 0
    finally:
        our_post_office.start()
    tried = OutgoingEmail.objects.get(attempts=1)
    assert tried.last_error.startswith("Le serveur de courriel ne répond pas\u00a0: ConnectionRefusedError")
    assert OutgoingEmail.objects.due(timezone.now()).count() == 4
    assert deliver() == 4
    it_is_time()
    assert deliver() == 1
    tried.refresh_from_db()
    assert not tried.may_have_arrived_twice


def test_a_server_that_cuts_everybody_is_left_alone_for_a_while(our_post_office):
    our_post_office.trouble = lambda at, address: "cut" if at == "data" else ""
    for _ in range(10):
        write()
    assert deliver() == 0
    assert our_post_office.visits == 3


def test_a_portal_that_the_server_does_not_let_in_loses_no_message(our_post_office):
    our_post_office.answer = lambda address: "530 5.7.0 Authentication required"
    for _ in range(3):
        write()
    assert deliver() == 0
    assert list(OutgoingEmail.objects.order_by("pk").values_list("state", "attempts")) == [
        ("waiting", 1),
        ("waiting", 0),
        ("waiting", 0),
    ]
