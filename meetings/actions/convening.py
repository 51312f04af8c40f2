"""What happens to a meeting until it took place: convened, moved, held, cancelled; `by=` whoever did it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chantier import trace
from ecpar_portal import french
from ecpar_portal.refusal import Refusal
from mailing.queueing import Message, queue_many
from meetings import changes, reminders
from meetings.actions.calling import held, keep_called, told_of, untold_of
from meetings.called import called_to, calls, exists, may_be_told
from meetings.emails import Messages
from meetings.models import Convocation, Meeting
from meetings.models.meetings import is_past

State = Meeting.State
IN_THE_PAST = "Cette date est passée. Choisissez une date à venir, ou annulez la rencontre."
WRITTEN_MEANWHILE = (
    "Quelqu’un a écrit sur cette rencontre depuis que vous avez ouvert cette page. Relisez avant d’envoyer."
)


@transaction.atomic
def convene(meeting: Meeting, *, by: Any, people: int | None = None, revision: int | None = None) -> None:
    """Announce a draft: everybody who is called receives a convocation, then reminders.

    Raises Refusal for what is no draft, and where `people` or `revision` are not those that the person was
    shown.
    """
    _change_state(
        meeting,
        {State.DRAFT},
        State.CONVENED,
        "Cette rencontre est déjà convoquée.",
        convened_at=timezone.now(),
    )
    if revision is not None and not Meeting.objects.filter(pk=meeting.pk, revision=revision).exists():
        meeting.state = State.DRAFT
        raise Refusal(WRITTEN_MEANWHILE)
    count = called_to(meeting).people
    if people is not None and count != people:
        meeting.state = State.DRAFT
        raise Refusal(
            f"Depuis que vous avez ouvert cette page, on est passé de {people} à "
            f"{french.counted(count, 'personne')}. Relisez avant d’envoyer."
        )
    keep_called(meeting)
    trace.record("convened", by=by, on=meeting, date=str(meeting.date), people=count)


@transaction.atomic
def move(
    meeting: Meeting,
    *,
    date: dt.date,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    known: dict[str, str] | None = None,
    by: Any,
) -> None:
    """Move a convened meeting, its reminders with it; its address and the name of its event stay.

    Each person receives one message: that it moved, or a first convocation where none had left. Another day
    asks for another answer. `known` holds the marks of what else changes (`meetings/changes.py`). Raises
    Refusal for what is not convened, and for a day that is over.
    """
    before = held(meeting)
    if before.state != State.CONVENED:
        raise Refusal("Seule une rencontre convoquée se déplace.")
    if goes_back(before, date):
        raise Refusal(IN_THE_PAST)
    if before.convened_at is None:
        keep_called(before)
    rows = list(before.convocations.standing().select_related("user"))
    told, untold = told_of(before, rows), untold_of(before)
    when = {"date": date, "starts_at": starts_at, "ends_at": ends_at}
    another_day = before.date != date
    if another_day:
        when["answer_by"] = _still_asked_by(before, date)
    Meeting.objects.filter(pk=meeting.pk).update(**when, sequence=F("sequence") + 1)
    meeting.refresh_from_db()
    reminders.withdraw(meeting)
    emptied = _ask_again(meeting) if another_day else 0
    keep_called(meeting)
    _tell(meeting, [row.pk for row in rows], told, untold, known or {}, moved_from=before.date)
    detail = {"hours_only": True} if not another_day else {"answers": emptied} if emptied else {}
    trace.record("moved", by=by, on=meeting, before=str(before.date), after=str(date), **detail)


@transaction.atomic
def announce(meeting: Meeting, *, known: dict[str, str], by: Any) -> None:
    """Tell a new place, video link or title to who had been told of another, in one message; answers stay.

    `known` holds the marks of what they know (`meetings/changes.py`). It takes the place of one that waits,
    and of a convocation that has not left.
    """
    before = held(meeting)
    if not calls(before):
        return
    if before.convened_at is None:
        keep_called(before)
    rows = list(before.convocations.standing().select_related("user"))
    told, untold = told_of(before, rows), untold_of(before)
    Meeting.objects.filter(pk=meeting.pk).update(sequence=F("sequence") + 1)
    meeting.refresh_from_db()
    reminders.withdraw(meeting)
    keep_called(meeting)
    _tell(meeting, [row.pk for row in rows], told, untold, known)
    trace.record("announced", by=by, on=meeting, changed=sorted(known), people=len(told))


@transaction.atomic
def hold(meeting: Meeting, *, by: Any) -> None:
    """Note that a meeting took place. Raises Refusal before its day."""
    refuse_before_its_day(meeting)
    _change_state(meeting, {State.CONVENED}, State.HELD, "Seule une rencontre convoquée se tient.")
    reminders.withdraw(meeting)
    trace.record("held", by=by, on=meeting)


@transaction.atomic
def cancel(meeting: Meeting, *, by: Any) -> None:
    """Give a meeting up; who had been told is told, until it would be over.

    Raises Refusal for one that took place.
    """
    before = held(meeting)
    announced = before.state == State.CONVENED and before.over_at > timezone.now() and exists(before)
    if announced and before.convened_at is None:
        keep_called(before)
    rows = list(before.convocations.standing().select_related("user")) if announced else []
    told = told_of(before, rows)
    counted = {"sequence": F("sequence") + 1} if before.state == State.CONVENED else {}
    _change_state(
        meeting, {State.DRAFT, State.CONVENED}, State.CANCELLED, "Cette rencontre a eu lieu.", **counted
    )
    meeting.refresh_from_db()
    reminders.withdraw(meeting, word_after=True)
    messages = Messages(meeting)
    queue_many(messages.cancelled(row) for row in rows if row.pk in told)
    trace.record("cancelled", by=by, on=meeting)


@transaction.atomic
def invited_changed(meeting: Meeting, *, by: Any) -> None:
    """After who is invited, or how people are reminded, was written: call, take back and plan."""
    keep_called(meeting)


def goes_back(meeting: Meeting, date: dt.date) -> bool:
    """Whether a meeting that is to come would move to a day that is over."""
    return is_past(date) and not meeting.is_past


def _still_asked_by(before: Meeting, date: dt.date) -> dt.date | None:
    """The day to answer by of a meeting that moves: not one that is over, nor one after the new day."""
    if before.answer_by is None or is_past(before.answer_by):
        return None  # it would refuse who is asked again
    return min(before.answer_by, date)


def _ask_again(meeting: Meeting) -> int:
    """Empty the answers, which spoke of another day; return how many. The trace keeps each of them."""
    standing = meeting.convocations.standing()
    standing.filter(answer="").exclude(replaced_by=None).update(replaced_by=None)
    return standing.exclude(answer="").update(answer="", answered_at=None, replaced_by=None)


def _tell(
    meeting: Meeting,
    rows: list[int],
    told: set[int],
    untold: dict[int, changes.Known],
    known: dict[str, str],
    *,
    moved_from: dt.date | None = None,
) -> None:
    """One message to each person who was called already, of all that they do not know yet."""
    if not calls(meeting):
        return
    found = list(Convocation.objects.standing().filter(pk__in=rows).select_related("user"))
    queue_many(_messages(meeting, found, told, untold, known, moved_from))


def _messages(
    meeting: Meeting,
    found: list[Convocation],
    told: set[int],
    untold: dict[int, changes.Known],
    known: dict[str, str],
    moved_from: dt.date | None,
) -> Iterator[Message]:
    messages, nothing = Messages(meeting), changes.Known()
    asked_by = {row.replaced_by_id: row for row in found if row.answer == Convocation.Answer.REPLACED}
    for row in found:
        if row.pk not in told:
            if may_be_told(row):
                yield messages.convocation(row, asked_by=asked_by.get(row.pk))
            continue
        waits = untold.get(row.pk, nothing)
        marks = changes.changed_since(meeting, known | waits.marks)
        if day := moved_from or waits.day:
            yield messages.moved(row, before=day, known=changes.Known(waits.day or day, marks))
        elif marks:
            yield messages.updated(row, marks)


def _change_state(meeting: Meeting, before: set[str], after: str, refusal: str, **more: Any) -> None:
    """Change the state of a meeting where it still is what the person saw."""
    if not Meeting.objects.filter(pk=meeting.pk, state__in=before).update(state=after, **more):
        raise Refusal(refusal)
    meeting.state = after


def refuse_before_its_day(meeting: Meeting) -> None:
    """Raise Refusal for a meeting that has not come yet."""
    if meeting.date > timezone.localdate():
        raise Refusal("Cette rencontre n’a pas encore eu lieu.")
