"""People begin to take part for an organisation, change their role, leave; organisations too, for cycles."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from chantier.actions.consents import withdraw_all
from chantier.models import Membership, Participation
from chantier.trace import record
from ecpar_portal.refusal import Refusal

ENDED = "Cette appartenance est terminée\u00a0: elle ne change plus."
LEFT = "Cette participation est terminée\u00a0: elle ne change plus."
ELSEWHERE = "Cette personne représente déjà une organisation\u00a0: terminez d’abord l’autre appartenance."


@transaction.atomic
def begin_membership(membership: Membership, *, by: Any) -> None:
    """Let a person take part for an organisation, as a new row says; it may have ended already.

    Raises Refusal where they take part for one already, and for somebody who is erased.
    """
    if membership.user.erased_at:
        raise Refusal("Cette personne est effacée\u00a0: elle ne prend plus part à rien.")
    until, membership.until = membership.until, None
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(ELSEWHERE) from error
    record("membership_began", by=by, on=membership, role=membership.role)
    if until:
        end_membership(membership, until=until, by=by)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: Any) -> None:
    """Give a person another role in their organisation; raises Refusal for a membership that ended."""
    before = _still_active(membership)
    if before.role == role:
        return
    _active(membership).update(role=role)
    membership.role = role
    record("role_changed", by=by, on=membership, before=before.role, after=role)


@transaction.atomic
def end_membership(membership: Membership, *, until: dt.date | None = None, by: Any) -> None:
    """End a membership on a day, today by default: the person loses access at once.

    What they contributed and the invitations that they sent stay; what they agreed to was for this
    organisation and ends. Raises Refusal for one that ended already,
    for a day to come and for a day before its beginning.
    """
    until = until or max(timezone.localdate(), membership.since)
    _refuse_wrong_end(membership.since, until)
    if not _active(membership).update(until=until):
        raise Refusal(ENDED)
    membership.until = until
    withdraw_all(membership.user)
    record("membership_ended", by=by, on=membership, role=membership.role)


@transaction.atomic
def correct_beginning(membership: Membership, since: dt.date, *, by: Any) -> None:
    """Correct the day on which a membership began; raises Refusal for one that ended."""
    if not _active(membership).update(since=since):
        raise Refusal(ENDED)
    membership.since = since
    record("dates_corrected", by=by, on=membership, since=since.isoformat())


@transaction.atomic
def begin_participation(participation: Participation, *, by: Any) -> None:
    """Let an organisation take part in a cycle, as a new row says; it may have ended already.

    Its people see the whole chantier. Raises Refusal where it takes part already.
    """
    left, participation.left = participation.left, None
    try:
        with transaction.atomic():
            participation.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal("Cette organisation participe déjà au cycle.") from error
    record("participation_began", by=by, on=participation)
    if left:
        end_participation(participation, left=left, by=by)


@transaction.atomic
def end_participation(participation: Participation, *, left: dt.date | None = None, by: Any) -> None:
    """End a participation on a day, today by default: the organisation's people lose access at once.

    Raises Refusal for one that ended already, for a day to come and for a day before its beginning.
    """
    left = left or max(timezone.localdate(), participation.joined)
    _refuse_wrong_end(participation.joined, left)
    if not _current(participation).update(left=left):
        raise Refusal(LEFT)
    participation.left = left
    record("participation_ended", by=by, on=participation)


@transaction.atomic
def correct_arrival(participation: Participation, joined: dt.date, *, by: Any) -> None:
    """Correct the day on which an organisation arrived; raises Refusal for a participation that ended."""
    if not _current(participation).update(joined=joined):
        raise Refusal(LEFT)
    participation.joined = joined
    record("dates_corrected", by=by, on=participation, joined=joined.isoformat())


def _active(membership: Membership) -> QuerySet:
    return Membership.objects.active().filter(pk=membership.pk)


def _still_active(membership: Membership) -> Membership:
    found = _active(membership).select_for_update().first()
    if found is None:
        raise Refusal(ENDED)
    return found


def _current(participation: Participation) -> QuerySet:
    return Participation.objects.current().filter(pk=participation.pk)


def _refuse_wrong_end(beginning: dt.date, end: dt.date) -> None:
    today = timezone.localdate()
    if end > max(today, beginning):
        raise Refusal("Donnez le jour d’aujourd’hui ou un jour passé\u00a0: l’accès se ferme tout de suite.")
    if end < beginning:
        raise Refusal("La fin vient avant le début.")
