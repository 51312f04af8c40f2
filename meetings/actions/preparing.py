"""A meeting is begun, perhaps from an earlier one, then written on one page; `by=` whoever did it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from chantier import trace
from chantier.models import Cycle, Objective
from ecpar_portal.refusal import Refusal
from ecpar_portal.uploads import Upload
from meetings import changes
from meetings.actions import convening
from meetings.actions.calling import held
from meetings.models import (
    AgendaLine,
    Meeting,
    MeetingDocument,
    MeetingGuest,
    MeetingObjective,
    Reading,
    Reminding,
)
from reports.models import private_storage

State = Meeting.State
PLAIN = ("title", "place", "video_link", "capacity", "answer_by", "invites_all")
COPIED = ("title", "place", "video_link", "capacity", "invites_all")
REMINDING = ("days", "hour", "audience", "subject", "opening", "after_words")
FOLDER = "meetings"


class Outdated(Exception):
    """Somebody changed the meeting since the page that is saved was opened."""


@dataclass(frozen=True)
class Statement:
    """An objective of the meeting, with the objectives of the cycle to which it is tied."""

    pk: int | None
    text: str
    aims: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of the agenda."""

    pk: int | None
    text: str
    minutes: int
    led_by: str = ""


@dataclass(frozen=True)
class Guest:
    """Somebody without an account."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Written:
    """Everything that the page of preparation says of a meeting; lists are in order."""

    date: dt.date
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    plain: dict[str, Any]
    organizations: Sequence[int]
    objectives: Sequence[Statement]
    agenda: Sequence[Line]
    guests: Sequence[Guest]
    reminding: dict[str, Any]
    uploads: Sequence[Upload] = field(default_factory=list)


@transaction.atomic
def begin(
    cycle: Cycle,
    *,
    date: dt.date,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
    title: str = "",
    source: Meeting | None = None,
    by: Any,
) -> Meeting:
    """Begin the draft of a meeting; from an earlier one it takes all but its day, answers and synthesis."""
    meeting = Meeting(cycle=cycle, date=date, starts_at=starts_at, ends_at=ends_at)
    if source:
        for name in COPIED:
            setattr(meeting, name, getattr(source, name))
    meeting.title = title or meeting.title
    _save_at_a_free_address(meeting)
    if source:
        _copy(source, meeting)
    origin = {"source": str(source.date)} if source else {}
    trace.record("meeting_begun", by=by, on=meeting, date=str(date), **origin)
    return meeting


def _save_at_a_free_address(meeting: Meeting) -> None:
    """Save a draft; where another took the address of its day at this very moment, at the next one."""
    before = meeting.slug
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:
        meeting.slug = before
        meeting.save()


def _copy(source: Meeting, meeting: Meeting) -> None:
    """Copy what is prepared; the aims of another cycle are those with the same words in this one."""
    aims = {aim.text: aim.pk for aim in Objective.objects.filter(cycle=meeting.cycle_id).order_by("-pk")}
    statements = [
        Statement(None, item.text, tuple(aims[aim.text] for aim in item.objectives.all() if aim.text in aims))
        for item in source.objectives.prefetch_related("objectives")
    ]
    _write_objectives(meeting, statements)
    _write_agenda(meeting, [Line(None, row.text, row.minutes, row.led_by) for row in source.agenda.all()])
    _write_guests(meeting, [Guest(row.email, row.name) for row in source.guests.all()])
    here = meeting.cycle.participations.current().values("organization")
    meeting.organizations.set(source.organizations.filter(pk__in=here))
    reminding = Reminding.objects.filter(meeting=source).first()
    if reminding:
        _write_reminding(meeting, {name: getattr(reminding, name) for name in REMINDING})


def save(
    meeting: Meeting, written: Written, *, revision: int, state: str, changed: Sequence[str], by: Any
) -> Meeting:
    """Save the page of preparation, whole or not at all; return the meeting as it now stands.

    `revision` and `state` are those that the person saw: raises Outdated where they no longer hold, and
    Refusal for a cancelled meeting. A convened one whose day or hours change is moved; people are told of its
    new place, video link or title. `changed` names the
    parts that the trace tells.
    """
    stored: list[str] = []
    try:
        with transaction.atomic():
            return _save(meeting, written, stored, revision, state, changed, by)
    except BaseException:
        for name in stored:
            private_storage().delete(name)
        raise


def _save(
    meeting: Meeting,
    written: Written,
    stored: list[str],
    revision: int,
    state: str,
    changed: Sequence[str],
    by: Any,
) -> Meeting:
    if state == State.CANCELLED:
        raise Refusal("Cette rencontre est annulée : elle ne se prépare plus.")
    before = held(meeting)
    seen = Meeting.objects.filter(pk=meeting.pk, revision=revision, state=state)
    if not seen.update(revision=F("revision") + 1, **written.plain):
        raise Outdated
    meeting = Meeting.objects.select_related("cycle").get(pk=meeting.pk)
    when = {"date": written.date, "starts_at": written.starts_at, "ends_at": written.ends_at}
    moves = any(getattr(meeting, name) != value for name, value in when.items())
    if moves and state == State.DRAFT:
        for name, value in when.items():
            setattr(meeting, name, value)
        _save_at_a_free_address(meeting)
    _write(meeting, written)
    for upload in written.uploads:
        _add_document(meeting, upload, stored, by)
    trace.record("prepared", by=by, on=meeting, revision=meeting.revision, changed=list(changed))
    # Once all the rest is written: what people are told is what stands.
    known = changes.known_before(before, meeting)
    if state == State.CONVENED and moves:
        convening.move(meeting, **when, known=known, by=by)
    elif state == State.CONVENED and known:
        convening.announce(meeting, known=known, by=by)
    if state != State.DRAFT:  # of one that took place, the word after it is written anew
        convening.invited_changed(meeting, by=by)
    return meeting


@contextmanager
def as_if_saved(meeting: Meeting, written: Written) -> Iterator[Meeting]:
    """The meeting as the page of preparation would save it, for as long as one looks; nothing of it stays.

    Nobody is called or told meanwhile, and files are left out. Raises Refusal as `save` does.
    """
    with transaction.atomic():
        when = {"date": written.date, "starts_at": written.starts_at, "ends_at": written.ends_at}
        Meeting.objects.filter(pk=meeting.pk).update(**when, **written.plain)
        meeting = Meeting.objects.select_related("cycle__chantier").get(pk=meeting.pk)
        _write(meeting, written)
        yield meeting
        transaction.set_rollback(True)


def _write(meeting: Meeting, written: Written) -> None:
    """Write what stands beside the meeting's own row."""
    meeting.organizations.set(written.organizations)
    _write_objectives(meeting, written.objectives)
    _write_agenda(meeting, written.agenda)
    _write_guests(meeting, written.guests)
    _write_reminding(meeting, written.reminding)


