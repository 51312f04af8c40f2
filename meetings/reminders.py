"""The reminders of a meeting, and the word after it: one row for each person, rule and announced day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from ecpar_portal import french
from mailing import actions as mailing
from mailing.links import PLACE
from mailing.models import OutgoingEmail, OutgoingEmailQuerySet
from mailing.queueing import Message, queue_many
from meetings import changes
from meetings.calendar import calendar_of
from meetings.called import calls, exists, members_of, still_called
from meetings.models import Commitment, Convocation, Meeting, Reminding

KIND, AFTERWARDS = "reminder", "follow_up"
# The messages that call somebody, each with the link by which they answer.
CALLS = ("convocation", changes.MOVED, changes.UPDATED)
# Those whose keys name a person, and not a convocation.
OF_PEOPLE = (KIND, AFTERWARDS)
Answer = Convocation.Answer
# Who was written to the day before knows: a reminder would only say it again.
FRESH = dt.timedelta(hours=24)
WORD_USEFUL = dt.timedelta(days=7)
TOOK_PLACE = (Meeting.State.HELD, Meeting.State.PUBLISHED)


def reminding_of(meeting: Meeting) -> Reminding:
    """How people are reminded of a meeting, as the coordinator chose or as usual."""
    return Reminding.objects.filter(meeting=meeting).first() or Reminding()


def due_at(meeting: Meeting, days: int, rule: Reminding | None = None) -> dt.datetime:
    """The instant of a reminder: at the rule's hour, local time, some days before; in UTC."""
    day = meeting.date - dt.timedelta(days=days)
    hour = (rule or reminding_of(meeting)).hour
    return dt.datetime.combine(day, hour, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)


def useless_at(meeting: Meeting, days: int, rule: Reminding) -> dt.datetime:
    """The instant from which a late reminder does not leave: that of the next one, or the meeting's start."""
    later = [other for other in rule.days if other < days]
    return due_at(meeting, max(later), rule) if later else meeting.begins_at


@transaction.atomic
def plan(meeting: Meeting) -> int:
    """Plan the reminders of a convened meeting to come, and take back those that no longer make sense.

    Running it again changes nothing; what has left stays as it is, what is late is told as it is now. Returns
    how many are planned.
    """
    # Read again and held: somebody may be moving or cancelling it at this moment.
    meetings = Meeting.objects.select_for_update(of=["self"]).select_related("cycle__chantier")
    meeting = meetings.get(pk=meeting.pk)
    unsent = set(_of(meeting).untaken().values_list("key", flat=True))
    mailing.withdraw(_of(meeting).exclude(again_of__isnull=False, key__contains=f"/{meeting.date}/"))
    mailing.withdraw(f"{AFTERWARDS}/{meeting.pk}/")
    rule, rows = reminding_of(meeting), list(meeting.convocations.standing().select_related("user"))
    messages = [*_reminders(meeting, rule, rows, unsent), *_words_after(meeting, rule, rows)]
    return len(queue_many(messages))


def withdraw(meeting: Meeting, *, word_after: bool = False) -> None:
    """Take back what calls people to a meeting or reminds them of it, and has not left."""
    for kind in (*CALLS, KIND, *([AFTERWARDS] if word_after else [])):
        mailing.withdraw(f"{kind}/{meeting.pk}/")


def withdraw_from(meeting: Meeting, rows: Sequence[Convocation]) -> None:
    """Take back what was to be sent to people who are no longer called."""
    theirs = {*product(CALLS, (str(row.pk) for row in rows)), *product(OF_PEOPLE, map(_person, rows))}
    waiting = written_on(meeting, (*CALLS, *OF_PEOPLE)).untaken()
    told = {pk: key.split("/") for pk, key in waiting.values_list("pk", "key")}
    lost = [pk for pk, (kind, _, who, *_) in told.items() if (kind, who) in theirs]
    mailing.withdraw(OutgoingEmail.objects.filter(pk__in=lost))


def be_quiet_for(row: Convocation) -> None:
    """Take back the reminders of somebody, and the word after the meeting."""
    for kind in OF_PEOPLE:
        mailing.withdraw(f"{kind}/{row.meeting_id}/{_person(row)}/")


def belong(row: Convocation) -> None:
    """Say whose the messages are that were written to somebody before they had an account."""
    for kind in CALLS:
        mailing.belong(f"{kind}/{row.meeting_id}/{row.pk}/", row.user)
    for kind in (KIND, AFTERWARDS):
        mailing.belong(f"{kind}/{row.meeting_id}/i{row.pk}/", row.user)


def _person(row: Convocation) -> str:
    """How keys name somebody: a member by their account, as they did before there were convocations."""
    return str(row.user_id) if row.user_id else f"i{row.pk}"


