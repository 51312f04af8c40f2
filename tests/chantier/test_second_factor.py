"""More than a password: open to all, required of who coordinates."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from chantier.models import TraceEntry, User
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.chantier.signing_in import code_received, is_in, prove, totp_code, type_password, with_password
from tests.factories import TOTP_SECRET
from tests.pages import text_of

pytestmark = pytest.mark.django_db

# allauth goes on once the transaction is committed, as it never is in other tests.
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MINE, ACTIVATE, SECOND = "/compte/2fa/", "/compte/2fa/totp/activate/", "/compte/2fa/authenticate/"


@pytest.fixture
def person(cycle):
    return with_password(f.member_of(cycle))


@pytest.fixture
def bare(db):
    """A coordinator with a password only."""
    return with_password(f.UserFactory(coordinator=True, coordinator__second_factor=False))


@pytest.fixture
def protected(db):
    """A coordinator with an application and a list of codes."""
    user = with_password(f.UserFactory(coordinator=True))
    RecoveryCodes.activate(user)
    return user


def activate(client):
    prove(client, ACTIVATE)
    secret = client.get(ACTIVATE).context["form"].secret
    return client.post(ACTIVATE, {"code": totp_code(secret)})


# Required of who coordinates ---------------------------------------------------------------------------


def test_a_coordinator_without_one_is_led_to_set_it_up_from_every_page(sign_in, bare, cycle):
    meeting = f.MeetingFactory(cycle=cycle, draft=True)
    client = sign_in(bare)
    pages = ["/", "/admin/", "/admin/chantier/user/", "/invitations/", "/composants/", "/rencontres/"]
    pages += [meeting.get_absolute_url(), "/admin/jsi18n/", "/admin/logout/"]
    for page in pages:
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (302, MINE)
    assert "La coordination demande une double authentification" in text_of(client.get(MINE))


def test_a_coordinator_without_one_changes_nothing_either(sign_in, bare, cycle):
    meeting = f.MeetingFactory(cycle=cycle, draft=True)
    client = sign_in(bare)
    client.post(reverse("meeting_event", args=[meeting.slug, "convene"]))
    client.post(reverse("admin:chantier_region_changelist"), {"action": "delete_selected"})
    sent = {"email": "elle@ville.example", "organization": f.OrganizationFactory().pk, "role": "reader"}
    assert client.post("/invitations/", sent)["Location"] == MINE
    meeting.refresh_from_db()
    assert meeting.state == "draft"


def test_the_admin_itself_refuses_a_coordinator_without_one(rf, bare):
    from django.contrib import admin

    request = rf.get("/admin/")
    request.user = bare
    assert not admin.site.has_permission(request)


@committed
def test_a_coordinator_who_sets_one_up_comes_in(client, bare):
    type_password(client, bare)
    assert activate(client)["Location"] == "/compte/2fa/recovery-codes/"
    assert "Ouvrir l’administration" in text_of(client.get(MINE))
    assert client.get("/admin/").status_code == 200


def test_a_coordinator_who_removes_it_is_led_again(client, protected):
    client.force_login(protected)
    prove(client, MINE)
    assert client.get("/admin/").status_code == 200
    client.post("/compte/2fa/totp/deactivate/")
    assert client.get("/admin/")["Location"] == MINE
    assert not Authenticator.objects.exists()


def test_the_password_of_a_coordinator_opens_no_page_without_the_second_step(client, protected):
    assert type_password(client, protected)["Location"] == SECOND
    assert not is_in(client)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.post(SECOND, {"code": totp_code()})["Location"] == "/"
    assert client.get("/admin/").status_code == 200


def test_a_code_by_mail_does_not_pass_the_second_step_either(client, protected):
    client.post("/compte/login/code/", {"email": protected.email})
    answer = client.post("/compte/login/code/confirm/", {"code": code_received()})
    assert answer["Location"] == SECOND
    assert not is_in(client)


def test_the_demonstration_coordinator_comes_in_without_one_where_demo_is_on(sign_in, bare, settings):
    bare.is_demonstration = True
    bare.save()
    assert sign_in(bare).get("/admin/").status_code == 200
    settings.DEMO = False
    assert sign_in(bare).get("/admin/").status_code == 302
    assert User.objects.get(pk=bare.pk).lacks_second_factor


def test_members_are_not_asked_for_one(sign_in, member):
    assert sign_in(member).get("/rencontres/").status_code == 200


# Open to all -------------------------------------------------------------------------------------------


@committed
def test_a_member_sets_an_application_up_and_signs_in_with_it(client, person):
    type_password(client, person)
    activate(client)
    deliver()
    assert "Une application ouvre votre compte" in [message.subject for message in mail.outbox]
    client.post("/compte/logout/")
    assert type_password(client, person)["Location"] == SECOND


def test_a_code_of_an_application_serves_once(client, protected):
    code = totp_code()
    type_password(client, protected)
    client.post(SECOND, {"code": code})
    assert is_in(client)
    client.post("/compte/logout/")
    type_password(client, protected)
    assert client.post(SECOND, {"code": code}).status_code == 200
    assert not is_in(client)


def test_a_recovery_code_serves_once(client, protected):
    code = RecoveryCodes.activate(protected).get_unused_codes()[0]
    type_password(client, protected)
    client.post(SECOND, {"code": code})
    assert is_in(client)
    client.post("/compte/logout/")
    type_password(client, protected)
    client.post(SECOND, {"code": code})
    assert not is_in(client)


def test_guessing_the_second_step_ends_after_a_few_attempts(client, protected):
    type_password(client, protected)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    assert "Trop d’essais." in text_of(client.post(SECOND, {"code": totp_code()}))
    assert not is_in(client)


@pytest.mark.parametrize(
    "address",
    [
        ACTIVATE,
        "/compte/2fa/webauthn/add/",
        "/compte/2fa/recovery-codes/",
        "/compte/2fa/recovery-codes/generate/",
        "/compte/2fa/recovery-codes/download/",
        "/compte/2fa/totp/deactivate/",
    ],
)
def test_what_protects_an_account_changes_and_shows_after_a_proof_only(client, protected, person, address):
    who = person if address == ACTIVATE else protected
    client.force_login(who)
    answer = client.get(address)
    assert answer["Location"].startswith("/compte/reauthenticate/")
    prove(client, address)
    assert client.get(address).status_code == 200


def test_secrets_are_encrypted_in_the_database(client, person):
    type_password(client, person)
    prove(client, ACTIVATE)
    secret = client.get(ACTIVATE).context["form"].secret
    client.post(ACTIVATE, {"code": totp_code(secret)})
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert len(codes) == 10
    assert Authenticator.objects.get(type="totp").wrap().validate_code(totp_code(secret))


def test_secrets_are_still_read_after_the_key_of_the_portal_was_replaced(protected, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 60
    assert Authenticator.objects.get(type="totp").wrap().validate_code(totp_code())


@committed
def test_sessions_that_were_there_before_end_when_a_second_factor_comes(client, person):
    elsewhere = type(client)()
    type_password(elsewhere, person)
    type_password(client, person)
    activate(client)
    assert is_in(client)
    assert elsewhere.get("/rencontres/").status_code == 302
    assert UserSession.objects.count() == 1


def test_the_key_of_another_is_not_found(client, person, protected):
    key = Authenticator.objects.create(user=protected, type="webauthn", data={"name": "Clé"})
    client.force_login(person)
    prove(client, MINE)
    for name in ("edit", "remove"):
        assert client.post(reverse(f"mfa_{name}_webauthn", args=[key.pk])).status_code == 404


def test_no_page_of_the_admin_lists_keys_codes_or_sessions(sign_in, coordinator):
    for address in ("/admin/mfa/authenticator/", "/admin/usersessions/usersession/"):
        assert sign_in(coordinator).get(address).status_code == 404


def test_a_key_that_cannot_be_read_is_refused(client, person):
    client.force_login(person)
    prove(client, MINE)
    client.get("/compte/2fa/webauthn/add/")
    response = '{"id": "QQ", "rawId": "QQ", "type": "public-key", "response": %s}'
    parts = ('{"clientDataJSON": "QQ"}', '{"clientDataJSON": "e30", "attestationObject": "QQ"}', '"x"', "[]")
    senseless = [
        "{}",
        "[]",
        "null",
        "pas du JSON",
        '{"id": 1, "response": {}}',
        *(response % p for p in parts),
    ]
    for credential in senseless:
        answer = client.post("/compte/2fa/webauthn/add/", {"name": "x", "credential": credential})
        assert answer.status_code == 200
        signed = type(client)().post("/compte/2fa/webauthn/login/", {"credential": credential})
        assert signed.status_code == 302
    assert not Authenticator.objects.exists()


def test_an_insecure_origin_is_trusted_for_localhost_only(settings):
    assert (settings.PORTAL_URL == "http://localhost") == settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN


# Lost ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(person):
    """A member who had an application and codes, and has them no more."""
    TOTP.activate(person, TOTP_SECRET)
    RecoveryCodes.activate(person)
    return person


@pytest.fixture
def coordinator_in(db, lost):
    """A coordinator who has just proved who they are, to take that second factor away."""
    client = Client()
    client.force_login(with_password(f.UserFactory(coordinator=True)))
    prove(client, admin_page(lost))
    return client


def admin_page(user):
    return reverse("admin:chantier_user_second_factor", args=[user.pk])


def test_the_coordination_lets_in_a_member_who_lost_everything(client, lost, coordinator_in):
    person = lost
    client.force_login(person)
    client.get("/")
    answer = coordinator_in.post(admin_page(person), follow=True)
    assert "La double authentification est retirée." in text_of(answer)
    assert not person.authenticator_set.exists()
    assert not UserSession.objects.filter(user=person).exists()
    assert TraceEntry.objects.filter(event="mfa_reset", object_id=str(person.pk)).count() == 1
    told = OutgoingEmail.objects.get(user=person)
    assert told.subject == "Double authentification retirée de votre compte"


def test_the_coordination_takes_nothing_from_another_coordinator(coordinator_in, protected):
    assert coordinator_in.post(admin_page(protected)).status_code == 403
    assert protected.authenticator_set.exists()


def test_one_proves_anew_who_one_is_before_taking_a_second_factor_away(sign_in, coordinator, lost):
    answer = sign_in(coordinator).post(admin_page(lost))
    assert "reauthenticate" in answer["Location"]
    assert lost.authenticator_set.exists()


def test_who_runs_the_server_lets_a_coordinator_in_again(protected):
    call_command("reset_second_factor", protected.email.upper())
    assert not protected.authenticator_set.exists()
    with pytest.raises(CommandError, match="pas de double authentification"):
        call_command("reset_second_factor", protected.email)
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("reset_second_factor", "personne@nulle.part")
