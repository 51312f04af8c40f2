"""Somebody answers a convocation: yes, no, or a colleague in their place; `by=` whoever did it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chantier import trace
from chantier.models import User
from ecpar_portal import french
from ecpar_portal.refusal import Refusal
from mailing import actions as mailing
from mailing.queueing import queue_many
from meetings.actions.calling import call_again, held, let_go
from meetings.called import called_to, may_be_told, with_reason
from meetings.emails import Messages, declined_key
from meetings.models import Convocation, Meeting

Answer = Convocation.Answer
TODAY = "La rencontre est aujourd’hui\u00a0: la réponse ne peut plus changer."
BEGUN = "La rencontre a commencé\u00a0: la réponse ne peut plus changer."
CANCELLED = "La rencontre est annulée\u00a0: il n’y a plus à répondre."
NOT_CALLED = "Cette convocation ne vaut plus."


@dataclass(frozen=True)
class StandIn:
    """Who comes in somebody's place: a colleague with an account, or a name and an address."""

    user: User | None = None
    name: str = ""
    email: str = ""


@transaction.atomic
def answer(
    row: Convocation, choice: str, *, by: Any, stand_in: StandIn | None = None, day: str = ""
) -> Convocation:
    """Note an answer, which may change until the meeting begins; return the convocation as it is now.

    Who was to be replaced by somebody who says no is told, and asked again. Raises Refusal once it has begun,
    where the page spoke of another `day`, for a yes after the day to answer by or past the last place, and
    for a replacement that would come back to the person. Two who take the last place at once wait for each
    other.
    """
    meeting = held(row.meeting)
    row = _answerable(row, meeting)
    _refuse_another_day(meeting, day)
    _refuse_late(row, meeting, choice)
    if choice == Answer.YES and row.answer != Answer.YES:
        _refuse_full(row, meeting)
    other = _called_instead(row, meeting, stand_in) if choice == Answer.REPLACED else None
    before = row.replaced_by
    if (row.answer, before) == (choice, other):
        return row
    row.answer, row.answered_at, row.replaced_by = choice, timezone.now(), other
    row.save(update_fields=["answer", "answered_at", "replaced_by"])
    mailing.withdraw(declined_key(row, meeting))
    if choice == Answer.NO:
        _ask_who_counted_on(row, meeting)
    messages = Messages(meeting)
    if before and before != other:
        _let_go_of(before, meeting)
        messages.unask(before, asked_by=row)
    if other:
        queue_many([messages.convocation(other, asked_by=row)])
    trace.record("answered", by=by, on=meeting, convocation=row.pk, answer=str(choice))
    return row


def why_closed(row: Convocation) -> str:
    """Why a convocation cannot be answered now; nothing where it can."""
    if row.meeting.state == Meeting.State.CANCELLED:
        return CANCELLED
    if row.meeting.state != Meeting.State.CONVENED or row.meeting.begins_at <= timezone.now():
        is_today = row.meeting.date == timezone.localdate() and row.meeting.starts_at is None
        return TODAY if is_today and row.meeting.state == Meeting.State.CONVENED else BEGUN
    return NOT_CALLED if row.withdrawn_at else ""


def _answerable(row: Convocation, meeting: Meeting) -> Convocation:
    """Read again what the person answers, now that the meeting is held."""
    related = ("user", "organization", "replaced_by")
    found = Convocation.objects.filter(pk=row.pk).select_related(*related).get()
    found.meeting = meeting
    if reason := why_closed(found):
        raise Refusal(reason)
    if found.nonce != row.nonce or not Convocation.objects.answerable().filter(pk=row.pk).exists():
        raise Refusal(NOT_CALLED)
    return found


def _refuse_another_day(meeting: Meeting, day: str) -> None:
    """Refuse what was said of a day from which the meeting moved meanwhile."""
    if day and day != str(meeting.date):
        now = f"{french.weekday(meeting.date)} {french.long_date(meeting.date)}"
        raise Refusal(
            f"La rencontre est déplacée au {now} depuis que vous avez ouvert la page. Répondez pour ce jour."
        )


