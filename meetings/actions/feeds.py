"""The secret address of a person's calendar: made, replaced, stopped."""

import secrets
from typing import Any

from django.db import transaction

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings.access import may_have_feed
from meetings.models import CalendarFeed
from meetings.models.feeds import digest_of

CHANGED = "Cette adresse a changé entre-temps\u00a0: rien n’a été fait."


@transaction.atomic
def make(user: Any, *, instead_of: str = "") -> str:
    """Make the address of a person, in place of the one whose `mark` is given; return its token, shown once.

    Raises Refusal for who takes part in nothing, and where the address is not that one any more: a page that
    is sent twice makes one.
    """
    if not may_have_feed(user):
        raise Refusal("Votre compte n’est rattaché à aucune organisation\u00a0: il n’a pas de rencontres.")
    token = secrets.token_urlsafe(32)
    if instead_of:
        _held(user, instead_of).delete()
    _, is_new = CalendarFeed.objects.get_or_create(user=user, defaults={"token_digest": digest_of(token)})
    if not is_new:
        raise Refusal(CHANGED)
    trace.record("feed_replaced" if instead_of else "feed_made", by=user, on=user)
    return token


@transaction.atomic
def stop(user: Any, *, mark: str) -> None:
    """Stop the address of a person: programs that know it find nothing. Raises Refusal for another one."""
    _held(user, mark).delete()
    trace.record("feed_stopped", by=user, on=user)


def mark_of(feed: CalendarFeed | None) -> str:
    """Tell one address from the next on a page, without the address."""
    return feed.token_digest[:12] if feed else ""


def _held(user: Any, mark: str) -> CalendarFeed:
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if feed is None or mark_of(feed) != mark:
        raise Refusal(CHANGED)
    return feed