def _of(meeting: Meeting) -> OutgoingEmailQuerySet:
    return OutgoingEmail.objects.about(f"{KIND}/{meeting.pk}/")


def calls_of(meeting: Meeting) -> OutgoingEmailQuerySet:
    """The messages that call people to a meeting."""
    return written_on(meeting, CALLS)


def written_on(meeting: Meeting, kinds: Iterable[str]) -> OutgoingEmailQuerySet:
    """The messages of some kinds that speak of a meeting."""
    begins = Q(*(Q(key__startswith=f"{kind}/{meeting.pk}/") for kind in kinds), _connector=Q.OR)
    return OutgoingEmail.objects.filter(begins)


def guest_of(email: OutgoingEmail) -> int | None:
    """The row of the guest to whom a reminder or a word after is written; None for a member's."""
    person = Cause.of(email).person
    return int(person[1:]) if person.startswith("i") else None


def key_of(kind: str, row: Convocation, sequence: int) -> str:
    """The key of a message that calls or takes back: it names the row, the call and the move it speaks of.

    A row that is withdrawn and called again begins another call.
    """
    return f"{kind}/{row.meeting_id}/{row.pk}/{call_of(row)}/{sequence}"


def call_of(row: Convocation) -> str:
    """What tells a call of somebody from an earlier one."""
    return f"{row.called_at.timestamp():.6f}"


def _reminders(
    meeting: Meeting, rule: Reminding, rows: list[Convocation], unsent: set[str]
) -> Iterator[Message]:
    """The reminders whose hour is to come, and those whose hour is past and that have not left yet."""
    rows = [row for row in rows if concerned(row, rule)]
    if not rows or not calls(meeting):
        return
    now, calendar, written = timezone.now(), calendar_of(meeting), _written(meeting)
    shared = details_of(meeting) | {"opening": rule.opening}
    instants = {days: (due_at(meeting, days, rule), useless_at(meeting, days, rule)) for days in rule.days}
    subject = rule.subject or f"Rappel{french.NBSP}: {shared['heading']}"
    for row in rows:
        context = shared | {"name": row.greeting, "is_member": row.user_id is not None}
        message: dict[str, Any] = {}
        for days, (due, useless) in instants.items():
            key = f"{KIND}/{meeting.pk}/{_person(row)}/{days}/{meeting.date}"
            told = row.pk in written and due - written[row.pk] < FRESH
            if told or useless <= now or (due <= now and key not in unsent):
                continue
            # The same words each time: they are written once.
            message = message or {
                "kind": KIND,
                "user": row.user,
                "to": row.address,
                "subject": subject,
                "text": render_to_string("meetings/email/reminder.txt", context),
                "html": render_to_string("meetings/email/reminder.html", context),
                "calendar": calendar,
                "calendar_method": "PUBLISH",
            }
            yield Message(**message, key=key, due_at=due, expires_at=useless)


def concerned(row: Convocation, rule: Reminding) -> bool:
    """Whether a reminder would tell somebody something: not who said no, nor who chose another to come.

    Nor a guest who asked for none.
    """
    if row.quiet_at:
        return False
    if rule.audience == Reminding.Audience.UNANSWERED:
        return row.answer == ""
    return row.answer not in (Answer.NO, Answer.REPLACED)


def _written(meeting: Meeting) -> dict[int, dt.datetime]:
    """When each person was last called to the meeting, by the number of their row."""
    calls = calls_of(meeting).exclude(state=OutgoingEmail.State.WITHDRAWN).order_by("created_at")
    return {int(key.split("/")[2]): at for key, at in calls.values_list("key", "created_at")}


def _words_after(meeting: Meeting, rule: Reminding, rows: list[Convocation]) -> Iterator[Message]:
    """The word of the day after; one that is written late leaves at once."""
    due = due_at(meeting, -1, rule)
    useful = meeting.is_announced and due + WORD_USEFUL > timezone.now()
    if not rule.after_words.strip() or not useful or not exists(meeting):
        return
    shared = details_of(meeting) | {"words": rule.after_words}
    for row in rows:
        if not _expects(row):
            continue
        context = shared | {"name": row.greeting, "is_member": row.user_id is not None}
        yield Message(
            kind=AFTERWARDS,
            key=f"{AFTERWARDS}/{meeting.pk}/{_person(row)}/{meeting.date}",
            user=row.user,
            to=row.address,
            subject=f"Suite de la rencontre{french.NBSP}: {shared['heading']}",
            text=render_to_string("meetings/email/follow_up.txt", context),
            html=render_to_string("meetings/email/follow_up.html", context),
            due_at=due,
            expires_at=due + WORD_USEFUL,
        )