def _refuse_late(row: Convocation, meeting: Meeting, choice: str) -> None:
    """After the day to answer by one may still say no, and change among those who come."""
    if choice == Answer.NO or not is_late(row, meeting) or row.answer == choice:
        return
    if choice == Answer.REPLACED and row.answer == Answer.YES:
        return
    if row.declined_by:  # they had answered; the other's no is not theirs
        return
    raise Refusal(
        f"Les réponses étaient attendues au plus tard le {french.long_date(meeting.answer_by)}. "
        "Vous pouvez encore dire que vous ne venez pas; pour venir, écrivez à la coordination."
    )


def is_late(row: Convocation, meeting: Meeting) -> bool:
    """Whether the day to answer by is over; it does not bind who was called after it."""
    day = meeting.answer_by
    return bool(day) and timezone.localdate(row.called_at) <= day < timezone.localdate()


def _refuse_full(row: Convocation, meeting: Meeting) -> None:
    """Refuse who comes past the last place; the meeting is held meanwhile."""
    if meeting.capacity is None:
        return
    if meeting.convocations.coming().exclude(pk=row.pk).count() >= meeting.capacity:
        one = meeting.capacity == 1
        taken = "La seule place est prise" if one else f"Les {meeting.capacity} places sont prises"
        raise Refusal(f"{taken}. Votre réponse n’a pas changé; une place peut se libérer d’ici la rencontre.")


def _called_instead(row: Convocation, meeting: Meeting, stand_in: StandIn | None) -> Convocation:
    """The convocation of who comes instead; made, or called again, where there is none that stands."""
    if stand_in is None or not (stand_in.user or stand_in.email):
        raise Refusal("Dites qui vient à votre place.")
    other = _row_of(stand_in, meeting)
    if other and other.pk == row.pk:
        raise Refusal("C’est votre propre adresse. Choisissez une autre personne.")
    if other and other.withdrawn_at is None:
        if other.answer in (Answer.NO, Answer.REPLACED):
            raise Refusal("Cette personne ne peut pas venir à votre place. Choisissez-en une autre.")
        return other
    named = {"organization": row.organization}
    named |= {"user": stand_in.user} if stand_in.user else {"name": stand_in.name}
    if other:
        return call_again(other, **named)
    address = "" if stand_in.user else stand_in.email
    return Convocation.objects.create(meeting=meeting, email=address, **named)


def _ask_who_counted_on(other: Convocation, meeting: Meeting) -> None:
    """Ask again whoever was to be replaced by somebody who says no; `replaced_by` tells who it was."""
    counted = meeting.convocations.standing().filter(answer=Answer.REPLACED, replaced_by=other)
    asked_again = list(counted.select_related("user"))
    counted.update(answer="", answered_at=None)
    for row in asked_again:
        row.answer = ""
    messages = Messages(meeting)
    queue_many(messages.declined(row, by=other) for row in asked_again if may_be_told(row))


def _row_of(stand_in: StandIn, meeting: Meeting) -> Convocation | None:
    """A convocation that they have already; a member's, where the address that was typed is theirs."""
    rows = meeting.convocations.select_related("user")
    if stand_in.user:
        return rows.filter(user=stand_in.user).first()
    member = rows.standing().filter(user__email__iexact=stand_in.email).first()
    return member or rows.filter(user=None, email__iexact=stand_in.email).first()


def _let_go_of(other: Convocation, meeting: Meeting) -> None:
    """Withdraw who was to come instead, and nobody else: whoever is called for another reason stays."""
    called = called_to(meeting)
    rows = list(meeting.convocations.standing().filter(~Q(replaced_by=None) | Q(pk=other.pk)))
    if other.withdrawn_at is None and other.pk not in with_reason(rows, called.members, called.guests):
        let_go(meeting, [meeting.convocations.select_related("user").get(pk=other.pk)])
