"""The path of a cycle, the meetings, and a meeting."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chantier.access import is_coordinator
from chantier.models import Cycle, Organization
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed
from meetings import events, path, thread
from meetings.access import is_read_again, may_commit_at, may_download_bilan, synthesis_to_download
from meetings.actions.publishing import has_draft
from meetings.filters import MeetingFilter
from meetings.forms.path import PathFilter
from meetings.models import Commitment, Meeting
from meetings.views.answering import shown_to
from reports.views import serve

MEETINGS_PER_PAGE = 30
ROLES = {"membre": "Membre", "reseau": "Réseau partenaire", "invite": "Personne invitée sans compte"}


@require_safe
@require(signed_in)
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """A cycle: what it is, what it aims at and achieved, then its path."""
    cycles = Cycle.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(cycles.prefetch_related("objectives", "achievements"), slug=slug)
    meetings = found.meetings.thread_for(request.user)
    built = path.build(found, meetings, unpublished=is_coordinator(request.user))
    tied = thread.tie(built)
    tied.tell_origins()
    narrowing = PathFilter(request.GET, tied)
    context = {"cycle": found, "path": built, "thread": tied, "filter": narrowing, "steps": narrowing.steps}
    return render(request, "meetings/cycle.html", context)


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
    meetings = found.meetings.with_needs_counted().thread_for(request.user)
    context = placed(found, meetings, slug, unpublished=coordinates)
    step = context["step"]
    context |= {"coordinates": coordinates, **shown_to(request.user, step.meeting)}
    context |= committed_at(request.user, step.meeting, context["path"])
    context["is_read_again"] = is_read_again(request.user, step.meeting)
    context["events"] = events.offered(step.meeting, has_draft(step.meeting)) if coordinates else []
    return render(request, "meetings/meeting.html", context)


def committed_at(user: Any, meeting: Meeting, built: path.Path) -> dict[str, Any]:
    """What was committed to at a meeting and, while it is to come, what stands on its agenda by itself."""
    tied = thread.tie(built, away=True)
    return {
        "commitments": tied.commitments_at(meeting),
        "follow_ups": follow_ups_of(meeting),
        "commits": may_commit_at(user, meeting),
    }


def follow_ups_of(meeting: Meeting) -> list[Commitment]:
    """The open commitments of earlier meetings, for one to come."""
    ahead = meeting.state in (Meeting.State.DRAFT, Meeting.State.CONVENED) and not meeting.is_past
    return thread.place(Commitment.objects.followed_up_at(meeting).told()) if ahead else []


def placed(
    cycle: Cycle,
    meetings: Iterable[Meeting],
    slug: str,
    *,
    unpublished: bool = False,
    shown: dict[int, path.Content] | None = None,
) -> dict[str, Any]:
    """A meeting on the path of its cycle, between its neighbours; raises Http404 where it is not there.

    `shown` gives the content of a version to show instead of the one that people read.
    """
    built = path.build(cycle, meetings, unpublished=unpublished, shown=shown)
    here = next((rank for rank, step in enumerate(built.steps) if step.meeting.slug == slug), None)
    if here is None:
        raise Http404
    return {
        "path": built,
        "step": built.steps[here],
        "previous": built.steps[here - 1] if here else None,
        "next": built.steps[here + 1] if here + 1 < len(built.steps) else None,
    }


@require_safe
@require(is_coordinator)
def preview_meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a meeting as each role will read it, once it is convened."""
    cycles = Cycle.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(cycles, meetings__slug=slug)
    return render(request, "meetings/preview.html", previewed(found, slug, request.GET.get("role")))


def previewed(cycle: Cycle, slug: str, role: str | None) -> dict[str, Any]:
    """What the page of a meeting shows to a role; to a member, where it is none."""
    role = role if role in ROLES else "membre"
    seen = cycle.meetings.exclude(Q(state=Meeting.State.DRAFT) & ~Q(slug=slug))
    context = placed(cycle, seen.with_thread(), slug)
    context |= {"roles": ROLES, "role": role, "is_guest": role == "invite"}
    context["nobody"] = nobody_of(context["step"].meeting, role)
    context["follow_ups"] = [] if role == "invite" else follow_ups_of(context["step"].meeting)
    return context


def nobody_of(meeting: Meeting, role: str) -> str:
    """What to say where no one of a role is invited."""
    if role == "invite":
        return "" if meeting.guests.exists() else "Aucune personne sans compte n’est invitée."
    kind = Organization.Kind.PARTNER_NETWORK
    here = meeting.cycle.participations.current()
    if not meeting.invites_all:
        here = here.filter(organization__in=meeting.organizations.all())
    if role == "reseau":
        there = here.filter(organization__kind=kind).exists()
        return "" if there else "Aucun réseau partenaire n’est invité."
    return (
        "" if here.exclude(organization__kind=kind).exists() else "Aucune organisation membre n’est invitée."
    )


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
