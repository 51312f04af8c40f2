"""A synthesis is written: its points saved, each saving kept to come back to; `by=` whoever did it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings.actions.preparing import Outdated
from meetings.actions.publishing import draft_of
from meetings.models import Commitment, Meeting, PointAnswer, Reading, SynthesisDraft, SynthesisPoint

State = Meeting.State
# Savings that one may come back to: a long afternoon of them.
DRAFTS_KEPT = 200
A_SITTING = dt.timedelta(hours=1)
NOT_YET = "Convoquez d’abord cette rencontre."
CANCELLED = "Cette rencontre est annulée : elle n’a pas de synthèse."


@dataclass(frozen=True)
class Point:
    """A point as it was written; a new one has no `pk`. The rest are the keys of what it is tied to."""

    pk: int | None
    text: str
    answers: tuple[int, ...] = ()
    needs: tuple[int, ...] = ()
    obstacles: tuple[int, ...] = ()
    commitments: tuple[int, ...] = ()


@transaction.atomic
def save(
    meeting: Meeting,
    points: Sequence[Point],
    met: Sequence[int],
    *,
    revision: int,
    by: Any,
) -> list[SynthesisPoint]:
    """Save the points in order, whole or not at all; return their rows in the same order.

    `met` are the objectives that were reached in the room. Raises Outdated where somebody wrote since
    `revision`, and Refusal where there is no synthesis to write, or a point goes that something comes from.
    """
    if why := why_not(meeting):
        raise Refusal(why)
    seen = Meeting.objects.filter(pk=meeting.pk, synthesis_revision=revision, state__in=Meeting.ANNOUNCED)
    if not seen.update(synthesis_revision=F("synthesis_revision") + 1):
        raise Outdated
    meeting.synthesis_revision = revision + 1
    written = _write(meeting, points)
    _answer({row.pk: set(point.answers) for row, point in written})
    for name in ("needs", "obstacles"):
        _tie(name, {row.pk: set(getattr(point, name)) for row, point in written})
    _commit(meeting, {pk: row for row, point in written for pk in point.commitments})
    meeting.objectives.exclude(pk__in=met).filter(met_in_session=True).update(met_in_session=False)
    meeting.objectives.filter(pk__in=met).update(met_in_session=True)
    _keep(meeting, by)
    return [row for row, _ in written]


def why_not(meeting: Meeting) -> str:
    """Why a synthesis cannot be written; nothing where it can."""
    if meeting.state == State.CANCELLED:
        return CANCELLED
    return NOT_YET if meeting.state == State.DRAFT else ""


@transaction.atomic
def restore(draft: SynthesisDraft, *, revision: int, by: Any) -> None:
    """Come back to what a synthesis said after an earlier saving, as one more saving.

    A point that was taken out since is written anew; what it was tied to and is no more is left aside.
    """
    meeting = draft.meeting
    here = {
        "answers": _keys(meeting.objectives),
        "needs": _keys(meeting.needs.standing()),
        "obstacles": _keys(meeting.obstacles.standing()),
    }
    there = _keys(meeting.points)
    ties = dict(Commitment.objects.filter(point__meeting=meeting).values_list("pk", "point"))
    points = []
    for item in draft.content["points"]:
        linked = {"answers": {answer["id"] for answer in item["answers"]}}
        linked |= {name: set(item.get(name, ())) for name in ("needs", "obstacles")}
        kept = {name: tuple(sorted(linked[name] & here[name])) for name in here}
        commitments = tuple(pk for pk, point in ties.items() if point == item["id"])
        pk = item["id"] if item["id"] in there else None
        points.append(Point(pk, item["text"], **kept, commitments=commitments))
    met = [item["id"] for item in draft.content["objectives"] if item["met_in_session"]]
    save(meeting, points, met, revision=revision, by=by)
    trace.record("synthesis_restored", by=by, on=meeting, revision=draft.revision)


def _keys(rows: Any) -> set[int]:
    return set(rows.order_by().values_list("pk", flat=True))


def _write(meeting: Meeting, points: Sequence[Point]) -> list[tuple[SynthesisPoint, Point]]:
    """Keep the rows that stay, so that what comes from them still does."""
    rows = {row.pk: row for row in meeting.points.all()}
    written = []
    for position, point in enumerate(points, start=1):
        row = rows.pop(point.pk, None) or SynthesisPoint(meeting=meeting, reading=Reading.CONFIRMED)
        row.text, row.position = point.text, position
        written.append((row, point))
    _take_out(meeting, rows)
    SynthesisPoint.objects.bulk_update([row for row, _ in written if row.pk], ["text", "position"])
    SynthesisPoint.objects.bulk_create([row for row, _ in written if not row.pk])
    return written


def _take_out(meeting: Meeting, rows: dict[int, SynthesisPoint]) -> None:
    """Delete points, but for those from which something comes."""
    gone = meeting.points.filter(pk__in=rows)
    if gone.filter(Q(taken_up_by__isnull=False) | Q(became_objective__isnull=False)).exists():
        raise Refusal("Un objectif vient d’un point que vous retirez : gardez ce point.")
    if gone.filter(commitments__isnull=False).exists():
        raise Refusal("Une action à entreprendre vient d’un point que vous retirez : gardez ce point.")
    gone.delete()


def _answer(wanted: dict[int, set[int]]) -> None:
    """Tie points to the objectives that they answer; whoever writes a link confirms it."""
    there = {(link.point_id, link.objective_id): link.pk for link in _answers_of(wanted)}
    pairs = {(point, objective) for point, objectives in wanted.items() for objective in objectives}
    PointAnswer.objects.filter(pk__in=[pk for pair, pk in there.items() if pair not in pairs]).delete()
    PointAnswer.objects.bulk_create(
        PointAnswer(point_id=point, objective_id=objective, reading=Reading.CONFIRMED)
        for point, objective in sorted(pairs - there.keys())
    )


def _answers_of(points: Any) -> Any:
    return PointAnswer.objects.filter(point__in=list(points)).order_by()


def _tie(name: str, wanted: dict[int, set[int]]) -> None:
    """Tie points to the needs, or to the obstacles, that they take up."""
    links = getattr(SynthesisPoint, name).through
    column = f"{name[:-1]}_id"
    theirs = links.objects.filter(synthesispoint__in=list(wanted))
    there = {(link.synthesispoint_id, getattr(link, column)): link.pk for link in theirs}
    pairs = {(point, key) for point, keys in wanted.items() for key in keys}
    links.objects.filter(pk__in=[pk for pair, pk in there.items() if pair not in pairs]).delete()
    links.objects.bulk_create(
        links(**{"synthesispoint_id": point, column: key}) for point, key in sorted(pairs - there.keys())
    )


def _commit(meeting: Meeting, wanted: dict[int, SynthesisPoint]) -> None:
    """Say from which point each commitment of the meeting comes."""
    rows = list(meeting.commitments.all())
    changed = []
    for row in rows:
        point = wanted.get(row.pk)
        if row.point_id != (point and point.pk):
            row.point = point
            changed.append(row)
    Commitment.objects.bulk_update(changed, ["point"])


def _keep(meeting: Meeting, by: Any) -> None:
    """Keep what stands now, to come back to; the oldest savings go. The trace tells each sitting once."""
    last = meeting.drafts.first()
    draft = SynthesisDraft.objects.create(
        meeting=meeting, revision=meeting.synthesis_revision, content=draft_of(meeting), saved_by=by
    )
    if last is None or last.saved_by_id != draft.saved_by_id or draft.saved_at - last.saved_at > A_SITTING:
        trace.record("synthesis_written", by=by, on=meeting, revision=draft.revision)
    meeting.drafts.filter(revision__lte=meeting.synthesis_revision - DRAFTS_KEPT).delete()
