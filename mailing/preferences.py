"""What people want to receive: they choose on a page, or by the link of a message."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from mailing.links import GuestLink, Link
from mailing.models import MailPreferences, OutgoingEmail
from mailing.registry import DIGEST, Kind, kind_of, optional_kinds

Digest = MailPreferences.Digest


def of(user: Any) -> MailPreferences:
    """What a person wants; for one who has chosen nothing, what everybody receives, not saved."""
    return MailPreferences.objects.filter(user=user).first() or MailPreferences(user=user)


@transaction.atomic
def choose(user: Any, *, refused: Iterable[str], digest: str) -> None:
    """Keep what a person chose on the page; the digest tells what is new from now on to who had none."""
    chosen = held(user.pk)
    if digest != Digest.NEVER and chosen.rhythm == Digest.NEVER:
        chosen.digested_until = timezone.now()
    chosen.refused, chosen.digest = sorted(set(refused)), digest
    chosen.save()


@transaction.atomic
def refuse(user_id: int, kind: Kind) -> MailPreferences:
    """Stop a kind of messages; twice is once. The rhythm of the digest is kept for who wants it back."""
    chosen = held(user_id)
    chosen.refused = sorted({*chosen.refused, kind.name})
    chosen.save()
    return chosen


@transaction.atomic
def want_again(user_id: int, kind: Kind) -> MailPreferences:
    """Take a refusal back; the digest comes again at its former rhythm, or each month."""
    chosen = held(user_id)
    chosen.refused = sorted({*chosen.refused} - {kind.name})
    if kind.name == DIGEST and chosen.digest == Digest.NEVER:
        chosen.digest, chosen.digested_until = Digest.MONTHLY, timezone.now()
    chosen.save()
    return chosen


def stop(link: Link | GuestLink) -> None:
    """Stop what the link of a message speaks of; twice is once."""
    if isinstance(link, GuestLink):
        link.kind.way_out.stop(link.number)
    else:
        refuse(link.user_id, link.kind)


def resume(link: Link | GuestLink) -> bool:
    """Take it back; return whether the messages come again."""
    if isinstance(link, GuestLink):
        link.kind.way_out.resume(link.number)
        return True
    return not want_again(link.user_id, link.kind).refuses(link.kind)


def unwanted(emails: Sequence[OutgoingEmail]) -> set[int]:
    """The messages, by their keys in the database, that their person refuses; in one query."""
    optional = {kind.name for kind in optional_kinds()}
    declined = [email for email in emails if email.kind in optional and email.user_id]
    if not declined:
        return set()
    people = {email.user_id for email in declined}
    chosen = {row.user_id: row for row in MailPreferences.objects.filter(user__in=people)}
    return {
        email.pk
        for email in declined
        if email.user_id in chosen and chosen[email.user_id].refuses(kind_of(email.kind))
    }


def held(user_id: int) -> MailPreferences:
    """Return the row of a person, made where there is none, and held until the transaction ends."""
    MailPreferences.objects.get_or_create(user_id=user_id)
    return MailPreferences.objects.select_for_update().get(user_id=user_id)
