"""What a coordinator does while the answers come."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from chantier import trace
from ecpar_portal.refusal import Refusal
from mailing.queueing import queue_many
from meetings import reminders
from meetings.actions.calling import held
from meetings.emails import Messages
from meetings.models import Convocation, Meeting


@transaction.atomic
def call_once_more(meeting: Meeting, chosen: Sequence[int], *, by: Any) -> int:
    """Write the convocation again to chosen people, a message of its own; return to how many.

    Whose convocation is still on its way is left out. Raises Refusal for a meeting that calls nobody now, and
    where nobody is left.
    """
    meeting = held(meeting)
    rows = Convocation.objects.answerable().filter(meeting=meeting, pk__in=chosen).select_related("user")
    waiting = reminders.calls_of(meeting).unsent().values_list("key", flat=True)
    on_their_way = {int(key.split("/")[2]) for key in waiting}
    found = [row for row in rows if row.pk not in on_their_way]
    if not found:
        raise Refusal(
            "Personne à qui renvoyer : choisissez des personnes convoquées à une rencontre à venir, dont le "
            "message n’est pas déjà en route."
        )
    messages = Messages(meeting)
    queue_many(messages.convocation(row, once_more=True) for row in found)
    reminders.plan(meeting)  # one of the same day would only say it again
    trace.record("called_once_more", by=by, on=meeting, people=len(found))
    return len(found)
