"""What people do at a tour de table: write a need, take it back, support another's; `by=` whoever did it."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chantier import trace
from chantier.models import Organization
from ecpar_portal.refusal import Refusal
from meetings.models import Meeting, Need, NeedSupport

State = Meeting.State
CLOSED = {
    State.DRAFT: "La rencontre n’est pas encore convoquée\u00a0: le tour de table n’est pas ouvert.",
    State.PUBLISHED: "La synthèse est publiée\u00a0: le tour de table est fermé.",
    State.CANCELLED: "La rencontre est annulée\u00a0: le tour de table est fermé.",
}
GONE = "Ce besoin vient d’être retiré."
GATHERED = "Ce besoin est regroupé dans un objectif\u00a0: demandez à la coordination de l’en sortir."


def why_closed(meeting: Meeting) -> str:
    """Why nothing is written at a tour de table now; nothing where it is open."""
    return CLOSED.get(meeting.state, "")


def write(meeting: Meeting, text: str, *, organization: Organization, sent_as: uuid.UUID, by: Any) -> Need:
    """Write a need once, however often it is sent. Raises Refusal where the tour de table is closed.

    One that was written is answered in the same way even after the end: its first answer may have been lost.
    """
    written = _sent_before(meeting, sent_as, by)
    if written and written.text == text:
        return written
    if written:  # a page without the script, come back to: its next text
        sent_as = uuid.uuid4()
    if reason := why_closed(meeting):
        raise Refusal(reason)
    try:
        with transaction.atomic():
            need = Need.objects.create(
                meeting=meeting, organization=organization, written_by=by, text=text, sent_as=sent_as
            )
            trace.record("need_written", by=by, on=meeting, need=need.pk)
    except IntegrityError:
        # The same need came twice at once.
        need = _sent_before(meeting, sent_as, by)
        if need is None:
            raise
    return need


def _sent_before(meeting: Meeting, sent_as: uuid.UUID, by: Any) -> Need | None:
    """The need that was sent so; raises Refusal for one that somebody else sent, or elsewhere."""
    need = Need.objects.filter(sent_as=sent_as).first()
    if need and (need.meeting_id, need.written_by_id) != (meeting.pk, by.pk):
        raise Refusal("Ce texte a déjà été envoyé ailleurs. Rechargez la page, puis envoyez-le de nouveau.")
    return need


@transaction.atomic
def take_back(need: Need, *, by: Any) -> Need:
    """Take a need back; it stays and is not shown. Raises Refusal once it was gathered, or at the end."""
    need = held(need)
    if need.objective_id:
        raise Refusal(GATHERED)
    if need.withdrawn_at is None:
        need.withdrawn_at = timezone.now()
        need.save(update_fields=["withdrawn_at", "changed_at"])
        trace.record("need_taken_back", by=by, on=need.meeting, need=need.pk)
    return need


@transaction.atomic
def put_back(need: Need, *, by: Any) -> Need:
    """Show again a need that was taken back. Raises Refusal at the end."""
    need = held(need)
    if need.withdrawn_at:
        need.withdrawn_at = None
        need.save(update_fields=["withdrawn_at", "changed_at"])
        trace.record("need_put_back", by=by, on=need.meeting, need=need.pk)
    return need


@transaction.atomic
def support(need: Need, *, organization: Organization, by: Any) -> Need:
    """Note that an organisation has the same need, once. Raises Refusal for its own."""
    need = held(need)
    if need.organization_id == organization.pk:
        raise Refusal("C’est le besoin de votre organisation\u00a0: elle le porte déjà.")
    if need.withdrawn_at:
        raise Refusal(GONE)
    _, is_new = NeedSupport.objects.get_or_create(need=need, organization=organization, defaults={"by": by})
    if is_new:
        trace.record("need_supported", by=by, on=need.meeting, need=need.pk)
    return need


@transaction.atomic
def end_support(need: Need, *, organization: Organization, by: Any) -> Need:
    """Note that an organisation supports a need no more."""
    need = held(need)
    if need.supports.filter(organization=organization).delete()[0]:
        trace.record("need_support_ended", by=by, on=need.meeting, need=need.pk)
    return need


def held(need: Need) -> Need:
    """Read a need again and hold it; raises Refusal where the tour de table is closed."""
    needs = Need.objects.select_for_update(of=["self"]).select_related("meeting", "organization")
    found = needs.get(pk=need.pk)
    if reason := why_closed(found.meeting):
        raise Refusal(reason)
    return found
