"""A synthesis is read again: those who were there comment on its points, the coordinator answers."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings import notices
from meetings.access import may_comment, meetings_read_again_by
from meetings.actions import reviewing
from meetings.forms.reviewing import AnswerForm, CommentForm, OpenForm
from meetings.models import Meeting, PointComment, Review
from meetings.views.preparing import number


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("comments", when=unsafe)
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """The points of a synthesis with what was said of each; a POST says, answers, opens or closes."""
    meeting = get_object_or_404(meetings_read_again_by(request.user), slug=slug)
    latest = meeting.reviews.first()
    if request.method == "GET":
        return show(request, meeting, latest)
    gesture, _, key = request.POST.get("do", "").partition("-")
    if gesture not in GESTURES:
        raise Http404
    try:
        return GESTURES[gesture](request, meeting, latest, number(key))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return show(request, meeting, latest, typed={request.POST["do"]: bound_to(request)})


def bound_to(request: HttpRequest) -> forms.BaseForm:
    """What was typed, so that a refusal does not lose it."""
    gesture, _, key = request.POST["do"].partition("-")
    if gesture == "comment":
        return comment_form(key, request.POST)
    return answer_form(key, request.POST) if gesture == "answer" else OpenForm(request.POST)


def comment_form(key: Any, data: Any = None) -> CommentForm:
    """The form of a comment on a point; many stand on one page."""
    return CommentForm(data, auto_id=f"comment-{key}-%s")


def answer_form(key: Any, data: Any = None, comment: PointComment | None = None) -> AnswerForm:
    """The form of an answer to a comment."""
    return AnswerForm(data, instance=comment, auto_id=f"answer-{key}-%s")


def show(
    request: HttpRequest,
    meeting: Meeting,
    latest: Review | None,
    typed: dict[str, forms.BaseForm] | None = None,
) -> HttpResponse:
    """The page; `typed` are the forms that came back, by the gesture that sent them."""
    typed, coordinates = typed or {}, is_coordinator(request.user)
    comments = PointComment.objects.filter(review__meeting=meeting).select_related("organization", "review")
    by_point = defaultdict(list)
    for row in comments:
        row.is_mine = row.written_by_id == request.user.pk and not row.answer and row.review.is_open
        if coordinates:
            row.form = typed.get(f"answer-{row.pk}") or answer_form(row.pk, comment=row)
        by_point[row.point_id].append(row)
    comments_now = may_comment(request.user, latest) and not coordinates
    # A draft is read by those who read it again, and only while they do.
    shown = coordinates or (latest is not None and latest.is_open)
    points = list(meeting.points.all()) if shown else []
    for point in points:
        point.said = by_point.pop(point.pk, [])
        point.form = (typed.get(f"comment-{point.pk}") or comment_form(point.pk)) if comments_now else None
    context = {
        "meeting": meeting,
        "review": latest,
        "points": points,
        "elsewhere": [row for rows in by_point.values() for row in rows],
        "coordinates": coordinates,
        "comments_now": comments_now,
        "attendants": len(notices.attendants_of(meeting)) if coordinates else 0,
        "open_form": typed.get("open") or OpenForm(),
        "errors": [form for form in typed.values() if form.errors],
    }
    return render(request, "meetings/review.html", context)


def opening(request: HttpRequest, meeting: Meeting, latest: Review | None, key: int) -> HttpResponse:
    """Open a review."""
    only_coordinators(request)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return show(request, meeting, latest, typed={"open": form})
    reviewing.open_review(meeting, last_day=form.cleaned_data["last_day"], by=request.user)
    messages.success(request, "La relecture est ouverte; les personnes qui étaient là en sont averties.")
    return redirect("review", meeting.slug)


def closing(request: HttpRequest, meeting: Meeting, latest: Review | None, key: int) -> HttpResponse:
    """Close it before its last day."""
    only_coordinators(request)
    if latest:
        latest.meeting = meeting
        reviewing.close_review(latest, by=request.user)
        messages.success(request, "La relecture est fermée.")
    return redirect("review", meeting.slug)


def commenting(request: HttpRequest, meeting: Meeting, latest: Review | None, key: int) -> HttpResponse:
    """Say something of a point."""
    if is_coordinator(request.user) or latest is None:
        raise PermissionDenied
    point = get_object_or_404(meeting.points, pk=max(key, 0))
    form = comment_form(point.pk, request.POST)
    if not form.is_valid():
        return show(request, meeting, latest, typed={f"comment-{point.pk}": form})
    reviewing.comment(latest, point, form.cleaned_data["text"], by=request.user)
    messages.success(request, "Votre commentaire est noté.")
    return redirect(f"{request.path}#point-{point.pk}")


def removing(request: HttpRequest, meeting: Meeting, latest: Review | None, key: int) -> HttpResponse:
    """Take back one's own comment."""
    mine = PointComment.objects.filter(review__meeting=meeting, written_by=request.user)
    reviewing.remove(get_object_or_404(mine.select_related("review"), pk=max(key, 0)), by=request.user)
    messages.success(request, "Votre commentaire est retiré.")
    return redirect("review", meeting.slug)


def answering(request: HttpRequest, meeting: Meeting, latest: Review | None, key: int) -> HttpResponse:
    """Answer a comment."""
    only_coordinators(request)
    comments = PointComment.objects.filter(review__meeting=meeting).select_related("review__meeting")
    found = get_object_or_404(comments, pk=max(key, 0))
    form = answer_form(found.pk, request.POST, found)
    if not form.is_valid():
        return show(request, meeting, latest, typed={f"answer-{found.pk}": form})
    reviewing.answer(found, form.cleaned_data["answer"], by=request.user)
    messages.success(request, "Votre réponse est notée.")
    return redirect(f"{request.path}#commentaire-{found.pk}")


def only_coordinators(request: HttpRequest) -> None:
    """Raise PermissionDenied for anybody else."""
    if not is_coordinator(request.user):
        raise PermissionDenied


GESTURES: dict[str, Callable[..., Any]] = {
    "open": opening,
    "close": closing,
    "comment": commenting,
    "remove": removing,
    "answer": answering,
}