def _expects(row: Convocation) -> bool:
    """Whether the word after a meeting is for somebody: not who did not come, nor a guest who wants none."""
    return row.answer not in (Answer.NO, Answer.REPLACED) and not row.quiet_at


def details_of(meeting: Meeting) -> dict[str, Any]:
    """What every message on a meeting tells of it."""
    return {
        "meeting": meeting,
        "heading": " ".join(heading_of(meeting).splitlines()),
        "objectives": list(meeting.objectives.all()),
        "agenda": list(meeting.agenda.all()),
        "follow_ups": Commitment.objects.followed_up_at(meeting).count(),
        "portal_url": settings.PORTAL_URL,
        "way_out": PLACE,
    }


def heading_of(meeting: Meeting) -> str:
    """The meeting and its day, as true on the day of the reminder as when it arrives late."""
    day = f"{french.weekday(meeting.date)} {french.long_date(meeting.date)}"
    return f"{meeting.title}, {day}" if meeting.title else f"Rencontre du {day}"


@dataclass(frozen=True)
class Cause:
    """What the key of a message tells: its meeting, its person, and the rest of it."""

    meeting: int
    person: str
    rest: tuple[str, ...]

    @classmethod
    def of(cls, email: OutgoingEmail) -> "Cause":
        """Read the key of a message on a meeting."""
        _, meeting, person, *rest = email.key.split("/")
        return cls(int(meeting), person, tuple(rest))


def still(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The reminders that still make sense: of the day that holds, to who is called and has not said no."""
    useful = []
    for meeting, found in _by_meeting(emails):
        if not calls(meeting):
            continue
        rule, rows = reminding_of(meeting), _rows_by_person(meeting, found)
        day = str(meeting.date)
        useful += [
            email
            for email, cause in found
            if cause.rest[1] == day
            and (row := rows.get(cause.person))
            and row.address == email.to
            and concerned(row, rule)
        ]
    return useful


def still_words(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The words after a meeting that still make sense: once it took place, to who did not say no."""
    useful = []
    for meeting, found in _by_meeting(emails):
        passed = meeting.state in TOOK_PLACE or (meeting.state == Meeting.State.CONVENED and meeting.is_past)
        if not passed or not exists(meeting):
            continue
        rows = _rows_by_person(meeting, found)
        useful += [
            email
            for email, cause in found
            if cause.rest[0] == str(meeting.date)
            and (row := rows.get(cause.person))
            and row.address == email.to
            and _expects(row)
        ]
    return useful


def still_calls(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The convocations and the moves that still make sense: of the call and of the day that hold."""
    useful = []
    for meeting, found in _by_meeting(emails):
        if not calls(meeting):
            continue
        pks = [int(cause.person) for _, cause in found]
        rows = {row.pk: row for row in still_called(meeting, Q(pk__in=pks))}
        useful += [
            email
            for email, cause in found
            if (row := rows.get(int(cause.person)))
            and cause.rest[:2] == (call_of(row), str(meeting.sequence))
            and row.address == email.to
        ]
    return useful


def still_taken_back(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """What tells people that they are no longer called, while that is so: not once they are called again."""
    useful = []
    for meeting, found in _by_meeting(emails):
        gone = meeting.convocations.exclude(withdrawn_at=None).in_bulk([int(c.person) for _, c in found])
        useful += [email for email, cause in found if int(cause.person) in gone]
    return useful


def _by_meeting(emails: Sequence[OutgoingEmail]) -> Iterator[tuple[Meeting, list[tuple[Any, Cause]]]]:
    """The messages by the meeting that they speak of, as it is now."""
    found = defaultdict(list)
    for email in emails:
        cause = Cause.of(email)
        found[cause.meeting].append((email, cause))
    meetings = Meeting.objects.select_related("cycle__chantier").in_bulk(found)
    for pk, meeting in meetings.items():
        yield meeting, found[pk]


def _rows_by_person(meeting: Meeting, found: list[tuple[Any, Cause]]) -> dict[str, Convocation]:
    """The convocations that hold of the people of some messages, as keys name them."""
    people = {cause.person for _, cause in found}
    guests = [int(person[1:]) for person in people if person.startswith("i")]
    users = [int(person) for person in people if not person.startswith("i")]
    if meeting.convened_at is None:  # until the portal notes who is called: convened by an earlier release
        memberships = members_of(meeting).filter(user__in=users)
        rows = [Convocation(meeting=meeting, user=membership.user) for membership in memberships]
    else:
        rows = still_called(meeting, Q(pk__in=guests) | Q(user__in=users))
    return {_person(row): row for row in rows}
