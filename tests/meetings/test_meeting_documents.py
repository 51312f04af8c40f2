"""Documents of a meeting: added and taken away by the coordinator, read by whoever sees the meeting."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chantier.models import Organization, TraceEntry
from meetings.actions import preparing
from meetings.models import Meeting, MeetingDocument
from reports.models import private_storage
from tests import factories as f
from tests.pages import text_of
from tests.prepare_form import controls, filled_in
from tests.security.files import PDF, REAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    day = timezone.localdate() + dt.timedelta(days=30)
    return f.MeetingFactory(cycle=cycle, draft=True, date=day, title="Avant")


@pytest.fixture
def address(meeting):
    return f"/rencontres/{meeting.slug}/preparer/"


@pytest.fixture
def desk(sign_in, coordinator):
    return sign_in(coordinator)


def stored():
    """The names that the private storage holds for meetings."""
    storage = private_storage()
    return set(storage.listdir("meetings")[1]) if storage.exists("meetings") else set()


def send(desk, address, *files, **changes):
    sent = filled_in(desk, address, **changes)
    return desk.post(
        address, sent | {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    )


def named(desk, address, name, content=PDF):
    """Send a file under a name that a browser would never give."""
    lines = []
    for field, values in filled_in(desk, address).items():
        for value in values if isinstance(values, list) else [values]:
            lines += ["--limite", f'Content-Disposition: form-data; name="{field}"', "", value]
    lines += ["--limite", f'Content-Disposition: form-data; name="files"; filename="{name}"']
    body = "\r\n".join([*lines, "Content-Type: application/pdf", "", ""]).encode() + content
    return desk.generic("POST", address, body + b"\r\n--limite--\r\n", "multipart/form-data; boundary=limite")


@pytest.mark.parametrize("name", REAL)
def test_every_kind_of_document_is_kept_and_given_back(desk, address, meeting, name):
    assert send(desk, address, (name, REAL[name])).status_code == 302
    document = meeting.documents.get()
    assert document.name == name
    answer = desk.get(document.get_absolute_url())
    content = b"".join(answer.streaming_content)
    assert len(content) == document.size > 0
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert TraceEntry.objects.filter(event="document_added", object_id=str(meeting.pk)).exists()
    document.delete()
    private_storage().delete(document.stored_as)


def test_several_documents_are_added_at_once_with_the_rest(desk, address, meeting):
    send(desk, address, ("a.pdf", PDF), ("b.pdf", PDF), title="Après")
    meeting.refresh_from_db()
    assert (meeting.title, meeting.documents.count()) == ("Après", 2)
    assert "a.pdf" in text_of(desk.get(address))
    assert "a.pdf" in text_of(desk.get(meeting.get_absolute_url()))


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("gros.pdf", PDF + b"0" * (26 * 1024 * 1024), "Ce fichier dépasse 25 Mo."),
        ("programme.pdf", b"MZ\x90\x00" + b"0" * 2000, "n’est pas celui d’un fichier PDF"),
        ("programme.exe", b"MZ\x90\x00", "Ce genre de fichier n’est pas accepté."),
        ("vide.pdf", b"", "vide"),
    ],
)
def test_what_is_not_taken_is_refused_beside_the_field_and_what_was_typed_stays(
    desk, address, meeting, name, content, refusal
):
    before = stored()
    answer = send(desk, address, ("bon.pdf", PDF), (name, content), title="Je tape encore")
    assert answer.status_code == 200
    error = " ".join(answer.context["page"].documents.errors["files"])
    assert refusal in error.replace("\u00a0", " ")
    assert name in error
    assert f"À choisir de nouveau : bon.pdf, {name}." in text_of(answer)
    assert controls(answer)["title"] == ["Je tape encore"]
    assert stored() == before
    assert not meeting.documents.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/plan.pdf", "C:\\\\Documents\\\\plan.pdf", "dossier/plan.pdf", "&#x2f;plan.pdf"]
)
def test_a_document_named_with_a_path_is_refused(desk, address, meeting, name):
    answer = named(desk, address, name)
    assert answer.status_code == 200
    assert "contient un chemin" in text_of(answer)
    assert not meeting.documents.exists()


def test_a_document_with_a_plain_name_is_taken_however_it_is_sent(desk, address, meeting):
    assert named(desk, address, "plan d’action.pdf").status_code == 302
    assert meeting.documents.get().name == "plan d’action.pdf"


def test_nothing_stays_on_the_disk_when_the_save_fails(desk, address, meeting, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError("panne")

    monkeypatch.setattr(preparing.trace, "record", fail)
    before = stored()
    with pytest.raises(RuntimeError):
        send(desk, address, ("a.pdf", PDF))
    assert stored() == before
    assert not MeetingDocument.objects.exists()


def test_nothing_stays_on_the_disk_when_somebody_else_saved_first(desk, address, meeting):
    before = stored()
    answer = send(desk, address, ("a.pdf", PDF), revision="7")
    assert answer.status_code == 409
    assert "À choisir de nouveau, une fois ceci enregistré : a.pdf." in text_of(answer)
    merged = {name: "mine" for name in controls(answer, "compare") if name.startswith("choice-")}
    answer = desk.post(address, {**controls(answer, "compare"), **merged, "merge": "save"}, follow=True)
    assert "À choisir de nouveau : a.pdf." in text_of(answer)
    assert stored() == before


def test_a_document_is_taken_away_after_a_confirmation_that_names_it(
    desk, address, meeting, django_capture_on_commit_callbacks
):
    document = f.MeetingDocumentFactory(meeting=meeting, name="ordre.pdf")
    sent = filled_in(desk, address, title="Je tape encore")
    asked = desk.post(address, sent | {"do": f"document-ask-{document.pk}"})
    assert "Retirer « ordre.pdf »?" in text_of(asked)
    assert controls(asked)["title"] == ["Je tape encore"]
    assert MeetingDocument.objects.exists()
    with django_capture_on_commit_callbacks() as later:
        done = desk.post(address, controls(asked) | {"do": f"document-remove-{document.pk}"})
        assert not MeetingDocument.objects.exists()
        assert private_storage().exists(document.stored_as)
    for run in later:
        run()
    assert not private_storage().exists(document.stored_as)
    assert controls(done)["title"] == ["Je tape encore"]
    assert desk.get(document.get_absolute_url()).status_code == 404
    assert TraceEntry.objects.filter(event="document_removed").count() == 1
    again = desk.post(address, controls(asked) | {"do": f"document-remove-{document.pk}"})
    assert "n’est plus là" in text_of(again)


def test_a_document_whose_file_is_lost_answers_that_it_is_not_there(desk, meeting, caplog):
    document = f.MeetingDocumentFactory(meeting=meeting)
    private_storage().delete(document.stored_as)
    assert desk.get(document.get_absolute_url()).status_code == 404
    assert "document without its file" in caplog.text


def test_a_document_of_another_meeting_is_not_taken_away_from_here(desk, address):
    stranger = f.MeetingDocumentFactory()
    desk.post(address, filled_in(desk, address) | {"do": f"document-remove-{stranger.pk}"})
    assert MeetingDocument.objects.filter(pk=stranger.pk).exists()


@pytest.mark.parametrize("kind", [Organization.Kind.MUNICIPALITY, Organization.Kind.PARTNER_NETWORK])
def test_whoever_sees_the_meeting_downloads_its_documents_and_nobody_else(
    sign_in, cycle, meeting, outsider, kind
):
    document = f.MeetingDocumentFactory(meeting=meeting)
    person = f.member_of(cycle, kind=kind)
    assert sign_in(person).get(document.get_absolute_url()).status_code == 404  # a draft
    Meeting.objects.update(state="convened")
    answer = sign_in(person).get(document.get_absolute_url())
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert document.name in text_of(sign_in(person).get(meeting.get_absolute_url()))
    assert sign_in(outsider).get(document.get_absolute_url()).status_code == 404
    person.membership.__class__.objects.update(until=timezone.localdate())
    assert sign_in(person).get(document.get_absolute_url()).status_code == 404
