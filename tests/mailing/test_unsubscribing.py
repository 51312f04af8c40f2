"""The button of mail programs (RFC 8058), and the page of its link."""

import logging

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from chantier.actions.erasure import erase
from ecpar_portal.logs import JsonFormatter, PlainFormatter
from mailing import links, preferences, registry
from mailing.actions import deliver
from mailing.models import MailPreferences, OutgoingEmail
from meetings.actions import convening
from tests import factories as f
from tests.mailing.writing import write
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def call(kinds):
    """A kind that one may decline."""
    registry.register(registry.Kind("call", "Rappel", optional=True, invited=True, description="Avant elle."))


@pytest.fixture
def link(member):
    """The path of the member's link."""
    return reverse("unsubscribe", args=[links.token_for(member.pk, "call")])


@pytest.fixture
def stranger():
    """A mail program, or somebody who is not signed in, with the checks of a real server."""
    return Client(enforce_csrf_checks=True)


def refused():
    return list(MailPreferences.objects.values_list("user", "refused"))


def test_a_message_that_one_may_decline_has_the_two_headers_and_its_row_has_no_token(
    our_post_office, settings, member, link
):
    settings.PORTAL_URL = "https://portail.example"
    write(kind="call", user=member)
    deliver()
    (letter,) = our_post_office.letters()
    assert letter["List-Unsubscribe"].strip() == f"<https://portail.example{link}>"
    assert letter["List-Unsubscribe-Post"] == ONE_CLICK
    token = links.token_for(member.pk, "call")
    assert not [value for value in OutgoingEmail.objects.values_list().get() if token in str(value)]
    assert token not in str(letter.get_body())


@pytest.mark.parametrize("kind", ["account", "account_link", "notice"])
def test_what_always_comes_has_none(our_post_office, member, kind):
    write(kind=kind, user=member)
    write(kind="call")  # to somebody without an account, who has no preferences
    deliver()
    assert [letter["List-Unsubscribe"] for letter in our_post_office.letters()] == [None, None]


def test_the_post_of_a_mail_program_stops_that_kind_and_no_other(stranger, member, link):
    answer = stranger.post(link, ONE_CLICK, content_type=FORM)
    assert answer.status_code == 200  # a mail program follows no redirection
    assert refused() == [(member.pk, ["call"])]
    stranger.post(link, ONE_CLICK, content_type=FORM)
    assert refused() == [(member.pk, ["call"])]
    write(kind="call", user=member), write(kind="notice", user=member)
    assert deliver() == 1


def test_a_program_that_sends_the_form_in_parts_is_heard_too(stranger, member, link):
    stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert refused() == [(member.pk, ["call"])]


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_scanner_that_follows_the_link_stops_nothing(stranger, link, method):
    assert getattr(stranger, method)(link).status_code == 200
    assert refused() == []


def test_the_page_asks_first_then_offers_to_take_it_back(stranger, member, link):
    page = stranger.get(link)
    for words in ("Ne plus recevoir : Rappel", "Avant elle.", "Ne plus recevoir ces messages"):
        assert words in text_of(page)
    assert f'href="{reverse("mail_preferences")}"' in page.text
    page = stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert "Vous ne recevrez plus ces messages : Rappel." in text_of(page)
    page = stranger.post(link, {"again": "1"})
    assert "Vous recevrez de nouveau ces messages : Rappel." in text_of(page)
    assert refused() == [(member.pk, [])]


def test_the_link_is_its_person_s_whoever_is_signed_in(sign_in, coordinator, member, link):
    page = sign_in(coordinator).post(link, {"List-Unsubscribe": "One-Click"})
    assert refused() == [(member.pk, ["call"])]
    assert coordinator.name not in page.text
    assert member.name not in page.text
    assert member.email not in page.text


def test_a_forged_link_leads_to_one_clear_page(stranger, member, link):
    token = links.token_for(member.pk, "call")
    body, _, signature = token.partition(":")
    forged = ["abc", ":", f"{body}:{signature[:-1]}", f"{body}x:{signature}", "é" * 50, "\0"]
    forged.append(links.token_for(member.pk, "notice"))  # always comes
    forged.append(links.token_for(member.pk, "inconnu"))
    forged.append(links.token_for(10**6, "call"))
    pages = set()
    for token in forged:
        answer = stranger.post(reverse("unsubscribe", args=[token]), ONE_CLICK, content_type=FORM)
        assert answer.status_code == 404
        assert "Ce lien ne vaut plus" in text_of(answer)
        pages.add(text_of(answer))
    assert len(pages) == 1
    assert refused() == []


def test_the_link_is_of_no_use_once_the_account_is_erased(stranger, member, link):
    f.UserFactory(coordinator=True)
    erase(member, by=None)
    assert stranger.post(link, ONE_CLICK, content_type=FORM).status_code == 404
    assert refused() == []


def test_a_token_signed_for_something_else_opens_nothing(stranger, member):
    other = links.Signer(salt="autre").sign_object([member.pk, "call"])
    assert stranger.get(reverse("unsubscribe", args=[other])).status_code == 404


def test_the_digest_comes_back_at_the_rhythm_that_it_had(stranger, member):
    f.MailPreferencesFactory(user=member, digest="weekly")
    link = reverse("unsubscribe", args=[links.token_for(member.pk, "digest")])
    stranger.post(link, ONE_CLICK, content_type=FORM)
    assert preferences.of(member).rhythm == "never"
    stranger.post(link, {"again": "1"})
    assert preferences.of(member).rhythm == "weekly"


@pytest.mark.parametrize("token", ["", "abc"])
def test_the_token_is_in_no_line_of_the_log_nor_sent_to_another_page(stranger, link, caplog, token):
    caplog.set_level(logging.DEBUG)
    address = reverse("unsubscribe", args=["jeton-inconnu"]) if token else link
    answer = stranger.post(address, ONE_CLICK, content_type=FORM)
    assert caplog.records or not token  # a 404 is told
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    for formatter in (JsonFormatter, PlainFormatter):
        lines = [formatter().format(record) for record in caplog.records]
        assert address.split("/")[-2] not in "".join(lines)


def test_one_past_the_limit_waits(stranger, link, settings):
    settings.LIMITS = {**settings.LIMITS, "links": (2, 300)}
    assert [stranger.get(link).status_code for _ in range(3)] == [200, 200, 429]


def test_a_reminder_ends_with_the_way_to_the_preferences(cycle, member):
    convening.convene(f.MeetingFactory(cycle=cycle, draft=True, date="2027-06-01"), by=None)
    OutgoingEmail.objects.update(due_at="2026-01-01T00:00Z")
    deliver()
    message = next(message for message in mail.outbox if message.subject.startswith("Rappel"))
    assert "http://localhost/compte/courriels/" in message.body.strip().splitlines()[-1]
    assert 'href="http://localhost/compte/courriels/"' in message.alternatives[0].content
