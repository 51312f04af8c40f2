"""Signing in and out is traced: who and when, nothing of what was typed."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from chantier.models import TraceEntry
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.chantier.signing_in import (
    PASSWORD,
    code_received,
    is_in,
    prove,
    totp_code,
    type_password,
    with_password,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cycle):
    return with_password(f.member_of(cycle))


def events():
    """What happened, the first first: what, by whom, on whom, detail."""
    entries = TraceEntry.objects.order_by("pk")
    return [(entry.event, entry.by_id, entry.object_id, entry.detail) for entry in entries]


def test_coming_and_going(client, person):
    type_password(client, person)
    client.post("/compte/logout/")
    assert events() == [("signed_in", person.pk, "", {}), ("signed_out", person.pk, "", {})]


def test_a_wrong_password_names_the_person_where_there_is_one_and_nothing_else(client, person):
    type_password(client, person, "pas le bon")
    client.post("/compte/login/", {"login": "inconnue@ville.example", "password": "pas le bon"})
    assert events() == [("sign_in_failed", None, str(person.pk), {}), ("sign_in_failed", None, "", {})]


def test_a_wrong_code_by_mail(client, person):
    client.post("/compte/login/code/", {"email": person.email})
    client.post("/compte/login/code/confirm/", {"code": "BBBB-BBBB"})
    client.post("/compte/login/code/confirm/", {"code": code_received()})
    assert events() == [("sign_in_failed", None, str(person.pk), {}), ("signed_in", person.pk, "", {})]


def test_a_wrong_second_step(client):
    person = with_password(f.UserFactory(coordinator=True))
    RecoveryCodes.activate(person)
    type_password(client, person)
    client.post("/compte/2fa/authenticate/", {"code": "000000"})
    client.post("/compte/2fa/authenticate/", {"code": totp_code()})
    assert events() == [("sign_in_failed", None, str(person.pk), {}), ("signed_in", person.pk, "", {})]


def test_a_password_that_changes(client, person):
    client.force_login(person)
    sent = {"oldpassword": PASSWORD, "password1": "une autre phrase", "password2": "une autre phrase"}
    client.post("/compte/password/change/", sent)
    assert events() == [("password_changed", person.pk, str(person.pk), {})]


def test_an_address_that_changes_once_it_is_verified(client, person):
    client.force_login(person)
    prove(client, "/compte/email/")
    client.post("/compte/email/", {"email": "autre@ville.example", "action_add": ""})
    assert events() == []
    confirm(client)
    assert events() == [("address_changed", person.pk, str(person.pk), {})]


def confirm(client):
    text = OutgoingEmail.objects.filter(to="autre@ville.example").first().text
    client.post(re.search(r"/compte/confirm-email/\S+", text)[0])


def test_somebody_signs_in_with_the_new_address_only_once_it_is_verified(client, person):
    client.force_login(person)
    prove(client, "/compte/email/")
    client.post("/compte/email/", {"email": "autre@ville.example", "action_add": ""})
    newcomer = {"login": "autre@ville.example", "password": PASSWORD}
    elsewhere = type(client)()
    elsewhere.post("/compte/login/", newcomer)
    assert not is_in(elsewhere)
    confirm(client)
    assert elsewhere.post("/compte/login/", newcomer)["Location"] == "/"
    assert type_password(type(client)(), person).status_code == 200


def test_the_coordinator_who_changes_an_address(sign_in, coordinator, person):
    sent = {"email": "nouvelle@ville.example", "name": person.name, "is_active": "on"}
    sign_in(coordinator).post(f"/admin/chantier/user/{person.pk}/change/", sent)
    assert events() == [("address_changed", coordinator.pk, str(person.pk), {})]


def test_a_second_factor_that_comes_and_goes(client, person, django_capture_on_commit_callbacks):
    client.force_login(person)
    address = "/compte/2fa/totp/activate/"
    prove(client, address)
    secret = client.get(address).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"code": totp_code(secret)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/compte/2fa/recovery-codes/generate/")
    client.post("/compte/2fa/totp/deactivate/")
    assert [detail["what"] for *_, detail in events()] == [
        "totp_activated",
        "recovery_codes_generated",
        "totp_deactivated",
    ]
    assert {event[:3] for event in events()} == {("mfa_changed", person.pk, str(person.pk))}
