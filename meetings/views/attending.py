"""The coordinator notes who is there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from chantier.models import Organization
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_note_attendance
from meetings.actions import attending as actions
from meetings.called import invited_to
from meetings.forms.room import WalkInForm
from meetings.models import Meeting
from meetings.presence import Group, Presence, presence_of


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("attendance", when=unsafe)
def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """Who was called and who came in; each tap answers with one organisation, or without scripts the page."""
    meeting = get_object_or_404(may_note_attendance(request.user), slug=slug)
    organizations = invited_to(meeting).order_by("name")
    came_in = request.method == "POST" and "name" in request.POST
    form = WalkInForm(request.POST if came_in else None, organizations=organizations)
    if request.method == "POST" and (not came_in or form.is_valid()):
        try:
            organization = _walk_in(request, meeting, form) if came_in else _tap(request, meeting)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            if request.htmx:
                return _one(request, meeting, organization)
        return redirect("attendance", meeting.slug)
    return render(request, "meetings/attendance.html", _context(meeting) | {"form": form})


def _walk_in(request: HttpRequest, meeting: Meeting, form: WalkInForm) -> Organization | None:
    """Note somebody who came in, of a valid form; return for which organisation."""
    noted = actions.note_by_name(meeting, **form.cleaned_data, by=request.user)
    messages.success(request, f"C’est noté\u00a0: {noted.who} est là.")
    return noted.organization


def _tap(request: HttpRequest, meeting: Meeting) -> Organization | None:
    """Do what one button says; return the organisation of which it speaks. What is gone changes nothing."""
    if row := meeting.convocations.standing().filter(pk=_number(request, "here")).first():
        return actions.note_called(row, by=request.user).organization
    if organization := invited_to(meeting).filter(pk=_number(request, "alone")).first():
        return actions.note_organization(meeting, organization, by=request.user).organization
    if noted := meeting.attendances.filter(pk=_number(request, "gone")).first():
        actions.forget(noted, by=request.user)
        return noted.organization
    return None


def _number(request: HttpRequest, name: str) -> int:
    sent = request.POST.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else 0


def _one(request: HttpRequest, meeting: Meeting, organization: Organization | None) -> HttpResponse:
    """One organisation as it is now, with the counts of all."""
    context = _context(meeting)
    presence: Presence = context["presence"]
    group = presence.group_of(organization.pk if organization else None) or Group(organization)
    return render(request, "meetings/_present.html", context | {"group": group, "swapped": True})


def _context(meeting: Meeting) -> dict[str, object]:
    return {"meeting": meeting, "presence": presence_of(meeting), "closed": actions.why_closed(meeting)}
