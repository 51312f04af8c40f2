"""A guest, who has no account where to choose, asks for no reminder of a meeting, nor the word after it."""

from django.db import transaction
from django.utils import timezone

from chantier import trace
from ecpar_portal import french
from ecpar_portal.privacy import NOWHERE
from mailing.registry import WayOut
from meetings import reminders
from meetings.actions.calling import held, keep_called
from meetings.models import Convocation


@transaction.atomic
def stop(number: int) -> None:
    """Write to a guest only what calls them or takes back; the invitation holds. Twice is once."""
    row = _held(number)
    if not row.quiet_at:
        Convocation.objects.filter(pk=number).update(quiet_at=timezone.now())
        reminders.be_quiet_for(row)
        trace.record("quieted", by=None, on=row.meeting, convocation=number)


@transaction.atomic
def resume(number: int) -> None:
    """Remind a guest again."""
    row = _held(number)
    if row.quiet_at:
        Convocation.objects.filter(pk=number).update(quiet_at=None)
        keep_called(row.meeting)
        trace.record("unquieted", by=None, on=row.meeting, convocation=number)


def label_of(number: int) -> str:
    """What the guest would not receive any more; nothing for a row that is gone, or without its address."""
    row = Convocation.objects.filter(pk=number, user=None).select_related("meeting").first()
    if row is None or row.email.endswith(f"@{NOWHERE}"):
        return ""
    return f"rappels de la rencontre du {french.long_date(row.meeting.date)}"


def _held(number: int) -> Convocation:
    """The row of a guest, read once its meeting is held: reminders may be planned at this moment."""
    held(Convocation.objects.select_related("meeting").get(pk=number).meeting)
    return Convocation.objects.select_related("meeting").get(pk=number)


WAY_OUT = WayOut(number=reminders.guest_of, label=label_of, stop=stop, resume=resume)
