"""A draft that was never convened is deleted with its documents; nothing that people were called to is."""

import pytest
from django.urls import reverse

from chantier.models import TraceEntry
from ecpar_portal.refusal import Refusal
from meetings.actions.discarding import discard
from meetings.models import Meeting, MeetingDocument
from reports.models import private_storage
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cycle):
    """A draft with a row of everything."""
    meeting = f.MeetingFactory(cycle=cycle, draft=True)
    factories = [f.MeetingObjectiveFactory, f.AgendaLineFactory, f.MeetingGuestFactory, f.RemindingFactory]
    for factory in factories:
        factory(meeting=meeting)
    f.MeetingDocumentFactory(meeting=meeting, name="plan.pdf")
    return meeting


@pytest.fixture
def desk(sign_in, coordinator):
    return sign_in(coordinator)


def address(meeting):
    return reverse("delete_draft", args=[meeting.slug])


def test_the_page_asks_first_and_names_the_documents(desk, draft):
    prepare = reverse("prepare_meeting", args=[draft.slug])
    assert f'href="{address(draft)}"' in desk.get(prepare).text
    page = text_of(desk.get(address(draft)))
    for words in ("Supprimer ce brouillon?", "avec 1 document", "plan.pdf"):
        assert words in page
    assert Meeting.objects.exists()


def test_a_draft_goes_with_its_documents_and_their_files(
    desk, draft, django_capture_on_commit_callbacks, coordinator
):
    name = MeetingDocument.objects.get().stored_as
    with django_capture_on_commit_callbacks() as callbacks:
        answer = desk.post(address(draft), follow=True)
        assert private_storage().exists(name)
    for callback in callbacks:
        callback()
    assert "Le brouillon est supprimé." in text_of(answer)
    assert not private_storage().exists(name)
    assert not Meeting.objects.exists()
    entry = TraceEntry.objects.get(event="draft_deleted")
    assert (entry.by_id, entry.detail) == (coordinator.pk, {"date": str(draft.date), "documents": 1})


@pytest.mark.parametrize("state", ["convened", "held", "published", "cancelled"])
def test_what_people_were_called_to_is_not_deleted(desk, draft, state):
    Meeting.objects.update(state=state)
    for method in (desk.get, desk.post):
        assert "Seul un brouillon se supprime." in text_of(method(address(draft), follow=True))
    with pytest.raises(Refusal, match="plus un brouillon"):
        discard(draft, by=None)
    assert Meeting.objects.exists()
    assert MeetingDocument.objects.exists()


def test_the_admin_leads_to_the_page_where_there_are_documents(desk, draft):
    answer = desk.get(reverse("admin:meetings_meeting_delete", args=[draft.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == address(draft)
    assert "Ce brouillon a des documents" in text_of(answer)
    MeetingDocument.objects.all().delete()
    desk.post(reverse("admin:meetings_meeting_delete", args=[draft.pk]), {"post": "yes"})
    assert not Meeting.objects.exists()
