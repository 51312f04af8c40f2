"""Who is called to a meeting is kept true: people come, go, are called again, and each is told once."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Container, Iterable

from django.db import transaction
from django.utils import timezone

from mailing.actions import POINTLESS
from mailing.models import OutgoingEmail
from mailing.queueing import queue_many
from meetings import changes, reminders
from meetings.called import Called, called_to, calls, may_be_told, with_reason
from meetings.emails import Messages
from meetings.models import Convocation, Meeting
from meetings.models.convocations import new_nonce

logger = logging.getLogger(__name__)

State = OutgoingEmail.State
# A message that waits was not read; one that a backup held may have left before.
MAY_HAVE_ARRIVED = {State.DONE, State.RUNNING, State.HELD}
RECENT = dt.timedelta(days=7)
# What changes of a convocation that is withdrawn and called again.
CALLED_ANEW = ["withdrawn_at", "answer", "answered_at", "replaced_by", "nonce", "called_at"]
CALLED_ANEW += ["name", "organization"]


@transaction.atomic
def keep_called(meeting: Meeting) -> None:
    """Call who is to be called and is not yet, take back who is no more, and plan the reminders.

    Each is told once; running it again changes nothing. Of a meeting without `convened_at`, it notes who is
    called and writes to nobody: they know of it from elsewhere.
    """
    meeting = held(meeting)
    if not calls(meeting):
        reminders.withdraw(meeting)
        reminders.plan(meeting)  # the word after it may be to come
        return
    quiet = meeting.convened_at is None
    if quiet:
        meeting.convened_at = timezone.now()
        Meeting.objects.filter(pk=meeting.pk).update(convened_at=meeting.convened_at)
    called, rows = called_to(meeting), list(meeting.convocations.select_related("user"))
    _recognize(meeting, called, rows)
    fresh = _call(meeting, called, rows)
    kept = with_reason(rows, called.members, called.guests)
    gone = [row for row in rows if row.withdrawn_at is None and row.pk not in kept]
    let_go(meeting, gone, still_here=called.addresses)
    if not quiet:
        messages, unheard = Messages(meeting), _unheard(meeting)
        to_call = [*fresh, *(row for row in rows if row.pk in unheard and row.pk in kept)]
        queue_many(map(messages.convocation, to_call))
    reminders.plan(meeting)


def keep_all() -> None:
    """Do so for every meeting to come, and for those of the last days, whose last word may be to plan."""
    recent = Meeting.objects.filter(date__gte=timezone.localdate() - RECENT)
    for meeting in recent.exclude(state=Meeting.State.DRAFT):
        try:
            keep_called(meeting)
        except Exception:  # whatever is wrong with one meeting, the others are looked at
            logger.exception("not planned", extra={"row": f"meetings.Meeting {meeting.pk}"})


def held(meeting: Meeting) -> Meeting:
    """Read a meeting again and hold it: somebody may be moving it, or taking its last place, just now."""
    meetings = Meeting.objects.select_for_update(of=["self"]).select_related("cycle__chantier")
    return meetings.get(pk=meeting.pk)


def _recognize(meeting: Meeting, called: Called, rows: list[Convocation]) -> None:
    """Whoever was called by their address and is a member today keeps their call, answer and link."""
    has_row = {row.user_id for row in rows if row.user_id}
    members = {
        membership.user.email.lower(): membership
        for membership in called.members.values()
        if membership.user_id not in has_row
    }
    for row in rows:
        if row.user_id or row.withdrawn_at or not (membership := members.get(row.email.lower())):
            continue
        row.user, row.organization = membership.user, membership.organization
        row.email = row.name = ""
        reminders.belong(row)
        row.save(update_fields=["user", "organization", "email", "name"])


def _call(meeting: Meeting, called: Called, rows: list[Convocation]) -> list[Convocation]:
    """Make the rows that are missing, and call again who was withdrawn; return them."""
    by_user = {row.user_id: row for row in rows if row.user_id}
    by_address = {row.email.lower(): row for row in rows if not row.user_id}
    new, again, elsewhere, renamed = [], [], [], []
    for membership in called.members.values():
        row, organization = by_user.get(membership.user_id), membership.organization
        if row is None:
            new.append(Convocation(meeting=meeting, user=membership.user, organization=organization))
        elif row.withdrawn_at:
            again.append(_anew(row, organization=organization))
        elif row.organization_id != organization.pk:
            row.organization = organization
            elsewhere.append(row)
    for email, guest in called.guests.items():
        row = by_address.get(email)
        if row is None:
            new.append(Convocation(meeting=meeting, email=guest.email, name=guest.name))
        elif row.withdrawn_at:
            again.append(_anew(row, name=guest.name))
        elif guest.name and row.name != guest.name:
            row.name = guest.name
            renamed.append(row)
    Convocation.objects.bulk_update(elsewhere, ["organization"])
    Convocation.objects.bulk_update(renamed, ["name"])
    Convocation.objects.bulk_update(again, CALLED_ANEW)
    return [*Convocation.objects.bulk_create(new), *again]


def call_again(row: Convocation, **changed: object) -> Convocation:
    """Call somebody who was withdrawn, as if for the first time: no answer, and a link of their own again."""
    _anew(row, **changed).save(update_fields=CALLED_ANEW)
    return row


def _anew(row: Convocation, **changed: object) -> Convocation:
    """Change what is to be saved of a convocation that is called again: `CALLED_ANEW`."""
    anew = {"withdrawn_at": None, "answer": "", "answered_at": None, "replaced_by": None}
    anew |= {"nonce": new_nonce(), "called_at": timezone.now()} | changed
    for name, value in anew.items():
        setattr(row, name, value)
    return row


def let_go(meeting: Meeting, rows: list[Convocation], *, still_here: Container[str] = ()) -> None:
    """Withdraw people, and tell those who had been told, but for who said no.

    Whoever they stood in for is asked again. Nobody is told so at an address that is `still_here`, called for
    another reason.
    """
    if not rows:
        return
    told, messages = told_of(meeting, rows), Messages(meeting)
    gone = Convocation.objects.filter(pk__in=[row.pk for row in rows])
    gone.update(withdrawn_at=timezone.now())
    nobody = {"answer": "", "answered_at": None, "replaced_by": None}
    meeting.convocations.filter(replaced_by__in=gone.values("pk")).update(**nobody)
    reminders.withdraw_from(meeting, rows)
    # Who said no knows already that they do not come.
    coming = (row for row in rows if row.answer != Convocation.Answer.NO)
    gone_for_good = (row for row in coming if row.address.lower() not in still_here)
    queue_many(messages.uninvited(row) for row in gone_for_good if row.pk in told)


def told_of(meeting: Meeting, rows: Iterable[Convocation]) -> set[int]:
    """Who of these people knows that they are called: by a message that left, or from elsewhere.

    Nobody writes any more to those whose account is closed or erased.
    """
    states = _states(meeting)
    found = set()
    for row in rows:
        its = states[row.pk, reminders.call_of(row)]
        if may_be_told(row) and (not its or its & MAY_HAVE_ARRIVED):
            found.add(row.pk)
    return found


def untold_of(meeting: Meeting) -> dict[int, changes.Known]:
    """What people know, of those who have not received yet what a message that waits tells them."""
    waiting = reminders.written_on(meeting, (changes.MOVED, changes.UPDATED)).untaken()
    return dict(changes.Known.read(key) for key in waiting.values_list("key", flat=True))


def would_be_told(meeting: Meeting) -> int:
    """How many people would be told that a meeting changes: those who know that they are called to it."""
    if not calls(meeting):
        return 0
    if meeting.convened_at is None:
        return called_to(meeting).people
    return len(told_of(meeting, meeting.convocations.standing().select_related("user")))


def _states(meeting: Meeting) -> dict[tuple[int, str], set[str]]:
    """The states of the messages of each call."""
    found = defaultdict(set)
    for key, state in reminders.calls_of(meeting).values_list("key", "state"):
        found[_call_in(key)].add(state)
    return found


def _unheard(meeting: Meeting) -> set[int]:
    """Whose convocation was taken back on its way, as after a change of address, without another."""
    states, lost = defaultdict(set), set()
    for key, state, error in reminders.calls_of(meeting).values_list("key", "state", "last_error"):
        call = _call_in(key)
        states[call].add(state)
        if state == State.WITHDRAWN and error == POINTLESS:
            lost.add(call)
    return {call[0] for call in lost if states[call] == {State.WITHDRAWN}}


def _call_in(key: str) -> tuple[int, str]:
    """The person's row, and the call, of which the key of a message speaks."""
    _, _, pk, call, *_ = key.split("/")
    return int(pk), call
