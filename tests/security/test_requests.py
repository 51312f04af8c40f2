"""Requests made to mislead: another site, another field, another header, an error that tells too much."""

import json
import logging
import re
from unittest import mock

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from chantier.models import User
from meetings.models import Meeting
from tests import factories as f
from tests.admin_form import filled_in
from tests.house.test_settings import PRODUCTION, start
from tests.security.addresses import look, published
from tests.security.rows import rows

pytestmark = pytest.mark.django_db

PASSWORD = "une courte phrase facile"
ELSEWHERE = [
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example",
]
ELSEWHERE += [
    "///evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "/%09/evil.example",
    "\t//evil.example",
]
ELSEWHERE += ["//localhost@evil.example", "https://localhost.evil.example/", "/\r\nLocation: //evil.example"]


@pytest.fixture
def person(network):
    """A member who signs in with a password."""
    person = f.member_of(network)
    person.set_password(PASSWORD)
    person.save()
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


# Redirects --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_led_to_another_site_by_an_address_of_the_portal(client, person, elsewhere):
    sent = {"login": person.email, "password": PASSWORD, "next": elsewhere}
    assert stays(client.post("/compte/login/", sent))
    for address in ("/compte/login/", "/admin/login/", "/admin/"):
        assert stays(client.get(address, {"next": elsewhere}))
    client.force_login(person)
    again = {"password": PASSWORD, "next": elsewhere}
    assert stays(client.post("/compte/reauthenticate/", again))
    assert stays(client.post("/compte/logout/", {"next": elsewhere}))


def stays(answer) -> bool:
    """Whether an answer leads into the portal, or nowhere."""
    led = answer.headers.get("Location", "/")
    return bool(re.match(r"/(?![/\\])", led)) and not re.search(r"[\r\n\t]", led)


def test_no_line_is_added_to_the_headers_of_an_answer(client):
    for address in ("/rencontres/%0d%0aSet-Cookie:%20x=1/", "/?next=%0d%0aSet-Cookie:%20x=1"):
        answer = client.get(address)
        assert "x" not in answer.cookies
        assert not any(re.search(r"[\r\n]", value) for value in answer.headers.values())


def test_an_address_with_a_line_break_in_quotes_is_refused_in_words(client, someone, person, coordinator):
    address = '"elle\x0bBcc:autre"@ville.example'
    desk = someone("coordinator")
    organization = f.OrganizationFactory()
    guest = {"email": address, "organization": organization.pk, "role": "reader"}
    answers = [desk.post("/invitations/", guest)]
    change = reverse("admin:chantier_user_change", args=[person.pk])
    answers += [desk.post(change, {"email": address, "name": "Elle", "is_active": "on"})]
    answers += [client.post("/compte/password/reset/", {"email": address})]
    client.force_login(person)
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    answers += [client.post("/compte/email/", {"email": address, "action_add": ""})]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all("courriel sans signe invisible" in answer.text for answer in answers)


# Fields that no form offers ---------------------------------------------------------------------------

# A theme offers all that it has.
EDITED = [
    model for model in admin.site._registry if model._meta.model_name not in ("region", "report", "theme")
]


@pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)
def test_a_field_that_a_form_does_not_offer_is_left_as_it_is(someone, model):
    obj, client = model.objects.last(), someone("coordinator")
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.pk])
    page = client.get(address)
    if not page.context.get("has_change_permission"):
        before = rows()
        assert client.post(address, hostile_values(model)).status_code == 403
        assert rows() == before
        return
    offered = set(page.context["adminform"].form.fields)
    sent = filled_in(client, address)
    more = {name: value for name, value in hostile_values(model).items() if name not in offered}
    assert more
    before = values_of(obj, more)
    assert client.post(address, {**more, **sent}).status_code == 302
    obj.refresh_from_db()
    # A meeting counts its saves by itself.
    counted = {"revision": before["revision"] + 1} if "revision" in before else {}
    assert values_of(obj, more) == before | counted


RAISED = {
    **dict.fromkeys(("is_staff", "is_superuser", "is_demonstration", "user_permissions", "groups"), "1"),
    "role": "representative",
    "password": "x",
    "date_joined": "2001-01-01",
    "email": "autre@x.example",
}


def test_no_form_of_the_portal_makes_a_reader_more_than_they_are(someone, addresses):
    client, posted = someone("reader"), 0
    person = User.objects.get(pk=client.session["_auth_user_id"])
    before, place = rights_of(person), person.memberships.get()
    other = f.OrganizationFactory().pk
    for address in addresses.values():
        if address.startswith(("/admin/", "/compte/logout/", "/compte/quitter/", "/compte/sessions/")):
            continue
        page = look(client, address)
        form = page.context.get("form") if page.context else None
        asked = {name: value for name, value in (form.initial if form else {}).items() if value is not None}
        client.post(address, {**asked, **RAISED, "organization": other})
        posted += bool(form)
        assert rights_of(person) == before, address
    assert posted > 5
    place.refresh_from_db()
    assert (place.role, place.until) == ("reader", None)


