"""What happens to messages once they are queued: they are taken back, sent, sent again, thrown away."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from ecpar_portal import stopping
from ecpar_portal.logs import about, kind_of_error, name_of
from ecpar_portal.privacy import NOWHERE
from ecpar_portal.refusal import Refusal
from ecpar_portal.work import ring
from mailing import preferences
from mailing.emails import Carrier, NotNow, Refused
from mailing.models import CONTENT, OutgoingEmail, OutgoingEmailQuerySet, wiped
from mailing.queueing import RESTORED
from mailing.registry import still_of

logger = logging.getLogger(__name__)

State = OutgoingEmail.State
COPIED = ("kind", "user_id", "to", "subject", *CONTENT, "calendar_method", "expires_at")
AGAIN = "/encore/"
TOO_LATE = "Trop tard pour être utile."
POINTLESS = "N’avait plus lieu d’être au moment de partir."
REFUSED = "La personne n’en veut plus."
UNKNOWN = "Impossible de savoir s’il est encore utile; le journal dit pourquoi."
ASKED_AGAIN = dt.timedelta(minutes=10)


class NotSentAgain(Refusal):
    """A message that is not sent again; says why in French."""


@transaction.atomic
def withdraw(emails: OutgoingEmailQuerySet | str) -> int:
    """Take back what waits or is held, of a queryset or of the keys that begin so; return how many.

    What a worker holds at this moment leaves all the same.
    """
    if isinstance(emails, str):
        emails = OutgoingEmail.objects.about(emails)
    return _withdraw(emails.untaken())


def _withdraw(emails: OutgoingEmailQuerySet, **fields: object) -> int:
    fields |= {"state": State.WITHDRAWN, "lease_until": None}
    return emails.filter(is_secret=True).update(**fields, **wiped()) + emails.update(**fields)


def belong(cause: str, user: Any) -> int:
    """Say whose the messages of a cause are, once somebody has an account; return how many.

    They change address later; these messages stay theirs, to take away and to erase.
    """
    return OutgoingEmail.objects.about(cause).update(user=user)


@transaction.atomic
def send_again(email: OutgoingEmail, *, by: Any) -> OutgoingEmail:
    """Send what was sent, or failed, once more, as a message of its own.

    Raises NotSentAgain for a content that is not kept, for what has not ended and for what is of no use now.
    """
    email = OutgoingEmail.objects.select_for_update().get(pk=email.pk)  # two clicks at once send one
    reason = _why_not_again(email)
    if reason:
        raise NotSentAgain(reason)
    again = OutgoingEmail.objects.create(
        **{name: getattr(email, name) for name in COPIED},
        key=f"{email.key.partition(AGAIN)[0][:150]}{AGAIN}{uuid.uuid4()}",
        again_of=email,
    )
    ring(again)
    logger.info("sent again", extra=about(again, user=by.pk, cause=name_of(email, email.pk)))
    return again


def _why_not_again(email: OutgoingEmail) -> str:
    if email.is_secret or email.wiped_at:
        return "Son contenu n’est pas conservé."
    if email.state not in (State.DONE, State.FAILED) or email.sent_again.on_their_way().exists():
        return "Il est déjà en route, ou a été retiré."
    if preferences.unwanted([email]):
        return REFUSED
    useful, unknown = _asked([email])
    if unknown:
        return UNKNOWN
    if (email.expires_at and email.expires_at <= timezone.now()) or not useful:
        return "Il n’est plus utile."
    if email.user and email.to.lower() != email.user.email.lower():
        return "Cette personne a changé d’adresse."
    return ""


def deliver(pk: str = "") -> int:
    """Send the message that a bell speaks of, then every other that is due; return how many left.

    One connection for all of them; each is claimed, sent and marked before the next one is looked at. What is
    left when the server is down, when the minute is full or when the worker is asked to stop, waits for the
    sweep.
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
        for email in _still_useful(batch):
            if stopping.is_asked() or _minute_is_full():
                return
            if taken := OutgoingEmail.objects.take(email):
                yield taken
        batch = OutgoingEmail.objects.next_due()


def _still_useful(batch: list[OutgoingEmail]) -> list[OutgoingEmail]:
    """Leave out what its person refuses or, as its kind says, has lost its purpose; withdraw what was due."""
    unwanted = preferences.unwanted(batch)
    wanted = [email for email in batch if email.pk not in unwanted]
    useful, unknown = set(), set()
    for name in {email.kind for email in wanted}:
        its_useful, its_unknown = _asked([email for email in wanted if email.kind == name])
        useful, unknown = useful | its_useful, unknown | its_unknown
    _withdraw_due(unwanted, REFUSED)
    _withdraw_due({email.pk for email in wanted} - useful - unknown, POINTLESS)
    _let_wait(unknown)
    return [email for email in wanted if email.pk in useful]


