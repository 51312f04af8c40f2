"""The coordinator shows the needs in the room, and gathers them into objectives of the cycle."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_read_needs, may_show_needs, organizations_writing
from meetings.actions import gathering as actions
from meetings.forms.room import GatherForm, NeedForm
from meetings.models import Meeting
from meetings.round_table import digest_of, rows_for_screen
from meetings.views.needs import page

# A wall has no more room; the others are on the page of the tour de table.
MOST_SHOWN = 200


@require_safe
@require(is_coordinator)
@limit("screen")
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """What is shown in the room; the page asks by itself for what is new, and nothing new is no content."""
    rows = rows_for_screen(may_show_needs(request.user), slug)
    if not rows:
        raise Http404
    revision = digest_of(row.values() for row in rows)
    if request.htmx and request.GET.get("r") == revision:
        return HttpResponse(status=204)
    needs = [row for row in rows if row["said__pk"]]
    context = {
        "meeting": Meeting(**{name: rows[0][name] for name in ("slug", "title", "date")}),
        "count": len(needs),
        "needs": needs[:MOST_SHOWN],
        "revision": revision,
    }
    return render(request, "meetings/_screen.html" if request.htmx else "meetings/screen.html", context)


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def gather_needs(request: HttpRequest, slug: str) -> HttpResponse:
    """Chosen needs become an objective of the cycle, or one leaves its own (`out`); a GET changes nothing."""
    meeting = get_object_or_404(may_read_needs(request.user), slug=slug)
    if request.method == "GET":
        return redirect("round_table", meeting.slug)
    if "out" in request.POST:
        chosen = meeting.needs.filter(pk__in=_numbers(request, "out"))
        actions.let_out(get_object_or_404(chosen), by=request.user)
        messages.success(request, "Le besoin n’est plus dans cet objectif, qui reste.")
        return redirect("round_table", meeting.slug)
    form, chosen = (
        GatherForm(request.POST, objectives=meeting.cycle.objectives.all()),
        _numbers(request, "need"),
    )
    if form.is_valid():
        try:
            actions.gather(meeting, chosen, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Les besoins sont regroupés; l’objectif dit d’où il vient.")
            return redirect("round_table", meeting.slug)
    writing = organizations_writing(request.user, meeting)
    written = NeedForm(user=request.user, organizations=writing)
    return page(request, meeting, written, gathering=form, chosen=chosen)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """The numbers that the page sent, and nothing else."""
    sent = request.POST.getlist(name)
    return [int(number) for number in sent if number.isascii() and number.isdigit() and len(number) < 19]
