"""The desk where a synthesis is written: saved as one writes, compared, brought back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from ecpar_portal import french
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.actions import writing
from meetings.actions.preparing import Outdated
from meetings.forms import comparing, rows
from meetings.forms.synthesis import MOST_POINTS, PREFIX, Desk
from meetings.models import Meeting, SynthesisDraft
from meetings.views.preparing import number, said

DRAFTS_PER_PAGE = 30
SOMEBODY_WROTE = "Quelqu’un a écrit en même temps que vous."


def meetings_to_write(request: HttpRequest) -> QuerySet:
    """The meetings that a coordinator sees, with their cycle."""
    return Meeting.objects.visible_to(request.user).select_related("cycle__chantier", "current_version")


def writes_itself(request: HttpRequest) -> bool:
    """Whether the page saves by itself, while the person goes on writing."""
    return request.headers.get("X-Autosave") == "1"


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("drafts", when=unsafe)
def synthesis_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The points of a synthesis, in order, on one page."""
    meeting = get_object_or_404(meetings_to_write(request), slug=slug)
    if why := writing.why_not(meeting):
        messages.error(request, why)
        return redirect(meeting)
    if request.method == "GET":
        desk = Desk(meeting)
        return show(request, desk, base=comparing.base_of(desk))
    if "merge" in request.POST:
        return merge(request, meeting)
    if request.POST.get("do"):
        return do(request, meeting, request.POST["do"])
    return save(request, meeting, request.POST)


def show(request: HttpRequest, desk: Desk, **context: Any) -> HttpResponse:
    """The desk, on the revision that the person saw."""
    seen = desk.data or {"revision": desk.meeting.synthesis_revision}
    shown = {
        "page": desk,
        "meeting": desk.meeting,
        "revision": seen.get("revision", ""),
        "base": seen.get("base", ""),
        "last": desk.meeting.drafts.select_related("saved_by").first(),
    }
    return render(request, "meetings/synthesis_desk.html", shown | context)


def do(request: HttpRequest, meeting: Meeting, gesture: str) -> HttpResponse:
    """A button of the page that saves nothing: a row more, a row less, a row elsewhere, a source taken up."""
    data, source = request.POST.copy(), ""
    if gesture.startswith(f"{PREFIX}-take-"):
        gesture, source = f"{PREFIX}-add", gesture.removeprefix(f"{PREFIX}-take-")
    key = rows.change(data, gesture, MOST_POINTS)
    if source and key:
        Desk(meeting).take(data, key, source)
    context = {"gesture": gesture, "said": said(rows.keys_in(data, PREFIX), gesture, key)}
    desk = Desk(meeting, data)
    desk.be_quiet()
    context["at"] = f"{PREFIX}-{key}"
    if "-add" in gesture:
        desk.focus(context["at"])
    return show(request, desk, **context)


def save(request: HttpRequest, meeting: Meeting, data: QueryDict) -> HttpResponse:
    """Save what was sent, or say what is wrong, or compare."""
    desk = Desk(meeting, data)
    if not desk.is_valid():
        return refuse(request, desk)
    revision, written = number(data.get("revision")), []
    if revision == meeting.synthesis_revision and not comparing.differences(Desk(meeting), desk):
        return saved(request, meeting, desk, [])
    try:
        written = writing.save(meeting, *desk.written(), revision=revision, by=request.user)
    except Outdated:
        if writes_itself(request):
            return JsonResponse({"said": SOMEBODY_WROTE}, status=409)
        return compare(request, meetings_to_write(request).get(pk=meeting.pk), data)
    except Refusal as refusal:
        desk.form.add_error(None, str(refusal))
        return refuse(request, desk)
    return saved(request, meeting, desk, [str(row.pk) for row in written])


