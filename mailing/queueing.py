"""Messages are written with their cause: one for each key, whoever asks again and however many at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from ecpar_portal.work import ring
from mailing.models import OutgoingEmail
from mailing.registry import kind_of

State = OutgoingEmail.State
SUBJECT_LENGTH = OutgoingEmail._meta.get_field("subject").max_length
RESTORED = "Retenu après une restauration."
AT_ONCE = 100
# What a row takes from its message, when it is written and when it comes back.
WRITTEN = ("kind", "is_secret", "user", "to", "subject", "text", "html", "calendar", "calendar_method")
WRITTEN += ("due_at", "expires_at")
ANEW = (*WRITTEN, "state", "attempts", "claims", "last_error", "wiped_at")


class HeaderInjection(ValueError):
    """A subject or an address holds a line break: it would write headers of its own."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What to tell somebody. It leaves at `due_at`, at once by default, and never after `expires_at`."""

    kind: str
    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    calendar_method: str = ""
    user: Any = None
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None

    def row(self) -> OutgoingEmail:
        """Its row, not saved. Raises HeaderInjection, and KeyError for a kind that no app registers."""
        for value in (self.to, self.subject, self.calendar_method):
            if "".join(value.splitlines()) != value:
                raise HeaderInjection("a subject or an address stands on one line")
        content = {name: getattr(self, name) for name in WRITTEN if name != "is_secret"}
        content["subject"] = Truncator(self.subject).chars(SUBJECT_LENGTH)
        content["due_at"] = self.due_at or timezone.now()
        return OutgoingEmail(key=self.key, is_secret=kind_of(self.kind).secret, **content)


def queue(kind: str, **message: Any) -> OutgoingEmail:
    """Write one message, as `queue_many` does, and return its row; the fields are those of `Message`."""
    (email,) = queue_many([Message(kind=kind, **message)])
    return email


@transaction.atomic
def queue_many(messages: Iterable[Message]) -> list[OutgoingEmail]:
    """Write messages in the caller's transaction, one for each key, whoever asks again; return their rows.

    One that was withdrawn comes back with its new content: its purpose has come back; one that a restore held
    is held again. All of them are written or none, so many in a query, and one bell rings for all. Raises
    HeaderInjection for a subject or an address on more than one line, KeyError for a kind that no app
    registers.
    """
    asked: dict[str, OutgoingEmail] = {}
    for message in messages:
        asked.setdefault(message.key, message.row())
    kept, fresh, keys = {}, [], list(asked)
    for start in range(0, len(keys), AT_ONCE):
        batch = {key: asked[key] for key in keys[start : start + AT_ONCE]}
        found = _written(batch)
        kept |= found
        ours = [email for key, email in found.items() if email.message_id == batch[key].message_id]
        fresh += ours + _come_back(batch, found)
    now = timezone.now()
    if due := [email for email in fresh if email.is_due(now)]:
        ring(due[0])  # who answers takes the others too
    return [kept[key] for key in keys]


def _written(batch: dict[str, OutgoingEmail]) -> dict[str, OutgoingEmail]:
    """Write the rows whose key nobody has; return what stands under each key."""
    known = set(OutgoingEmail.objects.filter(key__in=batch).values_list("key", flat=True))
    new = [row for key, row in batch.items() if key not in known]
    OutgoingEmail.objects.bulk_create(new, ignore_conflicts=True)  # another may write the same just now
    return {email.key: email for email in OutgoingEmail.objects.filter(key__in=batch)}


def _come_back(batch: dict[str, OutgoingEmail], found: dict[str, OutgoingEmail]) -> list[OutgoingEmail]:
    """Give what was withdrawn its new content; return the rows, brought up to date."""
    gone = [email.pk for email in found.values() if email.state == State.WITHDRAWN]
    if not gone:
        return []
    # Held until the transaction ends: two who bring the same back wait for each other.
    former = OutgoingEmail.objects.select_for_update().filter(pk__in=gone, state=State.WITHDRAWN)
    back = []
    for key, claims, error in former.values_list("key", "claims", "last_error"):
        row = batch[key]
        row.claims = claims + 1
        if error == RESTORED:
            row.state, row.last_error = State.HELD, RESTORED
        back.append(row)
    OutgoingEmail.objects.bulk_create(back, update_conflicts=True, unique_fields=["key"], update_fields=ANEW)
    for row in back:
        for name in ANEW:
            setattr(found[row.key], name, getattr(row, name))
    return [found[row.key] for row in back]
