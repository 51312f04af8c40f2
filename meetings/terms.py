"""The reminder of a term: one message for each commitment, term and person, some days before it."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from chantier.models import Cycle, Membership, Participation, User
from ecpar_portal import french
from mailing import actions as mailing
from mailing.models import OutgoingEmail, OutgoingEmailQuerySet
from mailing.queueing import Message, queue_many
from meetings.models import Commitment
from meetings.notices import end_of
from meetings.reminders import heading_of

logger = logging.getLogger(__name__)

KIND = "commitment_due"
DAYS_BEFORE = 7
# For whoever could not be told a week before: a term written late, somebody who joined since.
LATE_DAYS_BEFORE = 1
HOUR = dt.time(9)


@transaction.atomic
def plan(commitment: Commitment) -> int:
    """Plan the reminders of a commitment, and take back those that no longer make sense.

    Running it again changes nothing; what has left stays as it is, what is late is told as it is now. Returns
    how many are planned.
    """
    # Held: somebody may be closing it at this moment.
    rows = Commitment.objects.select_for_update(of=["self"])
    row = rows.select_related("meeting__cycle__chantier", "organization").get(pk=commitment.pk)
    unsent = set(_about(row).untaken().values_list("key", flat=True))
    withdraw(row)
    if not Commitment.objects.due_for_reminder().filter(pk=row.pk).exists():
        return 0
    messages = []
    for person in reminded([row])[row.pk]:
        key = f"{KIND}/{row.pk}/{row.term}/{person.pk}"
        due = due_at(row.term)
        if due <= timezone.now() and key not in unsent:
            due = due_at(row.term, LATE_DAYS_BEFORE)
        if due <= timezone.now() and key not in unsent:
            continue
        messages.append(Message(kind=KIND, key=key, user=person, due_at=due, **_words(row, person)))
    queue_many(messages)
    return len(messages)


def plan_all() -> None:
    """Do so for every commitment whose term is to come: people join and leave organisations."""
    for commitment in Commitment.objects.due_for_reminder():
        try:
            plan(commitment)
        except Exception:  # whatever is wrong with one of them, the others are looked at
            logger.exception("not planned", extra={"row": f"meetings.Commitment {commitment.pk}"})


def withdraw(commitment: Commitment) -> None:
    """Take back the reminders that have not left."""
    mailing.withdraw(f"{KIND}/{commitment.pk}/")


def due_at(term: dt.date, days: int = DAYS_BEFORE) -> dt.datetime:
    """The instant of a reminder: at nine, local time, some days before the term; in UTC."""
    day = term - dt.timedelta(days=days)
    return dt.datetime.combine(day, HOUR, ZoneInfo(settings.TIME_ZONE)).astimezone(dt.UTC)


def reminded(commitments: Iterable[Commitment]) -> dict[int, list[User]]:
    """Whom each commitment reminds: who speaks for its organisation, or who reads for it where nobody does.

    Only while the organisation takes part in the chantier: the others do not see the commitment.
    """
    rows = list(commitments)
    people = User.objects.filter(is_active=True)
    people = people if settings.DEMO else people.filter(is_demonstration=False)
    memberships = Membership.objects.active().filter(
        organization__in={row.organization_id for row in rows}, user__in=people
    )
    roles = defaultdict(lambda: defaultdict(list))
    for membership in memberships.select_related("user").order_by("pk"):
        roles[membership.organization_id][membership.role].append(membership.user)
    current = Participation.objects.current().filter(organization__in=list(roles))
    here = set(current.values_list("organization", "cycle__chantier"))
    found = {}
    for row in rows:
        sees = (row.organization_id, row.meeting.cycle.chantier_id) in here
        by_role = roles[row.organization_id] if sees else {}
        voices = by_role.get(Membership.Role.REPRESENTATIVE) or by_role.get(Membership.Role.READER)
        found[row.pk] = voices or []
    return found


def _about(commitment: Commitment) -> OutgoingEmailQuerySet:
    return OutgoingEmail.objects.about(f"{KIND}/{commitment.pk}/")


def _words(row: Commitment, person: User) -> dict[str, object]:
    day = french.long_date(row.term)
    said = " ".join(row.text.split())
    context = {
        "name": person.name,
        "first": f"Une action de votre organisation est à faire d’ici le {day}. Est-ce fait?",
        "more": [row.text],
        "address": row.get_absolute_url(),
        "button": "Dire où cela en est",
        "heading": heading_of(row.meeting),
        "meeting": row.meeting,
        "portal_url": settings.PORTAL_URL,
    }
    return {
        "to": person.email,
        "subject": f"Échéance le {day}{french.NBSP}: {french.shortened(said, 80)}",
        "text": render_to_string("meetings/email/notice.txt", context),
        "html": render_to_string("meetings/email/notice.html", context),
        "expires_at": end_of(row.term),
    }


def still_due(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """The reminders that still make sense: of what is open, for the term that holds, to who is reminded."""
    found = {email.pk: email.key.split("/")[1:3] for email in emails}
    rows = Commitment.objects.open().filter(
        pk__in={int(pk) for pk, _ in found.values()}, meeting__cycle__in=Cycle.objects.existing()
    )
    rows = {row.pk: row for row in rows.select_related("meeting__cycle", "organization")}
    people = {pk: {user.pk: user.email for user in users} for pk, users in reminded(rows.values()).items()}
    useful = []
    for email in emails:
        pk, term = found[email.pk]
        row = rows.get(int(pk))
        if row and str(row.term) == term and people[row.pk].get(email.user_id) == email.to:
            useful.append(email)
    return useful