def _write_objectives(meeting: Meeting, statements: Sequence[Statement]) -> None:
    """Keep the rows that stay, so that the points which answer them still do."""
    rows = {row.pk: row for row in meeting.objectives.all()}
    kept = [(statement, rows.pop(statement.pk, None)) for statement in statements]
    answered = meeting.objectives.filter(pk__in=rows, point_answers__isnull=False)
    if answered.exists():
        raise Refusal("Un point de synthèse répond à un objectif que vous retirez : gardez cet objectif.")
    meeting.objectives.filter(pk__in=rows).delete()
    written, new = [], []
    for position, (statement, row) in enumerate(kept, start=1):
        if row is None:
            row = MeetingObjective(meeting=meeting, reading=Reading.CONFIRMED)
            new.append(row)
        row.text, row.position = statement.text, position
        written.append((row, statement.aims))
    MeetingObjective.objects.bulk_update([row for row, _ in written if row.pk], ["text", "position"])
    MeetingObjective.objects.bulk_create(new)
    _tie({row.pk: set(aims) for row, aims in written})


def _tie(wanted: dict[int, set[int]]) -> None:
    """Tie objectives of a meeting to objectives of its cycle, in a number of queries that does not grow."""
    links = MeetingObjective.objectives.through.objects
    theirs = links.filter(meetingobjective__in=wanted)
    there = {(link.meetingobjective_id, link.objective_id): link.pk for link in theirs}
    pairs = {(row, aim) for row, aims in wanted.items() for aim in aims}
    links.filter(pk__in=[pk for pair, pk in there.items() if pair not in pairs]).delete()
    links.bulk_create(
        [links.model(meetingobjective_id=row, objective_id=aim) for row, aim in sorted(pairs - there.keys())]
    )


def _write_agenda(meeting: Meeting, lines: Sequence[Line]) -> None:
    rows = {row.pk: row for row in meeting.agenda.all()}
    written = []
    for position, line in enumerate(lines, start=1):
        row = rows.pop(line.pk, None) or AgendaLine(meeting=meeting)
        row.text, row.minutes, row.led_by, row.position = line.text, line.minutes, line.led_by, position
        written.append(row)
    meeting.agenda.filter(pk__in=rows).delete()
    AgendaLine.objects.bulk_update(
        [row for row in written if row.pk], ["text", "minutes", "led_by", "position"]
    )
    AgendaLine.objects.bulk_create([row for row in written if not row.pk])


def _write_guests(meeting: Meeting, guests: Sequence[Guest]) -> None:
    rows = {row.email.casefold(): row for row in meeting.guests.all()}
    written = []
    for guest in guests:
        row = rows.pop(guest.email.casefold(), None) or MeetingGuest(meeting=meeting)
        row.email, row.name = guest.email, guest.name
        written.append(row)
    meeting.guests.filter(pk__in=[row.pk for row in rows.values()]).delete()
    MeetingGuest.objects.bulk_update([row for row in written if row.pk], ["email", "name"])
    MeetingGuest.objects.bulk_create([row for row in written if not row.pk])


def _write_reminding(meeting: Meeting, values: dict[str, Any]) -> None:
    """Keep a row only for who chose otherwise than the usual."""
    usual = Reminding()
    if any(values[name] != getattr(usual, name) for name in REMINDING):
        Reminding.objects.update_or_create(meeting=meeting, defaults=values)
    else:
        Reminding.objects.filter(meeting=meeting).delete()


def _add_document(meeting: Meeting, upload: Upload, stored: list[str], by: Any) -> None:
    name = f"{FOLDER}/{upload.stored_as}"
    stored.append(name)
    private_storage().save(name, upload.file)
    MeetingDocument.objects.create(
        meeting=meeting,
        name=upload.name,
        stored_as=name,
        content_type=upload.content_type,
        size=len(upload.content),
        added_by=by,
    )
    trace.record("document_added", by=by, on=meeting)


@transaction.atomic
def remove_document(document: MeetingDocument, *, by: Any) -> None:
    """Remove a document, then its file; one that is gone already stays so."""
    name, key = document.stored_as, document.pk
    if MeetingDocument.objects.filter(pk=key).delete()[0]:
        trace.record("document_removed", by=by, on=document.meeting)
        transaction.on_commit(lambda: private_storage().delete(name))