def _asked(of_kind: list[OutgoingEmail]) -> tuple[set[int], set[int]]:
    """Which messages of one kind still make sense, and of which it cannot tell, since asking raised an error.

    Then each is asked alone, so that one that cannot be read does not hold the others.
    """
    try:
        return _useful_among(of_kind), set()
    except (OperationalError, InterfaceError):  # the database is away, for every kind
        raise
    except Exception:  # whatever is wrong with one kind, the others leave
        logger.exception("cannot tell what is still useful", extra=about(of_kind[0]))
    useful, unknown = set(), set()
    for email in of_kind:
        try:
            useful |= _useful_among([email])
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # told above
            logger.warning("waits", extra=about(email, cause=kind_of_error(error)))
            unknown.add(email.pk)
    return useful, unknown


def _useful_among(of_kind: list[OutgoingEmail]) -> set[int]:
    return {email.pk for email in still_of(of_kind[0].kind)(of_kind)}


def _let_wait(pks: set[int]) -> None:
    """Ask again later of what is due; what a worker abandoned stays as it left it."""
    if pks:
        now = timezone.now()
        due, later = OutgoingEmail.objects.filter(pk__in=pks).due(now), now + ASKED_AGAIN
        due.filter(state=State.RUNNING).update(lease_until=later, last_error=UNKNOWN)
        due.waiting().update(due_at=later, last_error=UNKNOWN)


def _withdraw_due(pks: set[int], reason: str) -> None:
    if pks:
        _withdraw(OutgoingEmail.objects.due(timezone.now()).filter(pk__in=pks), last_error=reason)


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
        logger.warning("not sent", extra=about(email, cause=kind_of_error(refusal.__cause__)))
        email.fail(str(refusal))
        return False
    except NotNow as reason:
        logger.info("waits", extra=about(email, cause=kind_of_error(reason.__cause__)))
        email.give_back(str(reason), interrupted=email.interrupted or reason.in_doubt)
        return False
    logger.info("sent", extra=about(email))
    return email.finish(sent_at=timezone.now())


@transaction.atomic
def purge() -> int:
    """Delete what ended `MAIL_KEPT_DAYS` ago, withdraw what is too late; return how many are deleted."""
    deleted = no_longer_kept().delete()[1].get(OutgoingEmail._meta.label, 0)
    _withdraw(OutgoingEmail.objects.too_late(timezone.now()), last_error=TOO_LATE)
    return deleted


def no_longer_kept() -> OutgoingEmailQuerySet:
    """What ended `MAIL_KEPT_DAYS` ago."""
    return OutgoingEmail.objects.ended_before(timezone.now() - dt.timedelta(days=settings.MAIL_KEPT_DAYS))


@transaction.atomic
def forget(emails: OutgoingEmailQuerySet) -> int:
    """Take back what has not left and wipe every word and address of messages; return how many.

    A worker that holds one of them at this moment may still send it, and notes nothing more on its row.
    """
    emails.unsent().update(state=State.WITHDRAWN, lease_until=None)
    return emails.update(
        **wiped(), subject="Message effacé", last_error="", user=None, to=f"personne@{NOWHERE}"
    )


@transaction.atomic
def hold_unsent() -> int:
    """Hold what has not left until a coordinator releases it; return how many.

    For a database that comes from a backup: the message may have left since, and will say so once it leaves.
    """
    return OutgoingEmail.objects.unsent().update(
        state=State.HELD, lease_until=None, interrupted=True, last_error=RESTORED
    )


@transaction.atomic
def release(emails: OutgoingEmailQuerySet, *, by: Any) -> tuple[int, int]:
    """Let what is held leave; return how many wait now, and how many were too late and are withdrawn."""
    held = emails.held()
    late = _withdraw(held.filter(expires_at__lte=timezone.now()), last_error=TOO_LATE)
    first = held.order_by("due_at", "pk").first()
    released = held.update(state=State.WAITING, last_error="")
    if first:
        ring(first)  # who answers takes the others too
    logger.info("released", extra={"user": by.pk, "counts": {"released": released, "too late": late}})
    return released, late
