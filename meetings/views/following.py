"""The coordinator follows who comes: answers, messages, attendance sheets."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from ecpar_portal.access import require
from ecpar_portal.french import counted
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_follow
from meetings.actions.following import call_once_more
from meetings.called import calls
from meetings.following import follow
from meetings.models import Convocation
from reports.views import serve


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("convocations", when=unsafe)
def following(request: HttpRequest, slug: str) -> HttpResponse:
    """Who answered what, and what each was told; a POST writes again to those who are chosen."""
    meeting = get_object_or_404(may_follow(request.user), slug=slug)
    if request.method == "POST":
        chosen = [
            int(pk) for pk in request.POST.getlist("person") if pk.isascii() and pk.isdigit() and len(pk) < 19
        ]
        try:
            count = call_once_more(meeting, chosen, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"La convocation repart vers {counted(count, 'personne')}.")
        return redirect("following", meeting.slug)
    found = follow(meeting)
    context = {
        "meeting": meeting,
        "follow": found,
        "may_call": calls(meeting),
        "counts": {
            "yes": found.count(Convocation.Answer.YES),
            "no": found.count(Convocation.Answer.NO),
            "replaced": found.count(Convocation.Answer.REPLACED),
            "none": found.count(""),
        },
    }
    return render(request, "meetings/following.html", context)


@require_safe
@require(is_coordinator)
@limit("files", polled="progress")
def attendance_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The attendance sheet, to print."""
    return serve(request, "attendance", may_follow(request.user).filter(slug=slug).first())


@require_safe
@require(is_coordinator)
@limit("files", polled="progress")
def attendance_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The attendance sheet, for a spreadsheet."""
    return serve(request, "attendance_sheet", may_follow(request.user).filter(slug=slug).first())
