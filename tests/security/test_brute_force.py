"""Two thousand attempts to sign in, in four ways: limited, telling nothing, locking nobody out for good."""

import itertools
import time
from unittest import mock

import pytest
from allauth.core.internal import ratelimit
from django.core import mail
from django.test import Client

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LOGIN, RESET = "/compte/login/", "/compte/password/reset/"
PASSWORD = "une courte phrase facile"
HASHING = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
ATTEMPTS = 500  # in each of four ways
MINUTES = 10
# How many of them may reach a password meanwhile: by address 10 a minute, by account 5 in 5 minutes.
MOST_BY_ADDRESS, MOST_BY_ACCOUNT = 10 * (MINUTES + 1), 5 * 3


@pytest.fixture
def people(cycle):
    """Members with a password and a verified address."""
    people = [f.member_of(cycle) for _ in range(20)]
    for person in people:
        person.set_password(PASSWORD)
        person.save()
        person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return people


@pytest.fixture
def clock(monkeypatch):
    """The time of the limits, which moves only when told."""

    class Clock:
        now = time.time()

        def time(self):
            return self.now

        def __getattr__(self, name):
            return getattr(time, name)

    clock = Clock()
    monkeypatch.setattr(ratelimit, "time", clock)
    for module in ("base", "locmem"):
        monkeypatch.setattr(f"django.core.cache.backends.{module}.time", clock)
    return clock


@pytest.fixture(autouse=True)
def quick_cache(settings):
    """The cache of this process, whose time is the clock's."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    more = {"BACKEND": backend, "LOCATION": "attack", "OPTIONS": {"MAX_ENTRIES": 10_000}}
    settings.CACHES = {"default": {**settings.CACHES["default"], **more}}


def attempt(email, password="au hasard", address="192.0.2.1"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": email, "password": password})


def attacked(people, clock, *, accounts, addresses):
    """Make the attempts over ten minutes; return how many reached the password, and their answers."""
    emails = itertools.cycle([person.email for person in people[:accounts]])
    places = itertools.cycle([f"198.51.{n // 250}.{n % 250}" for n in range(addresses)])
    answers = []
    with mock.patch(HASHING, return_value="md5$a$b") as hashed:
        for email, place in itertools.islice(zip(emails, places, strict=False), ATTEMPTS):
            answers.append(attempt(email, address=place))
            clock.now += MINUTES * 60 / ATTEMPTS
    return hashed.call_count, answers


@pytest.mark.once
@pytest.mark.parametrize(
    ("accounts", "addresses", "most"),
    [
        pytest.param(1, 1, MOST_BY_ACCOUNT, id="one account, one address"),
        pytest.param(1, 200, MOST_BY_ACCOUNT, id="one account, many addresses"),
        pytest.param(20, 1, MOST_BY_ADDRESS, id="many accounts, one address"),
        pytest.param(20, 200, 20 * MOST_BY_ACCOUNT, id="many accounts, many addresses"),
    ],
)
def test_an_attack_reaches_few_passwords_and_nobody_is_locked_out_for_good(
    people, clock, accounts, addresses, most
):
    reached, answers = attacked(people, clock, accounts=accounts, addresses=addresses)
    assert 0 < reached <= most
    refused = [answer for answer in answers if answer.status_code == 429 or "Trop d’essais." in answer.text]
    assert len(refused) >= ATTEMPTS - reached - 1
    if addresses == 1:
        assert answers[-1].status_code == 429
        assert int(answers[-1]["Retry-After"]) > 0
    assert OutgoingEmail.objects.count() == 0
    clock.now += 301
    for person in people[:accounts]:
        assert attempt(person.email, PASSWORD, address=f"203.0.113.{person.pk % 250}").status_code == 302


def test_another_account_is_not_held_back_by_the_attack_on_one(people, clock):
    for number in range(40):
        attempt(people[0].email, address=f"198.51.100.{number}")
    assert "Trop d’essais." in text_of(attempt(people[0].email, PASSWORD))
    assert attempt(people[1].email, PASSWORD).status_code == 302


def test_who_chooses_another_password_by_the_link_signs_in_during_the_attack(people, clock, client):
    for number in range(40):
        attempt(people[0].email, address=f"198.51.100.{number}")
    client.post(RESET, {"email": people[0].email})
    deliver()
    link = next(word for word in mail.outbox[-1].body.split() if "/key/" in word)
    form = client.get(client.get(link)["Location"])
    new = {"password1": "une autre phrase", "password2": "une autre phrase"}
    assert client.post(form.request["PATH_INFO"], new).status_code == 302
    assert attempt(people[0].email, "une autre phrase").status_code == 302


# What an attacker learns --------------------------------------------------------------------------------


def tried(address, sent):
    """What a stranger sees of an attempt, what it cost, and what left by mail."""
    with mock.patch(HASHING, return_value="md5$a$b") as hashed:
        answer = Client(REMOTE_ADDR="192.0.2.7").post(address, sent)
    email = sent.get("login") or sent["email"]
    seen = (answer.status_code, answer.headers.get("Location"), text_of(answer).replace(email, ""))
    return seen, hashed.call_count


@pytest.mark.parametrize("before", [0, 5], ids=["at once", "past the limit"])
def test_a_known_and_an_unknown_address_are_told_apart_by_nothing_at_sign_in(people, clock, before):
    known, unknown = people[0].email, "inconnue@ville.example"
    closed = people[1]
    closed.is_active = False
    closed.save()
    without = people[2]
    without.set_unusable_password()
    without.save()
    told = []
    for email in (known, unknown, closed.email, without.email):
        for number in range(before):
            attempt(email, address=f"198.51.100.{number}")
        told.append(tried(LOGIN, {"login": email, "password": "au hasard"}))
    assert told == [told[0]] * 4
    assert told[0][1] == (0 if before else 1)
    assert OutgoingEmail.objects.count() == 0


def test_a_known_and_an_unknown_address_are_told_apart_by_nothing_at_a_reset(people, clock):
    told = [tried(RESET, {"email": email}) for email in (people[0].email, "inconnue@ville.example")]
    assert told[0] == told[1]
    deliver()
    assert [message.to for message in mail.outbox] == [[people[0].email]]
    more = [
        [tried(RESET, {"email": email})[0][0] for _ in range(8)]
        for email in (people[0].email, "inconnue@ville.example")
    ]
    assert more[0] == more[1]
    assert more[0][-1] == 429
