"""A meeting from its needs to the second version of its synthesis, by two members and the coordinator."""

import datetime as dt
import shutil

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from meetings.models import Meeting, Need
from reports.models import private_storage
from tests import factories as f
from tests.services import Worker

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def meeting(visitor):
    """A meeting of today, with one objective tied to no need yet."""
    shutil.rmtree(private_storage().path("reports"), ignore_errors=True)
    cycle = f.CycleFactory(chantier__name="Économie sociale")
    meeting = f.MeetingFactory(
        cycle=cycle, state=Meeting.State.CONVENED, date=timezone.localdate(), title="Repérage"
    )
    f.MeetingObjectiveFactory(meeting=meeting, text="Entendre les besoins")
    return meeting


def write(page, text):
    page.get_by_label("Ce dont votre organisation a besoin").fill(text)
    page.get_by_role("button", name="Envoyer").click()


def at(meeting, name):
    return reverse(name, args=[meeting.slug])


def is_saved(page):
    expect(page.locator("[data-kept-words]")).to_contain_text("Enregistré à", timeout=15_000)


def press(page, name):
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def test_needs_become_a_synthesis_that_is_read_again_published_and_published_anew(visitor, meeting):
    town, college = (f.member_of(meeting.cycle, name=name) for name in ("Ville", "Collège"))
    coordinator = f.UserFactory(coordinator=True)
    near, far = visitor(town, width=360), visitor(college, width=360)
    desk = visitor(coordinator)

    # Typed on two phones, supported by the other, gathered.
    for phone, text in ((near, "Repérer les EES"), (far, "Des clauses prêtes")):
        write(phone.open(at(meeting, "round_table")), text)
        phone.page.get_by_text("envoyé", exact=True).wait_for()
    page = far.open(at(meeting, "round_table"))
    page.get_by_role("button", name="Nous aussi : besoin de Ville").click()
    page.get_by_text("avec l’appui de Collège").wait_for()
    page = desk.open(at(meeting, "round_table"))
    page.get_by_label("Choisir ce besoin de Ville").check()
    page.get_by_label("Énoncé du nouvel objectif").fill("Trouver une EES sans chercher")
    press(page, "Regrouper")
    assert Need.objects.get(text="Repérer les EES").objective.text == "Trouver une EES sans chercher"

    # Who is there.
    f.AttendanceFactory(meeting=meeting, user=town, organization=town.organization)
    f.AttendanceFactory(meeting=meeting, user=None, organization=college.organization)

    # Written, left for a crash of the browser, recovered.
    page = desk.open(at(meeting, "synthesis_desk"))
    page.get_by_role("button", name="Reprendre : Besoin, Ville").click()
    page.get_by_role("checkbox", name="objectif A", exact=True).check(force=True)
    is_saved(page)
    page.context.set_offline(True)
    page.locator("[data-rows=points] textarea").fill("Le repérage des EES est le premier besoin.")
    expect(page.locator("[data-kept-words]")).to_contain_text("gardé sur cet appareil", timeout=15_000)
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    desk.page = page.context.new_page()
    page = desk.open(at(meeting, "synthesis_desk"))
    press(page, "Le reprendre")
    is_saved(page)
    point = meeting.points.get()
    assert point.text == "Le repérage des EES est le premier besoin."
    assert [need.text for need in point.needs.all()] == ["Repérer les EES"]
    assert point.answers.get().text == "Entendre les besoins"

    # Read again by those who were there.
    page = desk.open(at(meeting, "review"))
    page.get_by_label("Dernier jour pour commenter").fill(str(timezone.localdate() + dt.timedelta(days=7)))
    press(page, "Ouvrir la relecture")
    page = near.open(meeting.get_absolute_url())
    page.get_by_role("link", name="Relire la synthèse").click()
    page.get_by_text("Commenter ce point").click()
    page.get_by_label("Votre commentaire").fill("Parler aussi des OBNL.")
    press(page, "Envoyer le commentaire")
    assert near.obstacles() == []
    assert "Parler aussi des OBNL." in far.open(at(meeting, "review")).content()
    page = desk.open(at(meeting, "review"))
    page.get_by_text("Répondre", exact=True).first.click()
    page.get_by_label("Réponse").fill("Ce sera dans la version 2.")
    press(page, "Répondre à ce commentaire")
    press(page, "Fermer la relecture maintenant")

    # Published, downloaded.
    page = desk.open(at(meeting, "publish_synthesis"))
    press(page, "Publier")
    worker = Worker()
    try:
        page = near.open(meeting.get_absolute_url())
        assert page.get_by_text("Le repérage des EES est le premier besoin.").first.is_visible()
        page.get_by_role("link", name="Télécharger la synthèse").click()
        with page.expect_download(timeout=120_000) as arriving:
            page.get_by_role("link", name="Télécharger").last.click(timeout=120_000)
        assert arriving.value.suggested_filename == f"synthese-{meeting.slug}.pdf"
    finally:
        worker.stop()

    # Amended, published anew: what changed is said, and the first version stays.
    page = desk.open(at(meeting, "synthesis_desk"))
    page.locator("[data-rows=points] textarea").fill("Le repérage des EES et des OBNL est le premier besoin.")
    is_saved(page)
    page = desk.open(at(meeting, "publish_synthesis"))
    assert page.locator("ins").all_text_contents() == [" et des OBNL"]
    press(page, "Publier")
    page = far.open(meeting.get_absolute_url())
    page.get_by_role("link", name="Version 2, ce qui change").click()
    assert page.locator("ins").all_text_contents() == [" et des OBNL"]
    page.get_by_role("link", name="version 1").first.click()
    assert page.get_by_text("Le repérage des EES est le premier besoin.").first.is_visible()
    assert far.obstacles() == []
