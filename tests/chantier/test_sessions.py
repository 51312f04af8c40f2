"""How long a session lasts, and how one ends it from elsewhere."""

import time
from unittest import mock

import pytest

from ecpar_portal import sessions
from ecpar_portal.templatetags.devices import device
from tests import factories as f
from tests.chantier.signing_in import is_in, type_password, with_password
from tests.pages import text_of

pytestmark = pytest.mark.django_db

MINE = "/compte/sessions/"


@pytest.fixture
def person(cycle):
    return with_password(f.member_of(cycle))


@pytest.fixture
def later(monkeypatch):
    """Let time pass for the limits of a session."""

    def pass_(seconds):
        now = time.time() + seconds
        monkeypatch.setattr(sessions, "time", mock.Mock(time=lambda: now))

    return pass_


def test_a_session_ends_after_two_hours_without_a_visit(client, person, later):
    type_password(client, person)
    later(2 * 3600 - 60)
    assert client.get("/rencontres/").status_code == 200
    later(4 * 3600)
    assert client.get("/rencontres/").status_code == 302
    assert not is_in(client)


def test_visits_keep_a_session_for_twelve_hours_and_no_more(client, person, later):
    type_password(client, person)
    for hour in range(1, 12):
        later(hour * 3600)
        assert client.get("/rencontres/").status_code == 200
    later(12 * 3600 + 60)
    assert client.get("/rencontres/").status_code == 302


def test_who_signs_in_again_begins_anew(client, person, later):
    type_password(client, person)
    later(11 * 3600)
    assert client.get("/rencontres/").status_code == 302
    type_password(client, person)
    later(12 * 3600 + 60)
    assert client.get("/rencontres/").status_code == 200


def test_the_idle_limit_is_a_setting(client, person, later, settings):
    settings.SESSION_IDLE_SECONDS = 60
    type_password(client, person)
    later(61)
    assert client.get("/rencontres/").status_code == 302


def test_a_session_is_not_written_at_each_visit(client, person, later, django_assert_num_queries):
    type_password(client, person)
    address = "/compte/quitter/"

    def written():
        with mock.patch("django.contrib.sessions.backends.db.SessionStore.save") as save:
            client.get(address)
        return save.called

    later(200)
    assert not written()
    later(400)
    assert written()


def test_a_session_that_nobody_counted_yet_is_counted_from_now(client, person, later):
    client.force_login(person)
    later(20 * 3600)
    assert client.get("/rencontres/").status_code == 200
    later(23 * 3600)
    assert client.get("/rencontres/").status_code == 302


def test_a_person_sees_their_sessions_and_closes_the_others(client, person):
    elsewhere, stranger = (
        type(client)(headers={"User-Agent": "Mozilla/5.0 (iPad) Safari/604.1"}),
        type(client)(),
    )
    type_password(elsewhere, person)
    type_password(stranger, with_password(f.UserFactory()))
    type_password(client, person)
    page = client.get(MINE)
    assert "Safari, iPad" in text_of(page)
    assert page.text.count("<tr>") == 3
    client.post(MINE)
    assert elsewhere.get("/rencontres/").status_code == 302
    assert client.get("/rencontres/").status_code == 200
    assert is_in(stranger)


def test_the_others_close_when_the_password_changes(client, person):
    elsewhere = type(client)()
    for browser in (elsewhere, client):
        type_password(browser, person)
    new = "une autre phrase"
    client.post(
        "/compte/password/change/",
        {"oldpassword": "une courte phrase facile", "password1": new, "password2": new},
    )
    assert elsewhere.get("/rencontres/").status_code == 302
    assert client.get("/rencontres/").status_code == 200


def test_the_menu_and_the_footer_lead_to_one_s_account(client, person):
    type_password(client, person)
    page = client.get("/compte/").text
    for address in ("/compte/email/", "/compte/password/change/", "/compte/2fa/", MINE):
        assert page.count(f'href="{address}"') == 3


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36",
            "Chrome, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
        ("curl/8.5", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_as_its_owner_knows_it(user_agent, said):
    assert device(user_agent) == said


def test_one_recognises_one_s_devices(client, person):
    client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Firefox/130.0"
    type_password(client, person)
    assert "Firefox, Linux" in text_of(client.get(MINE))
