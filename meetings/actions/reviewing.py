"""A synthesis is read again by those who were there, before it is published; `by=` whoever did it."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chantier import trace
from ecpar_portal.refusal import Refusal
from meetings import notices
from meetings.actions.convening import refuse_before_its_day
from meetings.models import Meeting, PointComment, Review, SynthesisPoint
from meetings.models.meetings import is_past

State = Meeting.State
USUAL_DAYS, MOST_DAYS = 7, 60
OVER = "La relecture est terminée\u00a0: on ne commente plus."
ONE_OPEN = "Une relecture est déjà ouverte."


@transaction.atomic
def open_review(meeting: Meeting, *, last_day: dt.date, by: Any) -> Review:
    """Ask those who were there to comment until a day, that day included; each is told once.

    Raises Refusal for a synthesis without a point, a meeting of which nobody is noted as there, a day that is
    over or too far, and where a review is open.
    """
    refuse_before_its_day(meeting)
    if meeting.state in (State.DRAFT, State.CANCELLED):
        raise Refusal("Cette rencontre n’a pas eu lieu.")
    if not meeting.points.exists():
        raise Refusal("Écrivez au moins un point de synthèse avant de le faire relire.")
    if not notices.attendants_of(meeting):
        raise Refusal("Notez d’abord qui était là\u00a0: ce sont ces personnes qui relisent.")
    refuse_day(last_day)
    if meeting.reviews.filter(closed_at=None).exists():
        raise Refusal(ONE_OPEN)
    try:
        with transaction.atomic():
            review = meeting.reviews.create(last_day=last_day, opened_by=by)
    except IntegrityError:
        raise Refusal(ONE_OPEN) from None
    notices.tell_review_opened(review)
    trace.record("review_opened", by=by, on=meeting, date=str(last_day))
    return review


def refuse_day(day: dt.date) -> None:
    """Refuse a last day that is over, or so far that nobody would read."""
    if is_past(day):
        raise Refusal("Ce jour est passé. Choisissez une date à venir.")
    if (day - timezone.localdate()).days > MOST_DAYS:
        raise Refusal(f"Donnez au plus {MOST_DAYS} jours.")


@transaction.atomic
def close_review(review: Review, *, by: Any) -> None:
    """End a review, and say so once to those who were asked; one that is closed stays as it is."""
    now = timezone.now()
    if not Review.objects.filter(pk=review.pk, closed_at=None).update(closed_at=now):
        return
    review.closed_at = now
    notices.tell_review_closed(review)
    trace.record("review_closed", by=by, on=review.meeting)


def close_due() -> None:
    """Close the reviews whose last day is over."""
    for review in Review.objects.due_for_closing().select_related("meeting__cycle__chantier"):
        close_review(review, by=None)


@transaction.atomic
def comment(review: Review, point: SynthesisPoint, text: str, *, by: Any) -> PointComment:
    """Say something of a point, for one's organisation. Raises Refusal once the review is over."""
    review = _open(review)
    made = review.comments.create(
        point=point, point_text=point.text, organization=by.organization, written_by=by, text=text
    )
    trace.record("point_commented", by=by, on=review.meeting)
    return made


@transaction.atomic
def remove(comment: PointComment, *, by: Any) -> None:
    """Take back a comment of one's own that nobody answered yet."""
    _open(comment.review)
    if not PointComment.objects.filter(pk=comment.pk, written_by=by, answer="").delete()[0]:
        raise Refusal("Ce commentaire a reçu une réponse\u00a0: il reste.")
    trace.record("comment_removed", by=by, on=comment.review.meeting)


@transaction.atomic
def answer(comment: PointComment, text: str, *, by: Any) -> None:
    """Answer a comment, or answer it anew."""
    comment.answer, comment.answered_at = text, timezone.now()
    comment.save(update_fields=["answer", "answered_at"])
    trace.record("comment_answered", by=by, on=comment.review.meeting)


def _open(review: Review) -> Review:
    """The review, held, so that nobody closes it meanwhile."""
    review = Review.objects.select_for_update(of=["self"]).select_related("meeting").get(pk=review.pk)
    if not review.is_open:
        raise Refusal(OVER)
    return review
