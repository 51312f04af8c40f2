"""The path of a cycle, the meetings, and a meeting."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chantier.access import is_coordinator
from chantier.models import Cycle
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed
from meetings import events, path
from meetings.access import may_download_bilan, synthesis_to_download
from meetings.actions.publishing import has_draft
from meetings.filters import MeetingFilter
from meetings.models import Meeting
from meetings.views.answering import shown_to
from reports.views import serve

MEETINGS_PER_PAGE = 30


@require_safe
@require(signed_in)
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """A cycle: what it is, what it aims at and achieved, then its path."""
    cycles = Cycle.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(cycles.prefetch_related("objectives", "achievements"), slug=slug)
    meetings = found.meetings.thread_for(request.user)
    built = path.build(found, meetings, unpublished=is_coordinator(request.user))
    return render(request, "meetings/cycle.html", {"cycle": found, "path": built})


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The meetings of every cycle that the person may see, last first."""
    meetings = Meeting.objects.visible_to(request.user).latest_first().with_counts()
    found = MeetingFilter(request.GET, meetings, request=request)
    page = Paginator(found.qs, MEETINGS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "meetings/meeting_list.html", {"filter": found, "page": page})


@require_safe
@require(signed_in)
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """One meeting, with its place on the path of its cycle."""
    cycles = Cycle.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(cycles, meetings__slug=slug)
    coordinates = is_coordinator(request.user)
    built = path.build(found, found.meetings.thread_for(request.user), unpublished=coordinates)
    here = next((rank for rank, step in enumerate(built.steps) if step.meeting.slug == slug), None)
    if here is None:
        raise Http404
    step = built.steps[here]
    context = {
        "path": built,
        "step": step,
        "events": events.offered(step.meeting, has_draft(step.meeting)) if coordinates else [],
        "previous": built.steps[here - 1] if here else None,
        "next": built.steps[here + 1] if here + 1 < len(built.steps) else None,
        **shown_to(request.user, step.meeting),
    }
    return render(request, "meetings/meeting.html", context)


@require_safe
@require(signed_in)
@limit("files", polled="progress")
def synthesis_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The published synthesis of a meeting, as a file."""
    return serve(request, "synthesis", synthesis_to_download(request.user, slug))


@require_safe
@require(signed_in)
@limit("files", polled="progress")
def bilan_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The bilan of a cycle, as a file."""
    return serve(request, "bilan", may_download_bilan(request.user).filter(slug=slug).first())
