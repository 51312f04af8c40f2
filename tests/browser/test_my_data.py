"""Taking one's data away, then erasing one's account, at a screen, with a real worker behind."""

import pytest
from playwright.sync_api import expect

from tests import factories as f
from tests.privacy.conftest import PASSWORD, with_password
from tests.services import Worker

pytestmark = pytest.mark.browser


@pytest.fixture
def person(transactional_db):
    """A member with a password."""
    return with_password(f.member_of(f.CycleFactory()))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_takes_their_data_away_then_erases_their_account(visitor, person, scripts):
    someone = visitor(person, scripts=scripts)
    page = someone.open("/compte/donnees/")
    page.get_by_role("button", name="Préparer mon fichier").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Production du fichier")).to_be_visible()
    worker = Worker()
    try:
        with page.expect_download(timeout=30_000) as arriving:
            if scripts:
                page.get_by_role("link", name="Télécharger").click(timeout=30_000)
    finally:
        worker.stop()
    assert arriving.value.suggested_filename == "mes-donnees.zip"

    someone.open("/compte/donnees/")
    page.get_by_role("link", name="Effacer mon compte…").click()
    page.get_by_label("Le courriel du compte").fill(person.email)
    page.get_by_role("button", name="Effacer mon compte").click()
    expect(page.get_by_text("Votre compte est effacé.")).to_be_visible()
    person.refresh_from_db()
    assert person.erased_at


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_that_ask_for_the_password_first_meet_no_obstacle(visitor, person, width, theme):
    coordinator = with_password(f.UserFactory(coordinator=True))
    someone = visitor(coordinator, width=width, theme=theme)
    for address in ("/compte/donnees/effacer/", f"/admin/chantier/user/{person.pk}/effacer/"):
        page = someone.open(address)
        if page.get_by_label("Mot de passe").count():
            page.get_by_label("Mot de passe").fill(PASSWORD)
            page.get_by_role("button", name="Continuer").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Effacer")
        assert someone.obstacles(best_practice="admin" not in address) == []
        assert not someone.overflows()
