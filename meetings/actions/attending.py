"""The coordinator notes who is there, in a few taps; `by=` whoever did it. To note twice changes nothing."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from chantier import trace
from chantier.models import Organization
from ecpar_portal import french
from ecpar_portal.refusal import Refusal
from meetings.models import Attendance, Convocation, Meeting

BEFORE = dt.timedelta(hours=1)


def why_closed(meeting: Meeting) -> str:
    """Why nobody is noted yet; nothing from the day of the meeting on, or an hour before it begins."""
    if meeting.date <= timezone.localdate() or meeting.begins_at - BEFORE <= timezone.now():
        return ""
    return f"Les présences se notent à partir du {french.long_date(meeting.date)}."


@transaction.atomic
def note_called(row: Convocation, *, by: Any) -> Attendance:
    """Note that somebody who was called is there: a member for their organisation, a guest by their row."""
    if row.user_id:
        return _note(row.meeting, by, user=row.user, defaults={"organization": row.organization})
    return _note(row.meeting, by, convocation=row, defaults={"organization": row.organization})


@transaction.atomic
def note_organization(meeting: Meeting, organization: Organization, *, by: Any) -> Attendance:
    """Note that an organisation is there, without saying by whom."""
    return _note(meeting, by, organization=organization, user=None, convocation=None, name="")


@transaction.atomic
def note_by_name(
    meeting: Meeting, name: str, *, organization: Organization | None = None, by: Any
) -> Attendance:
    """Note somebody who came in and was not called, for an organisation or for none."""
    return _note(meeting, by, organization=organization, user=None, convocation=None, name=name)


@transaction.atomic
def forget(attendance: Attendance, *, by: Any) -> None:
    """Note that they are not there after all."""
    _refuse_early(attendance.meeting)
    number = attendance.pk
    if Attendance.objects.filter(pk=number).delete()[0]:
        trace.record("attended_not", by=by, on=attendance.meeting, attendance=number)


def _note(meeting: Meeting, by: Any, **who: Any) -> Attendance:
    _refuse_early(meeting)
    attendance, is_new = Attendance.objects.get_or_create(meeting=meeting, **who)
    if is_new:
        trace.record("attended", by=by, on=meeting, attendance=attendance.pk)
    return attendance


def _refuse_early(meeting: Meeting) -> None:
    if reason := why_closed(meeting):
        raise Refusal(reason)