def rights_of(person: User) -> list:
    """What a person may do, as the database says it."""
    held = User.objects.filter(pk=person.pk)
    plain = ("email", "is_staff", "is_superuser", "is_demonstration", "is_active", "password", "date_joined")
    lists = [list(held.values_list(name)) for name in ("groups", "user_permissions")]
    return [*held.values_list(*plain), *lists, *person.memberships.values_list("role", "organization")]


def hostile_values(model: type[models.Model]) -> dict[str, str]:
    """Something for each field of a model, as a form would send it."""
    kinds = {
        models.BooleanField: "on",
        models.DateTimeField: "2001-01-01 00:00",
        models.DateField: "2001-01-01",
    }
    fields = [field for field in model._meta.get_fields() if field.concrete and not field.primary_key]
    return {field.name: kinds.get(type(field), "1") for field in fields}


def values_of(obj: models.Model, names: dict[str, str]) -> dict[str, object]:
    """The values of these fields, relations to many as lists."""
    many = {field.name for field in obj._meta.many_to_many}
    return {
        name: list(getattr(obj, name).values_list("pk"))
        if name in many
        else getattr(obj, obj._meta.get_field(name).attname)
        for name in names
    }


def test_a_member_becomes_nothing_else_by_the_forms_of_their_account(client, person):
    client.force_login(person)
    wanted = {
        "is_staff": "on",
        "is_superuser": "on",
        "groups": "1",
        "role": "representative",
        "is_active": "",
    }
    person.memberships.update(role="reader")
    sent = {
        "oldpassword": PASSWORD,
        "password1": "une autre phrase",
        "password2": "une autre phrase",
        **wanted,
    }
    assert client.post("/compte/password/change/", sent).status_code == 302
    client.post("/compte/email/", {"email": "autre@ville.example", "action_add": "", **wanted})
    client.post("/compte/login/", {"login": person.email, "password": "une autre phrase", **wanted})
    person = User.objects.get(pk=person.pk)
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert person.groups.count() == 0
    assert person.membership.role == "reader"


def test_an_event_takes_no_more_than_its_name(someone, network):
    meeting = published()
    address = reverse("meeting_event", args=[meeting.slug, "publier"])
    before = Meeting.objects.filter(pk=meeting.pk).values().get()
    someone("coordinator").post(address, {"state": "draft", "title": "x", "cycle": "0", "by": "1"})
    assert Meeting.objects.filter(pk=meeting.pk).values().get() == before


# Cookies ----------------------------------------------------------------------------------------------

NAMES = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"]
NAMES += ["CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE"]
SHOW = f"""
import json, django
from django.conf import settings as s
django.setup()
print(json.dumps({{name: getattr(s, name) for name in {NAMES!r}}}))
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({**PRODUCTION, "PORTAL_URL": "https://portail.example"}, {"__Host-session", "__Host-csrf"}),
        ({"DEMO": "1", "PORTAL_URL": "http://localhost:8000"}, {"session", "csrf"}),
    ],
    ids=["https", "http"],
)
def test_cookies_are_for_the_portal_alone_and_for_no_script(
    tmp_path, settings, person, environment, expected
):
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "ecpar_portal.settings"}
    with mock.patch("tests.house.test_settings.SHOW", SHOW):
        done = start(tmp_path, **environment)
    for name, value in json.loads(done.stdout).items():
        setattr(settings, name, value)
    client, secure = Client(), "https" in environment["PORTAL_URL"]
    client.get("/compte/login/", secure=secure)
    answer = client.post("/compte/login/", {"login": person.email, "password": PASSWORD}, secure=secure)
    assert answer.status_code == 302
    ours = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
    assert set(ours) - {"messages"} == expected
    for cookie in ours.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert bool(cookie["secure"]) == secure


# Errors -----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(someone):
    """The answer to a visit of a page whose code fails."""
    client = someone("representative", raise_request_exception=False)
    with mock.patch("meetings.views.reading.Paginator", side_effect=ValueError("mot-de-passe-de-la-base")):
        yield lambda: client.get("/rencontres/", {"jeton": "secret"})


def test_an_error_tells_nothing_but_a_reference_that_the_log_has_too(broken, caplog):
    with caplog.at_level(logging.ERROR):
        answer = broken()
    assert answer.status_code == 500
    assert not re.search(r"Traceback|ValueError|mot-de-passe|meetings|Paginator|\.py", answer.text)
    reference = re.search(r"Référence\xa0: <strong>([0-9A-Z]{8})<", answer.text)[1]
    told = [record.getMessage() for record in caplog.records if reference in record.getMessage()]
    assert told == [f"{reference}: ValueError"]
    assert "jeton" not in told[0]


def test_each_error_has_a_reference_of_its_own(broken):
    assert len({re.search("<strong>(.{8})<", broken().text)[1] for _ in range(3)}) == 3
