"""A draft that was never convened is given up, with all that was prepared in it; `by=` whoever did it."""

from typing import Any

from django.db import transaction

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings.actions.calling import held
from meetings.models import Meeting, MeetingDocument
from reports.models import private_storage


@transaction.atomic
def discard(meeting: Meeting, *, by: Any) -> None:
    """Delete a draft with its documents, then their files. Raises Refusal for what people were called to."""
    meeting = held(meeting)
    if meeting.state != Meeting.State.DRAFT or meeting.convocations.exists():
        raise Refusal("Cette rencontre n’est plus un brouillon\u00a0: elle s’annule, sans se supprimer.")
    names = list(meeting.documents.values_list("stored_as", flat=True))
    trace.record("draft_deleted", by=by, on=meeting, date=str(meeting.date), documents=len(names))
    MeetingDocument.objects.filter(meeting=meeting).delete()
    meeting.delete()
    transaction.on_commit(lambda: _delete(names))


def _delete(names: list[str]) -> None:
    for name in names:
        private_storage().delete(name)