def refuse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what is wrong; a page that saves by itself says it without moving anything."""
    if writes_itself(request):
        return JsonResponse({"said": f"Pas enregistré{french.NBSP}: {' '.join(desk.errors)}"}, status=422)
    return show(request, desk)


def saved(request: HttpRequest, meeting: Meeting, desk: Desk, keys: list[str]) -> HttpResponse:
    """Say that it is saved; a page that saves by itself learns the keys of its new rows."""
    at = french.hour(timezone.localtime())
    if not writes_itself(request):
        messages.success(request, f"La synthèse est enregistrée{french.NBSP}: elle reste un brouillon.")
        return redirect("synthesis_desk", meeting.slug)
    new = [row.key for row in desk.points if not row.is_blank]
    fresh = Desk(meeting)
    answer = {
        "said": f"Enregistré à {at}",
        "revision": meeting.synthesis_revision,
        "base": comparing.base_of(fresh),
        "keys": dict(zip(new, keys, strict=False)),
    }
    return JsonResponse(answer)


def compare(
    request: HttpRequest,
    meeting: Meeting,
    data: QueryDict,
    found: list[comparing.Difference] | None = None,
) -> HttpResponse:
    """What stands now beside what somebody wrote; each is kept by choice."""
    now = Desk(meeting)
    if found is None:
        found = comparing.differences(now, Desk(meeting, data), comparing.marks_in(data))
    last = meeting.drafts.select_related("saved_by").first()
    for difference in found:
        difference.told = last
    context = {
        "meeting": meeting,
        "action": reverse("synthesis_desk", args=[meeting.slug]),
        "revision": meeting.synthesis_revision,
        "differences": found,
        "carried": comparing.carried(data),
        "base": data.get("base", ""),
        "missing": any(difference.error for difference in found),
    }
    return render(request, "meetings/compare.html", context, status=409)


def merge(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Take the choices of the page of comparison; compare again what changed meanwhile."""
    data, now = request.POST, Desk(meeting)
    found = comparing.differences(now, Desk(meeting, data))
    if number(data.get("revision")) != meeting.synthesis_revision:
        return compare(request, meeting, data)
    if not comparing.choose(found, data):
        return compare(request, meeting, data, found)
    kept = comparing.merged(found, now, data)
    kept["base"] = comparing.base_of(now)
    if data["merge"] == "edit":
        desk = Desk(meeting, kept)
        desk.be_quiet()
        return show(request, desk)
    return save(request, meeting, kept)


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("drafts", when=unsafe)
def synthesis_drafts(request: HttpRequest, slug: str) -> HttpResponse:
    """What a synthesis said after each saving; a POST comes back to one of them, as one more saving."""
    meeting = get_object_or_404(meetings_to_write(request), slug=slug)
    drafts = meeting.drafts.select_related("saved_by")
    if request.method == "POST":
        draft = get_object_or_404(drafts, revision=max(0, number(request.POST.get("draft"))))
        draft.meeting = meeting
        try:
            writing.restore(draft, revision=meeting.synthesis_revision, by=request.user)
        except (Refusal, Outdated) as reason:
            messages.error(request, str(reason) or SOMEBODY_WROTE)
            return redirect("synthesis_drafts", slug)
        messages.success(
            request,
            f"La synthèse dit de nouveau ce qu’elle disait à {hour_of(draft)}. Vous pouvez y revenir.",
        )
        return redirect("synthesis_desk", slug)
    page = Paginator(drafts, DRAFTS_PER_PAGE).get_page(request.GET.get("page"))
    shown = chosen(drafts, number(request.GET.get("brouillon")))
    context = {"meeting": meeting, "page": page, "shown": shown}
    return render(request, "meetings/synthesis_drafts.html", context)


def chosen(drafts: QuerySet, revision: int) -> SynthesisDraft | None:
    """The draft to show whole, where one was chosen."""
    return drafts.filter(revision=revision).first() if revision >= 0 else None


def hour_of(draft: SynthesisDraft) -> str:
    """The hour of a saving, local time."""
    return french.hour(timezone.localtime(draft.saved_at))
