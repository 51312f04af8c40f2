"""The path of a cycle, the meetings, and a meeting."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chantier.models import Cycle
from ecpar_portal.access import require, signed_in
from meetings import path
from meetings.filters import MeetingFilter
from meetings.models import Meeting
from reports.views import serve

MEETINGS_PER_PAGE = 30


@require_safe
@require(signed_in)
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """A cycle: what it is, what it aims at and achieved, then its path."""
    cycles = Cycle.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(cycles.prefetch_related("objectives", "achievements"), slug=slug)
    meetings = found.meetings.thread_for(request.user)
    return render(request, "meetings/cycle.html", {"cycle": found, "path": path.build(found, meetings)})


@require_safe
@require(signed_in)
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
    found = get_object_or_404(
        Meeting.objects.visible_to(request.user).select_related("cycle__chantier"), slug=slug
    )
    cycle_path = path.build(found.cycle, found.cycle.meetings.thread_for(request.user))
    steps = cycle_path.steps
    here = next(index for index, step in enumerate(steps) if step.meeting == found)
    context = {
        "path": cycle_path,
        "step": steps[here],
        "previous": steps[here - 1] if here else None,
        "next": steps[here + 1] if here + 1 < len(steps) else None,
    }
    return render(request, "meetings/meeting.html", context)


@require_safe
@require(signed_in)
def synthesis_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The published synthesis of a meeting, as a file."""
    found = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    return serve(request, "synthesis", found)
