"""A synthesis as a file, made by a real worker."""

import datetime as dt
import io
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from meetings.actions.publishing import publish
from meetings.models import Meeting
from reports.models import Report, private_storage
from tests import factories as f
from tests.pages import text_of
from tests.reports.asking import address, done, download, files, get
from tests.services import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


def test_a_member_waits_on_a_page_then_receives_a_pdf_that_a_worker_made(reader, meeting):
    waiting = get(reader, address(meeting))
    assert waiting.status_code == 202
    assert waiting["Retry-After"] == "2"
    assert "Synthèse de la rencontre du 9 mars 2021" in text_of(waiting)
    wait_until(done)
    answer = get(reader, address(meeting))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="synthese-2021-03-09.pdf"'
    assert answer.body.startswith(b"%PDF")


def test_the_pdf_says_what_the_database_says(reader, meeting):
    pdf = PdfReader(io.BytesIO(download(reader, meeting).body))
    text = " ".join(page.extract_text() for page in pdf.pages).replace("\xa0", " ").split()
    words = " ".join(text)
    for statement in [*meeting.objectives.all(), *meeting.points.all()]:
        assert statement.text in words
    assert "Aucun point de synthèse n’y répond" in words
    assert "Répond à A" in words


def test_the_pdf_is_made_for_screen_readers(reader, meeting):
    pdf = PdfReader(io.BytesIO(download(reader, meeting).body))
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr-CA"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Synthèse de la rencontre du 9\xa0mars\xa02021"
    assert pdf.metadata.author == "ECPAR"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = str(tags_of(root["/StructTreeRoot"]))
    for tag in ("/H1", "/H2", "/L", "/LI", "/Link"):
        assert f"'{tag}'" in tags


def tags_of(node):
    """The names of the structure, in reading order."""
    children = node.get("/K", [])
    children = children if isinstance(children, list) else [children]
    inner = [
        tag for child in children if hasattr(child.get_object(), "get") for tag in tags_of(child.get_object())
    ]
    return [str(node.get("/S")), *inner]


def test_only_our_fonts_are_in_the_pdf(reader, meeting, tmp_path):
    path = tmp_path / "synthese.pdf"
    path.write_bytes(download(reader, meeting).body)
    lines = subprocess.run(
        ["pdffonts", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    names = {line.split()[0].split("+")[1].removesuffix("-Bold").removesuffix("-Semi") for line in lines}
    assert names == {"Source-Serif", "Source-Sans"}
    assert all(" yes yes yes " in line for line in lines)


def test_a_second_person_receives_the_same_file_without_a_second_making(reader, meeting, client):
    first = download(reader, meeting).body
    client.force_login(f.member_of(meeting.cycle))
    assert get(client, address(meeting)).body == first
    assert Report.objects.count() == 1
    assert Report.objects.get().requests.count() == 2
    assert len(files()) == 1


def test_a_point_published_anew_makes_a_new_file(reader, meeting):
    download(reader, meeting)
    meeting.points.update(text="Tout autre chose")
    assert get(reader, address(meeting)).status_code == 200
    publish(meeting, by=None)
    assert get(reader, address(meeting)).status_code == 202
    wait_until(lambda: Report.objects.filter(state=Report.State.DONE).count() == 2)
    pdf = PdfReader(io.BytesIO(get(reader, address(meeting)).body))
    assert "Tout autre chose" in pdf.pages[0].extract_text()


def test_who_has_the_file_receives_304(reader, meeting):
    etag = download(reader, meeting)["ETag"]
    again = get(reader, address(meeting), if_none_match=etag)
    assert again.status_code == 304
    assert again["ETag"] == etag
    assert again.body == b""


def test_a_tag_that_a_proxy_marked_as_weak_receives_304(reader, meeting):
    etag = download(reader, meeting)["ETag"]
    assert get(reader, address(meeting), if_none_match=f"W/{etag}").status_code == 304


def test_a_file_lost_between_two_looks_is_made_again(reader, meeting, monkeypatch):
    download(reader, meeting)
    report, seen = Report.objects.get(), []
    exists = private_storage().exists

    def lost_once_seen(name):
        found = exists(name)
        private_storage().delete(name)
        seen.append(found)
        return found

    monkeypatch.setattr(type(report.file.storage), "exists", lambda _, name: lost_once_seen(name))
    monkeypatch.setattr("reports.actions.asked_today", lambda *_: report)
    answer = get(reader, address(meeting))
    monkeypatch.undo()
    assert seen[0]
    assert answer.status_code == 202
    wait_until(lambda: Report.objects.get().is_there)


def test_a_lost_file_asked_by_its_own_address_is_made_again(reader, meeting):
    download(reader, meeting)
    report = Report.objects.get()
    private_storage().delete(report.file.name)
    assert get(reader, report.get_absolute_url()).status_code == 202
    wait_until(lambda: Report.objects.get().is_there)


def test_a_look_of_the_page_that_waits_brings_nothing_until_the_state_changes(reader, meeting):
    report = f.ReportFactory(object_id=meeting.current_version.pk, due_at=timezone.now() + dt.timedelta(1))
    here = report.get_absolute_url()
    assert get(reader, f"{here}?vu=waiting", hx_request="true").status_code == 204
    changed = get(reader, f"{here}?vu=running", hx_request="true")
    assert changed.status_code == 202
    assert 'hx-swap-oob="innerHTML"' in changed.text


def test_a_file_lost_with_its_disk_is_made_again(reader, meeting):
    download(reader, meeting)
    private_storage().delete(Report.objects.get().file.name)
    assert get(reader, address(meeting)).status_code == 202
    wait_until(lambda: Report.objects.get().is_there)
    assert get(reader, address(meeting)).status_code == 200


def test_a_failure_is_told_and_may_be_tried_again(reader, meeting):
    get(reader, address(meeting))
    wait_until(done)
    Report.objects.update(state=Report.State.FAILED, file="", last_error="OSError: disque plein")
    page = get(reader, address(meeting))
    assert page.status_code == 200
    assert "Le fichier n’a pas pu être produit" in text_of(page)
    assert "disque plein" not in page.text
    reader.post(reverse("report_retry", args=[Report.objects.get().pk]))
    wait_until(done)
    assert get(reader, address(meeting))["Content-Type"] == "application/pdf"


def test_no_file_for_who_may_not_see_the_meeting_by_either_address(reader, meeting, client):
    download(reader, meeting)
    direct = Report.objects.get().get_absolute_url()
    client.force_login(f.member_of(f.CycleFactory()))
    assert get(client, address(meeting)).status_code == 404
    assert get(client, direct).status_code == 404
    assert client.post(reverse("report_retry", args=[Report.objects.get().pk])).status_code == 404


def test_access_is_asked_again_at_each_download(reader, meeting):
    download(reader, meeting)
    meeting.cycle.participations.update(left=dt.date(2021, 4, 1))
    assert get(reader, address(meeting)).status_code == 404
    assert get(reader, Report.objects.get().get_absolute_url()).status_code == 404


@pytest.mark.parametrize("state", [state for state in Meeting.State if state != Meeting.State.PUBLISHED])
def test_a_synthesis_that_is_not_published_has_no_file(reader, meeting, state, client):
    Meeting.objects.update(state=state)
    assert get(reader, address(meeting)).status_code == 404
    assert not Report.objects.filter(requests__isnull=False).exists()
    client.force_login(f.UserFactory(coordinator=True))
    assert get(client, address(meeting)).status_code == 404
