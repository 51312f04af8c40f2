"""Messages as apps write them."""

import itertools

from django.utils import timezone

from mailing.models import OutgoingEmail
from mailing.queueing import queue

_numbers = itertools.count()


def write(number: int | None = None, kind: str = "notice", **fields) -> OutgoingEmail:
    """Queue the message of that number, with a key and a recipient of its own."""
    number = next(_numbers) if number is None else number
    written = {"key": f"essai/{number}", "to": f"personne{number}@ville.example", "subject": "Rencontre"}
    return queue(kind, **written | {"text": "Bonjour,\n\nVenez."} | fields)


def it_is_time() -> None:
    """Do not wait for the next try."""
    OutgoingEmail.objects.waiting().update(due_at=timezone.now())


def state_of(message: OutgoingEmail) -> str:
    """Its state now; the row is read again."""
    message.refresh_from_db()
    return message.state
