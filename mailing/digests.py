"""The digest: what is new for a person, each week or each month, at nine on a working day.

Each one tells what came after the one before, until a few minutes before it is written: a change that is
being saved at that moment is told by the next one. The instant until which a person was told is kept with
their preferences and moves in the transaction of the message, so that nothing is told twice, and nothing is
lost when they change the rhythm. What a digest that never left was to tell is told by the next one.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from ecpar_portal import french
from mailing import preferences
from mailing.models import MailPreferences, OutgoingEmail
from mailing.news import news_for
from mailing.queueing import queue
from mailing.registry import DIGEST

logger = logging.getLogger(__name__)

HOUR = dt.time(9)
SETTLED = dt.timedelta(minutes=5)  # no transaction of ours lasts as long
LATE = dt.timedelta(hours=30)  # beyond that, the next one tells it
SATURDAY = 5
NEVER_LEFT = (OutgoingEmail.State.FAILED, OutgoingEmail.State.WITHDRAWN)
Digest = MailPreferences.Digest


def slot(rhythm: str, now: dt.datetime) -> dt.datetime:
    """The last instant at which a digest of this rhythm was to leave, in UTC: nine, local time."""
    today = timezone.localdate(now)
    days = _mondays(today) if rhythm == Digest.WEEKLY else _first_working_days(today)
    instants = (dt.datetime.combine(day, HOUR, ZoneInfo(settings.TIME_ZONE)) for day in days)
    return max(instant.astimezone(dt.UTC) for instant in instants if instant <= now)


def _mondays(today: dt.date) -> list[dt.date]:
    monday = today - dt.timedelta(days=today.weekday())
    return [monday - dt.timedelta(weeks=1), monday]


def _first_working_days(today: dt.date) -> list[dt.date]:
    this_month = today.replace(day=1)
    last_month = (this_month - dt.timedelta(days=1)).replace(day=1)
    return [_working_day(last_month), _working_day(this_month)]


def _working_day(day: dt.date) -> dt.date:
    """The day itself, or the Monday after a Saturday or a Sunday."""
    return day + dt.timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)


def plan_all() -> int:
    """Write the digests of today; running it again changes nothing. Returns how many are written."""
    return sum(map(_planned, get_user_model().objects.filter(is_active=True).order_by("pk").iterator()))


def _planned(user: Any) -> bool:
    try:
        return plan(user)
    except Exception:  # whatever is wrong with one person, the others are told
        logger.exception("not planned", extra={"row": f"{user._meta.label} {user.pk}"})
        return False


@transaction.atomic
def plan(user: Any) -> bool:
    """Write the digest of a person if one is due and something is new; tell if there is one."""
    now = timezone.now()
    if _due(preferences.of(user), now) is None:
        return False
    chosen = preferences.held(user.pk)  # another beat may have written it since
    period = _due(chosen, now)
    if period is None:
        return False
    since, until = _since_last_told(chosen, period[0]), period[1]
    chosen.digested_until = until
    chosen.save(update_fields=["digested_until"])
    news = news_for(user, since, until)
    if not news:
        return False
    queue(
        DIGEST,
        key=f"{DIGEST}/{user.pk}/{since.isoformat()}/{until.isoformat()}",
        user=user,
        to=user.email,
        subject=f"Du nouveau dans le portail ECPAR, au {french.long_date(until)}",
        due_at=until + SETTLED,
        **_words(user, news),
    )
    return True


def _due(chosen: MailPreferences, now: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """What the digest of a person tells, from when until when; None where none is due."""
    if chosen.rhythm == Digest.NEVER:
        return None
    due_at = slot(chosen.rhythm, now)
    since, until = chosen.digested_until or _first_since(chosen.rhythm, due_at), due_at - SETTLED
    return (since, until) if now - due_at <= LATE and since < until else None


def _since_last_told(chosen: MailPreferences, since: dt.datetime) -> dt.datetime:
    """From when there is news to tell: that of the last digest too, where it never left."""
    last = OutgoingEmail.objects.about(f"{DIGEST}/{chosen.user_id}/").order_by("-pk").first()
    if last is None or last.state not in NEVER_LEFT:
        return since
    its_since, its_until = _period_of(last)
    return its_since if its_until == since else since


def _period_of(email: OutgoingEmail) -> tuple[dt.datetime, dt.datetime]:
    """What a digest tells, from when until when, as its key says."""
    since, until = email.key.split("/")[2:4]
    return dt.datetime.fromisoformat(since), dt.datetime.fromisoformat(until)


def _first_since(rhythm: str, due_at: dt.datetime) -> dt.datetime:
    """From when the first digest of a person tells: the one that they would have had before."""
    return slot(rhythm, due_at - dt.timedelta(seconds=1)) - SETTLED


def _words(user: Any, news: list) -> dict[str, str]:
    context = {"user": user, "news": news, "portal_url": settings.PORTAL_URL}
    return {
        "text": render_to_string("mailing/email/digest.txt", context),
        "html": render_to_string("mailing/email/digest.html", context),
    }


def still(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The digests that still tell something, to people whose account is open, at their address.

    What a person may not see any more is left out of theirs, whoever took the right away since.
    """
    people = get_user_model().objects.filter(is_active=True).in_bulk({email.user_id for email in emails})
    return [email for email in emails if _is_true(email, people.get(email.user_id))]


def _is_true(email: OutgoingEmail, user: Any) -> bool:
    if user is None or user.email != email.to:
        return False
    news = news_for(user, *_period_of(email))
    words = _words(user, news) if news else {}
    if news and words["text"] != email.text:
        OutgoingEmail.objects.untaken().filter(pk=email.pk).update(**words)
        email.text, email.html = words["text"], words["html"]
    return bool(news)
