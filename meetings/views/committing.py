"""What organisations said they would do: the list, one of them, and how it is written and closed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed, unsafe
from ecpar_portal.refusal import Refusal
from meetings import path, thread
from meetings.access import (
    commitments_read_by,
    may_follow_up,
    meetings_committed_at,
    organizations_committed_by,
)
from meetings.actions import committing
from meetings.filters import CommitmentFilter
from meetings.forms.committing import CommitmentForm, DropForm
from meetings.models import Commitment, Meeting
from meetings.views.preparing import number

COMMITMENTS_PER_PAGE = 30


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def commitment_list(request: HttpRequest) -> HttpResponse:
    """What organisations said they would do, in the chantiers that the person sees."""
    found = CommitmentFilter(request.GET, commitments_read_by(request.user), request=request)
    page = Paginator(found.qs, COMMITMENTS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = thread.place(page.object_list)
    return render(request, "meetings/commitment_list.html", {"filter": found, "page": page})


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("commitments", when=unsafe)
def commitment(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, with where it comes from; a POST says that it is done, dropped, or taken up again."""
    found = get_object_or_404(commitments_read_by(request.user), pk=pk)
    if request.method == "GET":
        return show(request, found, DropForm())
    if not may_follow_up(request.user, found):
        raise PermissionDenied
    gesture = GESTURES.get(request.POST.get("do", ""))
    if gesture is None:
        raise Http404
    try:
        return gesture(request, found)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(found)


def show(request: HttpRequest, found: Commitment, form: DropForm) -> HttpResponse:
    """The page of a commitment; `form` asks why it is dropped."""
    context = {
        "commitment": found,
        "follows_up": may_follow_up(request.user, found),
        "form": form,
        "origin": thread.origin_of(found, read_at(request, found.meeting)),
    }
    return render(request, "meetings/commitment.html", context)


def read_at(request: HttpRequest, meeting: Meeting) -> path.Step:
    """A meeting as the person reads it."""
    meetings = Meeting.objects.filter(pk=meeting.pk).thread_for(request.user)
    built = path.build(meeting.cycle, meetings, unpublished=is_coordinator(request.user))
    return built.steps[0]


def finishing(request: HttpRequest, found: Commitment) -> HttpResponse:
    """Note that it is done."""
    committing.finish(found, by=request.user)
    messages.success(request, "C’est noté\u00a0: l’action est faite.")
    return redirect(found)


def dropping(request: HttpRequest, found: Commitment) -> HttpResponse:
    """Give it up, and say why."""
    form = DropForm(request.POST)
    if not form.is_valid():
        return show(request, found, form)
    committing.drop(found, form.cleaned_data["reason"], by=request.user)
    messages.success(request, "C’est noté\u00a0: l’action est abandonnée.")
    return redirect(found)


def reopening(request: HttpRequest, found: Commitment) -> HttpResponse:
    """Take it up again."""
    committing.reopen(found, by=request.user)
    messages.success(request, "L’action est de nouveau à faire.")
    return redirect(found)


GESTURES: dict[str, Callable[[HttpRequest, Commitment], HttpResponse]] = {
    "done": finishing,
    "drop": dropping,
    "reopen": reopening,
}


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("commitments", when=unsafe)
def new_commitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Write what an organisation said at a meeting that it would do."""
    meeting = get_object_or_404(meetings_committed_at(request.user), slug=slug)
    if why := committing.why_not(meeting):
        messages.error(request, why)
        return redirect(meeting)
    if not is_coordinator(request.user) and not organizations_committed_by(request.user, meeting).exists():
        raise PermissionDenied
    form = CommitmentForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        meeting=meeting,
        points=read_at(request, meeting).points,
        initial={"point": number(request.GET.get("point"))},
    )
    if form.is_valid():
        organization = form.cleaned_data.get("organization") or request.user.organization
        try:
            made = committing.commit(meeting, organization, **form.written(meeting), by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(meeting)
        messages.success(request, "L’action est notée.")
        return redirect(made)
    return render(request, "meetings/commitment_form.html", {"meeting": meeting, "form": form})


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("commitments", when=unsafe)
def edit_commitment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an open one anew; where a colleague did so meanwhile, both are shown and nothing is lost."""
    found = get_object_or_404(commitments_read_by(request.user).select_related("point"), pk=pk)
    if not may_follow_up(request.user, found):
        raise PermissionDenied
    if not found.is_open:
        messages.error(request, committing.CLOSED)
        return redirect(found)
    context: dict[str, Any] = {"meeting": found.meeting, "commitment": found}
    sent = request.POST if request.method == "POST" else None
    form = editing(request, found, sent)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            committing.change(found, **form.written(found.meeting), seen=seen, by=request.user)
        except committing.Outdated:
            found.refresh_from_db()
            again = request.POST.copy()
            again["seen"] = committing.digest_of(found)
            form, context["is_outdated"] = editing(request, found, again), True
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(found)
        else:
            messages.success(request, "L’action est changée.")
            return redirect(found)
    return render(request, "meetings/commitment_form.html", context | {"form": form})


def editing(request: HttpRequest, found: Commitment, data: Any) -> CommitmentForm:
    """The form of a commitment that is there."""
    points = read_at(request, found.meeting).points
    return CommitmentForm(data, user=request.user, meeting=found.meeting, points=points, commitment=found)
