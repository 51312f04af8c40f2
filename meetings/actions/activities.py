"""What happens to an activity of a partner network: announced, changed, called off; `by=` whoever did it."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings.access import may_announce_for, may_change
from meetings.actions.preparing import Outdated
from meetings.models import Activity

# What people write of an activity, as the trace and the page of a conflict tell which of them changed.
WRITTEN = (
    *("organization", "title", "date", "last_day", "starts_at", "ends_at"),
    *("place", "link", "description"),
)
NOT_THEIRS = "Ce réseau n’est pas le vôtre, ou ne participe pas au chantier."
CALLED_OFF = "Cette activité est annulée."


@transaction.atomic
def announce(activity: Activity, *, by: Any) -> Activity:
    """Keep a new activity; the one that is there already where the same person sends it twice."""
    if not may_announce_for(by, activity.organization, activity.chantier):
        raise Refusal(NOT_THEIRS)
    same = {name: getattr(activity, name) for name in WRITTEN}
    twins = Activity.objects.filter(**same, chantier=activity.chantier, written_by=by, cancelled_at=None)
    if twin := twins.first():
        return twin
    activity.written_by = by
    activity.save()
    trace.record("activity_announced", by=by, on=activity, date=str(activity.date))
    return activity


@transaction.atomic
def change(activity: Activity, *, seen: int, by: Any) -> None:
    """Keep what somebody wrote on the activity as they saw it, at its revision `seen`.

    Raises Outdated where it changed since, and Refusal where it was called off or is not theirs.
    """
    before = (
        Activity.objects.select_for_update(of=["self"]).select_related("organization").get(pk=activity.pk)
    )
    if not may_change(by, before) or not may_announce_for(by, activity.organization, before.chantier):
        raise Refusal(NOT_THEIRS)
    if before.is_cancelled:
        raise Refusal(CALLED_OFF)
    written = {name: getattr(activity, name) for name in WRITTEN}
    kept = Activity.objects.filter(pk=activity.pk, sequence=seen, cancelled_at=None)
    if not kept.update(**written, sequence=F("sequence") + 1, changed_at=timezone.now()):
        raise Outdated
    changed = [name for name in WRITTEN if written[name] != getattr(before, name)]
    trace.record("activity_changed", by=by, on=activity, changed=changed)


@transaction.atomic
def call_off(activity: Activity, *, by: Any) -> None:
    """Call an activity off: it stays, so that calendars take it off. Raises Refusal once it is."""
    if not may_change(by, activity):
        raise Refusal(NOT_THEIRS)
    standing = Activity.objects.filter(pk=activity.pk, cancelled_at=None)
    now = timezone.now()
    if not standing.update(cancelled_at=now, changed_at=now, sequence=F("sequence") + 1):
        raise Refusal(CALLED_OFF)
    trace.record("activity_called_off", by=by, on=activity, date=str(activity.date))
