"""An organisation says what it will do, changes it, does it or drops it; `by=` whoever wrote it down."""

import datetime as dt
import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from chantier import trace
from chantier.models import Organization
from ecpar_portal.refusal import Refusal
from meetings import terms
from meetings.models import Commitment, Meeting, SynthesisPoint

State = Commitment.State
CLOSED = "Cette action est close\u00a0: reprenez-la avant de la changer."
ALREADY_OPEN = "Cette action est déjà à faire."


class Outdated(Refusal):
    """Somebody changed it meanwhile."""


def why_not(meeting: Meeting) -> str:
    """Why nobody may commit at a meeting; nothing where they may."""
    if meeting.state == Meeting.State.CANCELLED:
        return "Cette rencontre est annulée\u00a0: on n’y prend pas d’engagement."
    return "" if meeting.is_announced else "Convoquez d’abord cette rencontre."


@transaction.atomic
def commit(
    meeting: Meeting,
    organization: Organization,
    text: str,
    *,
    term: dt.date | None = None,
    point: SynthesisPoint | None = None,
    by: Any,
) -> Commitment:
    """Write what an organisation says it will do. Sent twice, it is written once.

    Raises Refusal for a meeting that is not convened, and for one that is cancelled.
    """
    # Held, so that two sendings of the same words come one after the other.
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if why := why_not(meeting):
        raise Refusal(why)
    same = meeting.commitments.open().filter(organization=organization, text=text, term=term)
    if found := same.first():
        return found
    made = meeting.commitments.create(
        organization=organization, text=text, term=term, point=point, written_by=by
    )
    trace.record("committed", by=by, on=made, date=_day(term))
    terms.plan(made)
    return made


@transaction.atomic
def change(
    commitment: Commitment,
    text: str,
    *,
    term: dt.date | None,
    point: SynthesisPoint | None,
    seen: str,
    by: Any,
) -> Commitment:
    """Write an open one anew; a new term reminds again. `seen` is its `digest_of` when it was read.

    Raises Refusal once it is closed, Outdated where somebody else changed it meanwhile.
    """
    row = _held(commitment)
    if not row.is_open:
        raise Refusal(CLOSED)
    if digest_of(row) != seen:
        raise Outdated("Quelqu’un a changé cette action pendant que vous écriviez.")
    row.text, row.term, row.point = text, term, point
    row.save(update_fields=["text", "term", "point"])
    trace.record("commitment_changed", by=by, on=row, date=_day(term))
    terms.plan(row)
    return row


@transaction.atomic
def finish(commitment: Commitment, *, by: Any) -> None:
    """Note that it is done; one that is done already stays so."""
    row = _held(commitment)
    if row.state == State.DONE:
        return
    if not row.is_open:
        raise Refusal(CLOSED)
    _close(row, State.DONE)
    trace.record("commitment_done", by=by, on=row)


@transaction.atomic
def drop(commitment: Commitment, reason: str, *, by: Any) -> None:
    """Give it up, and say why. Raises Refusal without a reason, and once it is closed."""
    row = _held(commitment)
    if not reason.strip():
        raise Refusal("Dites pourquoi cette action est abandonnée.")
    if not row.is_open:
        raise Refusal(CLOSED)
    _close(row, State.DROPPED, reason=reason)
    trace.record("commitment_dropped", by=by, on=row)


@transaction.atomic
def reopen(commitment: Commitment, *, by: Any) -> None:
    """Take it up again; its reason goes, the trace keeps that it was dropped."""
    row = _held(commitment)
    if row.is_open:
        raise Refusal(ALREADY_OPEN)
    row.state, row.closed_at, row.reason = State.OPEN, None, ""
    row.save(update_fields=["state", "closed_at", "reason"])
    trace.record("commitment_reopened", by=by, on=row)
    terms.plan(row)


def digest_of(commitment: Commitment) -> str:
    """What one reads of it before changing it, in a few letters."""
    read = repr((commitment.text, commitment.term, commitment.point_id))
    return hashlib.sha256(read.encode()).hexdigest()[:32]


def _held(commitment: Commitment) -> Commitment:
    """Read it again and hold it: a colleague may be closing it at this moment."""
    rows = Commitment.objects.select_for_update(of=["self"])
    return rows.select_related("meeting__cycle__chantier", "organization").get(pk=commitment.pk)


def _close(row: Commitment, state: str, *, reason: str = "") -> None:
    row.state, row.closed_at, row.reason = state, timezone.now(), reason
    row.save(update_fields=["state", "closed_at", "reason"])
    terms.withdraw(row)


def _day(term: dt.date | None) -> str:
    return str(term) if term else ""
