"""What happens to messages: they are queued with their cause, taken back, sent, sent again, thrown away."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from ecpar_portal.privacy import NOWHERE
from ecpar_portal.refusal import Refusal
from ecpar_portal.work import ring
from mailing.emails import Carrier, NotNow, Refused
from mailing.models import CONTENT, ENDED, OutgoingEmail, OutgoingEmailQuerySet, wiped
from mailing.registry import kind_of

logger = logging.getLogger(__name__)

State = OutgoingEmail.State
COPIED = ("kind", "user_id", "to", "subject", *CONTENT, "calendar_method", "expires_at")
SUBJECT_LENGTH = OutgoingEmail._meta.get_field("subject").max_length
AGAIN = "/encore/"


class HeaderInjection(ValueError):
    """A subject or an address holds a line break: it would write headers of its own."""


class NotSentAgain(Refusal):
    """A message that is not sent again; says why in French."""


@transaction.atomic
def queue(
    kind: str,
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    calendar: str = "",
    calendar_method: str = "",
    user: Any = None,
    due_at: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
) -> OutgoingEmail:
    """Write a message in the caller's transaction; one for each key, whoever asks again.

    One that was withdrawn comes back with its new content: its purpose has come back. It leaves at `due_at`,
    at once by default, and never after `expires_at`. Raises HeaderInjection for a subject or an address on
    more than one line, KeyError for a kind that no app registers.
    """
    for value in (to, subject, calendar_method):
        _refuse_line_breaks(value)
    content = {
        "kind": kind,
        "is_secret": kind_of(kind).secret,
        "user": user,
        "to": to,
        "subject": Truncator(subject).chars(SUBJECT_LENGTH),
        "text": text,
        "html": html,
        "calendar": calendar,
        "calendar_method": calendar_method,
        "due_at": due_at or timezone.now(),
        "expires_at": expires_at,
    }
    email, created = OutgoingEmail.objects.get_or_create(key=key, defaults=content)
    if (created or _comes_back(email, content)) and email.due_at <= timezone.now():
        ring(email)
    return email


def _refuse_line_breaks(value: str) -> None:
    if "".join(value.splitlines()) != value:
        raise HeaderInjection("a subject or an address stands on one line")


def _comes_back(email: OutgoingEmail, content: dict[str, Any]) -> bool:
    withdrawn = OutgoingEmail.objects.filter(pk=email.pk, state=State.WITHDRAWN)
    # Its attempts go on counting: by their number a late worker knows that the row is no longer its own.
    back = withdrawn.update(state=State.WAITING, last_error="", wiped_at=None, **content)
    if back:
        email.refresh_from_db()
    return bool(back)


@transaction.atomic
def withdraw(emails: OutgoingEmailQuerySet | str) -> int:
    """Take back what waits, of a queryset or of the keys that begin so; return how many.

    What a worker holds at this moment leaves all the same.
    """
    if isinstance(emails, str):
        emails = OutgoingEmail.objects.about(emails)
    return _withdraw(emails.waiting())


def _withdraw(emails: OutgoingEmailQuerySet, **fields: object) -> int:
    fields |= {"state": State.WITHDRAWN, "lease_until": None}
    return emails.filter(is_secret=True).update(**fields, **wiped()) + emails.update(**fields)


@transaction.atomic
def send_again(email: OutgoingEmail, *, by: Any) -> OutgoingEmail:
    """Send what was sent, or failed, once more, as a message of its own.

    Raises NotSentAgain for a content that is not kept, for what has not ended and for what is of no use now.
    """
    reason = _why_not_again(email)
    if reason:
        raise NotSentAgain(reason)
    again = OutgoingEmail.objects.create(
        **{name: getattr(email, name) for name in COPIED},
        key=f"{email.key.partition(AGAIN)[0][:150]}{AGAIN}{uuid.uuid4()}",
        again_of=email,
    )
    ring(again)
    logger.info("email %s sent again as %s by user %s", email.pk, again.pk, by.pk)
    return again


def _why_not_again(email: OutgoingEmail) -> str:
    if email.is_secret or email.wiped_at:
        return "Son contenu n’est pas conservé."
    if email.state not in (State.DONE, State.FAILED) or email.sent_again.on_their_way().exists():
        return "Il est déjà en route, ou a été retiré."
    if email.expires_at and email.expires_at <= timezone.now():
        return "Il n’est plus utile."
    return ""


def deliver(pk: str = "") -> int:
    """Send the message that a bell speaks of, then every other that is due; return how many left.

    One connection for all of them; each is claimed, sent and marked before the next one is looked at. What is
    left when the server is down, or when the minute is full, waits for the sweep.
    """
    sent = 0
    with Carrier() as carrier:
        for email in _taken(pk):
            sent += _send(email, carrier)
            if carrier.is_down:
                break
    return sent


def _taken(pk: str) -> Iterator[OutgoingEmail]:
    """Claim one message after the other, the given one first."""
    first = OutgoingEmail.objects.filter(pk=pk) if pk else OutgoingEmail.objects.none()
    batch = list(first) or OutgoingEmail.objects.next_due()
    while batch:
        for email in batch:
            if _minute_is_full():
                return
            if taken := OutgoingEmail.objects.take(email):
                yield taken
        batch = OutgoingEmail.objects.next_due()


def _minute_is_full() -> bool:
    """Whether `MAIL_PER_MINUTE` messages left in the last minute, by whichever worker."""
    if not settings.MAIL_PER_MINUTE:
        return False
    minute_ago = timezone.now() - dt.timedelta(minutes=1)
    return OutgoingEmail.objects.sent_since(minute_ago).count() >= settings.MAIL_PER_MINUTE


def _send(email: OutgoingEmail, carrier: Carrier) -> bool:
    try:
        carrier.send(email)
    except Refused as refusal:
        logger.warning("email %s failed: %s", email.pk, refusal)
        email.fail(str(refusal))
        return False
    except NotNow as reason:
        logger.info("email %s waits (try %s): %s", email.pk, email.attempts, reason)
        email.give_back(str(reason), interrupted=email.interrupted or reason.in_doubt)
        return False
    return email.finish(sent_at=timezone.now())


@transaction.atomic
def purge() -> int:
    """Delete what ended `MAIL_KEPT_DAYS` ago, withdraw what is too late; return how many are deleted."""
    deleted = no_longer_kept().delete()[1].get(OutgoingEmail._meta.label, 0)
    _withdraw(OutgoingEmail.objects.too_late(timezone.now()), last_error="Trop tard pour être utile.")
    return deleted


def no_longer_kept() -> OutgoingEmailQuerySet:
    """What ended `MAIL_KEPT_DAYS` ago."""
    return OutgoingEmail.objects.ended_before(timezone.now() - dt.timedelta(days=settings.MAIL_KEPT_DAYS))


@transaction.atomic
def forget(emails: OutgoingEmailQuerySet) -> int:
    """Take back what has not left and wipe every word and address of messages; return how many.

    A worker that holds one of them at this moment may still send it, and notes nothing more on its row.
    """
    emails.exclude(state__in=ENDED).update(state=State.WITHDRAWN, lease_until=None)
    return emails.update(
        **wiped(), subject="Message effacé", last_error="", user=None, to=f"personne@{NOWHERE}"
    )
