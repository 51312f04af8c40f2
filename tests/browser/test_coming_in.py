"""A person comes in, gives themselves a key, loses it, comes in with a recovery code, leaves."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from chantier.models import Membership, User
from mailing.models import OutgoingEmail
from tests import factories as f

pytestmark = pytest.mark.browser

PASSWORD = "une courte phrase facile"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def link_received(email):
    text = OutgoingEmail.objects.get(to=email, kind="invitation").text
    return urlsplit(re.search(r"https?://\S+", text)[0]).path


def invited_by(coordinator, organization):
    page = coordinator.open("/invitations/")
    page.get_by_label("Courriel").fill("elle@ville.example")
    page.get_by_label("Nom").fill("Elle")
    page.locator("#id_organization").nth(0).select_option(label=str(organization))
    press(page, "Envoyer l’invitation")
    expect(page.get_by_text("L’invitation part vers elle@ville.example.")).to_be_visible()


def proved(page):
    """Confirm with the password, where the portal asks."""
    page.get_by_label("Mot de passe").fill(PASSWORD)
    press(page, "Continuer")


def signed_out(page):
    page.goto(page.url.partition("/compte")[0] + "/compte/logout/")
    press(page.locator("main"), "Se déconnecter")


def test_from_the_invitation_to_the_day_they_leave(visitor):
    cycle = f.CycleFactory(slug="2020-2021")
    organization = f.OrganizationFactory(name="Ville de Québec")
    f.ParticipationFactory(cycle=cycle, organization=organization)
    invited_by(visitor(f.UserFactory(coordinator=True)), organization)

    # In, with a name and a password.
    someone = visitor()
    someone.give_device()
    page = someone.open(link_received("elle@ville.example"))
    assert urlsplit(page.url).path == "/invitation/"
    assert someone.obstacles() == []
    page.get_by_label("Votre nom").fill("Elle Même")
    page.get_by_label("Mot de passe", exact=False).nth(0).fill(PASSWORD)
    page.get_by_label("une seconde fois").fill(PASSWORD)
    press(page, "Accepter l’invitation")
    expect(page.get_by_text("Bienvenue. Vous participez pour Ville de Québec.")).to_be_visible()

    # A key, and the codes for the day when it is lost.
    someone.open("/compte/2fa/webauthn/add/")
    proved(page)
    page.get_by_label("Nom de la clé").fill("Mon ordinateur")
    press(page, "Ajouter la clé")
    page.wait_for_url("**/compte/2fa/recovery-codes/")
    codes = page.locator(".codes code").all_text_contents()
    assert len(codes) == 10

    # Out, and in again with the key.
    signed_out(page)
    someone.open("/compte/login/")
    press(page, "Employer une clé d’accès")
    page.wait_for_url(someone.base + "/")
    assert someone.open(cycle.get_absolute_url()).locator("h1").count() == 1

    # The key is lost: another browser has none.
    elsewhere = visitor()
    page = elsewhere.open("/compte/login/")
    page.get_by_label("Courriel").fill("elle@ville.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    press(page.locator("main"), "Se connecter")
    page.wait_for_url("**/compte/2fa/authenticate/")
    assert elsewhere.obstacles() == []
    page.get_by_label("Code").fill(codes[3])
    press(page.locator("main"), "Se connecter")
    page.wait_for_url(elsewhere.base + "/")

    # They leave, and see nothing more.
    page = elsewhere.open("/compte/")
    page.get_by_role("link", name="Quitter l’organisation").click()
    press(page, "Quitter l’organisation")
    expect(page.get_by_text("Vous ne participez plus pour Ville de Québec.")).to_be_visible()
    for browser in (elsewhere, someone):
        answer = browser.page.goto(browser.base + cycle.get_absolute_url())
        assert answer.status == 404
    user = User.objects.get(email="elle@ville.example")
    assert Membership.objects.get(user=user).until is not None


def test_a_key_that_does_not_answer_says_so_on_the_page(visitor):
    someone = visitor()
    someone.give_device()
    page = someone.open("/compte/login/")
    press(page, "Employer une clé d’accès")
    expect(page.get_by_role("alert")).to_contain_text("La clé n’a pas répondu")
