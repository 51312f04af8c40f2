"""The reminders of a meeting: one row for each person, rule and announced day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from chantier.models import User
from ecpar_portal import french
from mailing import actions as mailing
from mailing.models import OutgoingEmail, OutgoingEmailQuerySet
from meetings.calendar import calendar_of
from meetings.models import Meeting

KIND = "reminder"
HOUR = dt.time(9)


@dataclass(frozen=True)
class Rule:
    """How many days before the meeting, and what the subject says of it."""

    days: int
    words: str


RULES = [Rule(7, "dans 7 jours"), Rule(1, "demain")]


def due_at(meeting: Meeting, rule: Rule) -> dt.datetime:
    """The instant of a reminder: at 9 h, local time, some days before; in UTC."""
    day = meeting.date - dt.timedelta(days=rule.days)
    return dt.datetime.combine(day, HOUR, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)


def useless_at(meeting: Meeting) -> dt.datetime:
    """The instant from which no reminder leaves: the start of the meeting, or of its day."""
    midnight = dt.datetime.combine(meeting.date, dt.time(), ZoneInfo(settings.TIME_ZONE))
    return meeting.starts_at or midnight.astimezone(dt.UTC)


@transaction.atomic
def plan(meeting: Meeting) -> int:
    """Plan the reminders of a convened meeting to come, and take back those that no longer make sense.

    Running it again changes nothing; what has left stays as it is. Returns how many are planned.
    """
    people = (
        list(User.objects.taking_part_in(meeting.cycle)) if meeting.state == Meeting.State.CONVENED else []
    )
    mailing.withdraw(_of(meeting).exclude(_leaving(meeting), user__in=people))
    messages = list(_messages(meeting, people))
    for message in messages:
        mailing.queue(KIND, **message)
    return len(messages)


def withdraw(meeting: Meeting) -> int:
    """Take back the reminders of a meeting that have not left; return how many."""
    return mailing.withdraw(_of(meeting))


def plan_all() -> int:
    """Plan those of every convened meeting to come: people have come and gone since. Returns how many."""
    meetings = Meeting.objects.upcoming().select_related("cycle__chantier").prefetch_related("objectives")
    return sum(plan(meeting) for meeting in meetings)


def _of(meeting: Meeting) -> OutgoingEmailQuerySet:
    return OutgoingEmail.objects.about(f"reminder/{meeting.pk}/")


def _leaving(meeting: Meeting) -> Q:
    """What is due for the announced day, or was tried already: its hour is past, it is not planned again."""
    return Q(key__endswith=f"/{meeting.date}") & (Q(attempts__gt=0) | Q(due_at__lte=timezone.now()))


def _messages(meeting: Meeting, people: list[User]) -> Iterator[dict[str, Any]]:
    now, calendar, objectives = timezone.now(), calendar_of(meeting), list(meeting.objectives.all())
    rules = [rule for rule in RULES if due_at(meeting, rule) > now]
    for user in people:
        for rule in rules:
            context = {"meeting": meeting, "objectives": objectives, "user": user, "rule": rule}
            context["portal_url"] = settings.PORTAL_URL
            yield {
                "key": f"reminder/{meeting.pk}/{user.pk}/{rule.days}/{meeting.date}",
                "user": user,
                "to": user.email,
                "subject": f"Rappel{french.NBSP}: {meeting}, {rule.words}",
                "text": render_to_string("meetings/email/reminder.txt", context),
                "html": render_to_string("meetings/email/reminder.html", context),
                "calendar": calendar,
                "calendar_method": "PUBLISH",
                "due_at": due_at(meeting, rule),
                "expires_at": useless_at(meeting),
            }
