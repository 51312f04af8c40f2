"""The reminders of a meeting: one row for each person, rule and announced day."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from chantier.models import Cycle, User
from chantier.models.people import UserQuerySet
from ecpar_portal import french
from mailing import actions as mailing
from mailing.models import OutgoingEmail, OutgoingEmailQuerySet
from meetings.calendar import calendar_of
from meetings.models import Meeting

logger = logging.getLogger(__name__)

KIND = "reminder"
HOUR = dt.time(9)


DAYS_BEFORE = [7, 1]


def due_at(meeting: Meeting, days: int) -> dt.datetime:
    """The instant of a reminder: at 9 h, local time, some days before; in UTC."""
    day = meeting.date - dt.timedelta(days=days)
    return dt.datetime.combine(day, HOUR, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)


def useless_at(meeting: Meeting, days: int) -> dt.datetime:
    """The instant from which a late reminder does not leave: that of the next one, or the meeting's start."""
    later = [other for other in DAYS_BEFORE if other < days]
    if later:
        return due_at(meeting, max(later))
    midnight = dt.datetime.combine(meeting.date, dt.time(), ZoneInfo(settings.TIME_ZONE))
    return meeting.starts_at or midnight.astimezone(dt.UTC)


@transaction.atomic
def plan(meeting: Meeting) -> int:
    """Plan the reminders of a convened meeting to come, and take back those that no longer make sense.

    Running it again changes nothing; what has left stays as it is, what is late is told as it is now. Returns
    how many are planned.
    """
    # Read again and held: somebody may be moving or cancelling it at this moment.
    meetings = Meeting.objects.select_for_update(of=["self"]).select_related("cycle__chantier")
    meeting = meetings.get(pk=meeting.pk)
    people = list(_invited(meeting))
    unsent = set(_of(meeting).untaken().values_list("key", flat=True))
    mailing.withdraw(_of(meeting).exclude(again_of__isnull=False, key__contains=f"/{meeting.date}/"))
    messages = list(_messages(meeting, people, unsent))
    for message in messages:
        mailing.queue(KIND, **message)
    return len(messages)


def withdraw(meeting: Meeting) -> int:
    """Take back the reminders of a meeting that have not left; return how many."""
    return mailing.withdraw(_of(meeting))


def plan_all() -> int:
    """Plan those of every convened meeting to come: people have come and gone since. Returns how many."""
    return sum(map(_planned, Meeting.objects.upcoming()))


def _planned(meeting: Meeting) -> int:
    try:
        return plan(meeting)
    except Exception:  # whatever is wrong with one meeting, the others are planned
        logger.exception("not planned", extra={"row": f"meetings.Meeting {meeting.pk}"})
        return 0


def still(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The reminders that still make sense: of the day that holds, to who is called, at their address."""
    meetings = Meeting.objects.in_bulk({_meeting_of(email) for email in emails})
    called = {
        (pk, str(meeting.date), person.pk, person.email)
        for pk, meeting in meetings.items()
        for person in _invited(meeting).filter(pk__in=[email.user_id for email in emails])
    }
    return [
        email for email in emails if (_meeting_of(email), _day_of(email), email.user_id, email.to) in called
    ]


def _meeting_of(email: OutgoingEmail) -> int:
    return int(email.key.split("/")[1])


def _day_of(email: OutgoingEmail) -> str:
    return email.key.split("/")[4]


def _invited(meeting: Meeting) -> UserQuerySet:
    """Who is reminded of a meeting; nobody of one that is not convened, or is a demonstration elsewhere."""
    exists = Cycle.objects.existing().filter(pk=meeting.cycle_id).exists()
    people = User.objects.taking_part_in(meeting.cycle)
    return people if exists and meeting.state == Meeting.State.CONVENED else people.none()


def _of(meeting: Meeting) -> OutgoingEmailQuerySet:
    return OutgoingEmail.objects.about(f"reminder/{meeting.pk}/")


def _messages(meeting: Meeting, people: list[User], unsent: set[str]) -> Iterator[dict[str, Any]]:
    """The reminders whose hour is to come, and those whose hour is past and that have not left yet."""
    now, calendar, objectives = timezone.now(), calendar_of(meeting), list(meeting.objectives.all())
    heading = " ".join(heading_of(meeting).splitlines())
    for user in people:
        for days in DAYS_BEFORE:
            key = f"reminder/{meeting.pk}/{user.pk}/{days}/{meeting.date}"
            is_late = due_at(meeting, days) <= now
            if (is_late and key not in unsent) or useless_at(meeting, days) <= now:
                continue
            context = {"meeting": meeting, "heading": heading, "objectives": objectives, "user": user}
            context["portal_url"] = settings.PORTAL_URL
            yield {
                "key": key,
                "user": user,
                "to": user.email,
                "subject": f"Rappel{french.NBSP}: {heading}",
                "text": render_to_string("meetings/email/reminder.txt", context),
                "html": render_to_string("meetings/email/reminder.html", context),
                "calendar": calendar,
                "calendar_method": "PUBLISH",
                "due_at": due_at(meeting, days),
                "expires_at": useless_at(meeting, days),
            }


def heading_of(meeting: Meeting) -> str:
    """The meeting and its day, as true on the day of the reminder as when it arrives late."""
    day = f"{french.weekday(meeting.date)} {french.long_date(meeting.date)}"
    return f"{meeting.title}, {day}" if meeting.title else f"Rencontre du {day}"
