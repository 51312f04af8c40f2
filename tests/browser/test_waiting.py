"""Waiting for a file in a browser, with a real worker behind."""

import datetime as dt
import shutil

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from meetings.actions.publishing import publish
from reports.models import Report, private_storage
from tests import factories as f
from tests.services import Worker

pytestmark = pytest.mark.browser


@pytest.fixture
def meeting(transactional_db):
    """A published meeting; no file is made of it yet."""
    shutil.rmtree(private_storage().path("reports"), ignore_errors=True)
    meeting = f.MeetingFactory(date=dt.date(2021, 3, 9))
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None)
    return meeting


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_that_waits_gives_the_file_with_or_without_scripts(visitor, meeting, scripts):
    member = f.member_of(meeting.cycle)
    page = visitor(member, scripts=scripts).open(meeting.get_absolute_url())
    page.get_by_role("link", name="Synthèse (PDF)").first.click()
    expect(page.get_by_text("Production du fichier")).to_be_visible()
    worker = Worker()
    try:
        with page.expect_download(timeout=30_000) as arriving:
            if scripts:
                page.get_by_role("link", name="Télécharger").click(timeout=30_000)
    finally:
        worker.stop()
    assert arriving.value.suggested_filename == "synthese-2021-03-09.pdf"


def test_the_state_of_a_file_is_announced_to_who_does_not_see_the_page(visitor, meeting):
    report = f.ReportFactory(object_id=meeting.current_version.pk)
    page = visitor(f.member_of(meeting.cycle)).open(report.get_absolute_url())
    expect(page.locator("[aria-live=polite]")).to_contain_text("Votre fichier est en attente.")
    Report.objects.update(state=Report.State.FAILED)
    expect(page.locator("[aria-live=polite]")).to_contain_text("n’a pas pu être produit")


def test_a_look_that_finds_nothing_new_changes_nothing_and_the_focus_stays_to_the_end(visitor, meeting):
    report = f.ReportFactory(object_id=meeting.current_version.pk)
    page = visitor(f.member_of(meeting.cycle)).open(report.get_absolute_url())
    page.get_by_role("link", name="Vérifier maintenant").focus()
    page.evaluate(
        """() => {
            window.changes = 0;
            const count = records => { window.changes += records.length };
            const all = {childList: true, subtree: true, characterData: true};
            new MutationObserver(count).observe(document.getElementById("file-state"), all);
        }"""
    )
    for _ in range(2):
        with page.expect_response(lambda answer: answer.status == 204):
            pass
    assert page.evaluate("window.changes") == 0
    expect(page.get_by_role("link", name="Vérifier maintenant")).to_be_focused()
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF"))
    Report.objects.update(state=Report.State.DONE, file=name, size=4)
    expect(page.locator("#file-state")).to_contain_text("Le fichier est prêt")
    expect(page.get_by_role("link", name="Télécharger")).to_be_focused()
