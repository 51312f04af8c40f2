"""What happens to a meeting until it took place: convened, moved, held, cancelled; `by=` whoever did it."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings import reminders
from meetings.models import Meeting

State = Meeting.State


@transaction.atomic
def convene(meeting: Meeting, *, by: Any) -> None:
    """Announce a draft to the members. Raises Refusal for what is no draft."""
    _change_state(meeting, {State.DRAFT}, State.CONVENED, "Cette rencontre est déjà convoquée.")
    reminders.plan(meeting)
    trace.record("convened", by=by, on=meeting, date=str(meeting.date))


@transaction.atomic
def move(
    meeting: Meeting,
    *,
    date: dt.date,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    by: Any,
) -> None:
    """Move a convened meeting, its reminders with it; its address and the name of its event stay.

    Raises Refusal for what is not convened.
    """
    convened = Meeting.objects.filter(pk=meeting.pk, state=State.CONVENED)
    before = convened.select_for_update().first()
    if before is None:
        raise Refusal("Seule une rencontre convoquée se déplace.")
    convened.update(date=date, starts_at=starts_at, ends_at=ends_at, sequence=F("sequence") + 1)
    meeting.refresh_from_db()
    reminders.plan(meeting)
    hours_only = {"hours_only": True} if before.date == date else {}
    trace.record("moved", by=by, on=meeting, before=str(before.date), after=str(date), **hours_only)


@transaction.atomic
def invited_changed(meeting: Meeting, *, by: Any) -> None:
    """Follow what was written anew of a meeting: who is invited, what its messages say."""
    reminders.plan(meeting)


@transaction.atomic
def hold(meeting: Meeting, *, by: Any) -> None:
    """Note that a meeting took place. Raises Refusal before its day."""
    refuse_before_its_day(meeting)
    _change_state(meeting, {State.CONVENED}, State.HELD, "Seule une rencontre convoquée se tient.")
    reminders.withdraw(meeting)
    trace.record("held", by=by, on=meeting)


@transaction.atomic
def cancel(meeting: Meeting, *, by: Any) -> None:
    """Give a meeting up. Raises Refusal for one that took place."""
    _change_state(meeting, {State.DRAFT, State.CONVENED}, State.CANCELLED, "Cette rencontre a eu lieu.")
    reminders.withdraw(meeting)
    trace.record("cancelled", by=by, on=meeting)


def _change_state(meeting: Meeting, before: set[str], after: str, refusal: str) -> None:
    """Change the state of a meeting where it still is what the person saw."""
    if not Meeting.objects.filter(pk=meeting.pk, state__in=before).update(state=after):
        raise Refusal(refusal)
    meeting.state = after


def refuse_before_its_day(meeting: Meeting) -> None:
    """Raise Refusal for a meeting that has not come yet."""
    if meeting.date > timezone.localdate():
        raise Refusal("Cette rencontre n’a pas encore eu lieu.")
