"""One past the limit: 429, a page in French that says when to try again, and nobody else is held back."""

import time
from unittest import mock

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from ecpar_portal import limits
from ecpar_portal.cache import SteadyRedisCache
from meetings.actions.publishing import publish
from tests import factories as f
from tests.pages import text_of

LIST = "/rencontres/?period=past"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings):
    """Limits that a test meets soon, in a window that does not end meanwhile."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (3, 300))


@pytest.fixture
def report(cycle):
    """A file that waits to be made."""
    point = f.SynthesisPointFactory(meeting__cycle=cycle)
    return f.ReportFactory(object_id=publish(point.meeting, by=None).pk, content_key="x")


def limited_addresses(report):
    """Each limited page, with how it is asked for."""
    meeting = report.object_for(f.UserFactory(coordinator=True)).meeting
    need = f.NeedFactory(meeting=meeting)
    return {
        "a synthesis": ("get", reverse("synthesis_pdf", args=[meeting.slug])),
        "a bilan": ("get", reverse("bilan_pdf", args=[meeting.cycle.slug])),
        "a report": ("get", report.get_absolute_url()),
        "another try": ("post", reverse("report_retry", args=[report.pk])),
        "the list of meetings": ("get", LIST),
        "an event": ("post", reverse("meeting_event", args=[meeting.slug, "tenir"])),
        "a change of chantier": ("post", reverse("choose_chantier", args=[meeting.cycle.chantier.slug])),
        "an invitation": ("post", reverse("invitation_list")),
        "a pasted list": ("post", reverse("invite_list")),
        "an invitation again": ("post", reverse("send_invitation_again", args=[f.InvitationFactory().pk])),
        "the list of invitations": ("get", reverse("invitation_list") + "?state=pending"),
        "the list of organisations": ("get", reverse("organization_list") + "?q=ville"),
        "an acceptance": ("post", reverse("accept_invitation")),
        "one's own data": ("post", reverse("export_my_data")),
        "a need": ("post", reverse("round_table", args=[meeting.slug])),
        "a need supported": ("post", reverse("support_need", args=[meeting.slug, need.pk])),
        "a need taken back": ("post", reverse("take_back_need", args=[meeting.slug, need.pk])),
        "the screen of the room": ("get", reverse("round_table_screen", args=[meeting.slug])),
        "a presence": ("post", reverse("attendance", args=[meeting.slug])),
        "an obstacle": ("post", reverse("new_obstacle")),
        "a search in the obstacles": ("get", reverse("exchange") + "?q=lots"),
        "a search in the questions": ("get", reverse("question_list") + "?q=lots"),
        "an activity": ("post", reverse("new_activity")),
        "a month": ("get", reverse("activity_month") + "?mois=2027-01"),
        "the list of commitments": ("get", reverse("commitment_list") + "?state=open"),
        "a commitment": ("post", reverse("new_commitment", args=[meeting.slug])),
        "a compilation": ("post", reverse("compilation")),
        "a search": ("get", reverse("search") + "?q=mot"),
    }


NAMES = ["a synthesis", "a bilan", "a report", "another try", "the list of meetings"]
NAMES += ["an event", "a change of chantier", "an invitation", "a pasted list", "an invitation again"]
NAMES += ["the list of invitations", "the list of organisations", "an acceptance", "one's own data"]
NAMES += ["a need", "a need supported", "a need taken back", "the screen of the room", "a presence"]
NAMES += ["an obstacle", "a search in the obstacles", "a search in the questions", "an activity", "a month"]
NAMES += ["the list of commitments", "a commitment"]
NAMES += ["a compilation", "a search"]


def signed_in(person, **more):
    client = Client(**more)
    client.force_login(person)
    return client


def test_the_table_names_every_limited_page(report):
    assert list(limited_addresses(report)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_one_past_the_limit_is_refused_and_another_person_is_not(coordinator, report, name):
    method, address = limited_addresses(report)[name]
    ask = getattr(signed_in(coordinator), method)
    assert 429 not in [ask(address).status_code for _ in range(3)]
    refused = ask(address)
    assert refused.status_code == 429
    other = getattr(signed_in(f.UserFactory(coordinator=True)), method)
    assert other(address).status_code != 429


def test_the_page_says_in_french_when_to_try_again(sign_in, member):
    client = sign_in(member)
    refused = [client.get(LIST) for _ in range(4)][-1]
    wait = int(refused["Retry-After"])
    assert 1 <= wait <= 300
    assert "Trop de demandes" in text_of(refused)
    after = f"{wait} seconde" if wait < 60 else f"{-(-wait // 60)} minute"
    assert f"Réessayez dans {after}" in text_of(refused)


def test_one_may_ask_again_once_the_time_that_was_told_has_passed(sign_in, member):
    client = sign_in(member)
    refused = [client.get(LIST) for _ in range(4)][-1]
    later = time.time() + int(refused["Retry-After"])
    with mock.patch.object(limits.time, "time", return_value=later):
        assert client.get(LIST).status_code == 200


def test_who_tries_links_of_invitations_is_held_back_by_address(client):
    address = reverse("open_invitation", args=["essai"])
    answers = [client.get(address, REMOTE_ADDR="192.0.2.1").status_code for _ in range(4)]
    assert answers[-1] == 429
    assert client.get(address, REMOTE_ADDR="192.0.2.2").status_code != 429


def test_looking_at_an_event_counts_for_nothing(sign_in, coordinator, report):
    client = sign_in(coordinator)
    _, address = limited_addresses(report)["an event"]
    assert [client.get(address).status_code for _ in range(6)] == [302] * 6


def test_a_page_that_waits_does_not_use_up_the_files_of_its_reader(sign_in, member, report):
    client, address = sign_in(member), report.get_absolute_url()
    for _ in range(3):
        client.get(address, headers={"HX-Request": "true"})
    assert client.get(address).status_code == 202


def test_a_person_is_the_same_from_another_address(member):
    for last in range(3):
        signed_in(member, REMOTE_ADDR=f"192.0.2.{last}").get(LIST)
    assert signed_in(member, REMOTE_ADDR="192.0.2.9").get(LIST).status_code == 429


def test_strangers_are_counted_by_address(client):
    address = reverse("health")
    answers = [client.get(address, REMOTE_ADDR="192.0.2.1").status_code for _ in range(4)]
    assert answers[-1] == 429
    assert client.get(address, REMOTE_ADDR="192.0.2.2").status_code != 429


def test_the_addresses_of_one_ipv6_subscriber_are_one(client):
    address = reverse("health")
    for last in range(3):
        client.get(address, REMOTE_ADDR=f"2001:db8:1:2::{last}")
    assert client.get(address, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert client.get(address, REMOTE_ADDR="2001:db8:1:3::1").status_code != 429


def test_nobody_invents_an_address_where_no_proxy_is_trusted(client):
    answers = [
        client.get(reverse("health"), headers={"X-Forwarded-For": f"192.0.2.{last}"}) for last in range(4)
    ]
    assert answers[-1].status_code == 429


def test_behind_a_trusted_proxy_the_address_that_it_saw_counts(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def ask(seen, invented):
        return client.get(reverse("health"), headers={"X-Forwarded-For": f"{invented}, {seen}"}).status_code

    assert [ask("192.0.2.1", f"198.51.100.{last}") for last in range(4)][-1] == 429
    assert ask("192.0.2.2", "198.51.100.1") != 429


@pytest.fixture
def redis_away(settings):
    """A Redis that does not answer."""
    backend = "ecpar_portal.cache.SteadyRedisCache"
    away = {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": away}
    settings.LIMIT_CACHE = "default"
    SteadyRedisCache.away_until = 0.0
    caches["default"].memory.clear()
    yield
    SteadyRedisCache.away_until = 0.0
    caches["default"].memory.clear()


def test_a_cache_that_is_away_takes_nothing_down_and_still_limits(redis_away, sign_in, member, caplog):
    client = sign_in(member)
    assert [client.get(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [record.levelname for record in caplog.records if "cache away" in record.message] == ["WARNING"]


def test_one_signs_in_while_the_cache_is_away_and_guessing_is_still_limited(redis_away, client):
    sent = {"login": "inconnue@ville.example", "password": "au hasard"}
    answers = [client.post("/compte/login/", sent) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert "Trop d’essais." in text_of(answers[-1])


def test_a_cache_that_is_back_counts_again(redis_away):
    with mock.patch.object(RedisCache, "get", side_effect=RedisAway):
        caches["default"].get("x")
    assert SteadyRedisCache.away_until > time.monotonic()
    SteadyRedisCache.away_until = 0.0
    with mock.patch.object(RedisCache, "get", return_value="là"):
        assert caches["default"].get("x") == "là"
