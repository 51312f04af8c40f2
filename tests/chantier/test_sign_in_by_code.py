"""A code by mail, in place of the password."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.chantier.signing_in import code_received, is_in, with_password
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ASK, CONFIRM = "/compte/login/code/", "/compte/login/code/confirm/"


@pytest.fixture
def person(cycle):
    return with_password(f.member_of(cycle))


def test_a_code_leads_where_the_person_wanted_to_go(client, person, cycle):
    wanted = cycle.get_absolute_url()
    page = client.get(f"/compte/login/?next={wanted}")
    assert f"{ASK}?next=" in page.text
    assert client.post(ASK, {"email": person.email, "next": wanted}).status_code == 302
    answer = client.post(CONFIRM, {"code": code_received().lower(), "next": wanted})
    assert answer["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_a_code_serves_once(client, person):
    client.post(ASK, {"email": person.email})
    code = code_received()
    client.post(CONFIRM, {"code": code})
    assert is_in(client)
    client.post("/compte/logout/")
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert not is_in(client)


def test_a_code_opens_nothing_in_another_browser(client, person):
    client.post(ASK, {"email": person.email})
    code, elsewhere = code_received(), type(client)()
    elsewhere.post(ASK, {"email": "inconnue@ville.example"})
    elsewhere.post(CONFIRM, {"code": code})
    assert not is_in(elsewhere)


def test_three_wrong_codes_end_the_attempt(client, person):
    client.post(ASK, {"email": person.email})
    code = code_received()
    for _ in range(3):
        client.post(CONFIRM, {"code": "BBBB-BBBB"})
    client.post(CONFIRM, {"code": code})
    assert not is_in(client)


def test_a_known_and_an_unknown_address_receive_the_same_answers_and_one_a_message(client, person):
    told = []
    for email in (person.email, "inconnue@ville.example"):
        browser = type(client)()
        asked = browser.post(ASK, {"email": email})
        page = browser.get(CONFIRM)
        wrong = browser.post(CONFIRM, {"code": "BBBB-BBBB"})
        texts = [text_of(answer).replace(email, "") for answer in (page, wrong)]
        told.append((asked.status_code, asked["Location"], page.status_code, wrong.status_code, *texts))
    assert told[0] == told[1]
    deliver()
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_a_code_is_a_secret_that_stays_nowhere_and_does_not_leave_late(client, person):
    client.post(ASK, {"email": person.email})
    email = OutgoingEmail.objects.get()
    assert email.is_secret
    assert email.user == person
    assert dt.timedelta(minutes=14) < email.expires_at - timezone.now() <= dt.timedelta(minutes=15)
    code = code_received()
    email.refresh_from_db()
    assert (email.text, email.html) == ("", "")
    assert code not in email.subject


def test_a_closed_account_receives_no_code_and_a_demonstration_one_opens_nothing(client, person, settings):
    person.is_demonstration = True
    person.save()
    settings.DEMO = False
    client.post(ASK, {"email": person.email})
    client.post(CONFIRM, {"code": code_received()})
    assert not is_in(client)
    person.is_active = False
    person.save()
    client.post(ASK, {"email": person.email})
    deliver()
    assert len(mail.outbox) == 1
