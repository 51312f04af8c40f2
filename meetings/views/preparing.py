"""A meeting is prepared by the coordinator: begun, written on one page, compared when two people wrote."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from ecpar_portal import french
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings import changes
from meetings.actions import preparing
from meetings.actions.calling import would_be_told
from meetings.actions.discarding import discard
from meetings.forms import comparing, rows
from meetings.forms.beginning import BeginningForm
from meetings.forms.preparing import MOST_FILES, Preparation
from meetings.models import Meeting
from meetings.views.reading import previewed


def meetings_to_prepare(request: HttpRequest) -> QuerySet:
    """The meetings that may be prepared, with what their page shows."""
    return Meeting.objects.visible_to(request.user).select_related("cycle__chantier")


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def new_meeting(request: HttpRequest) -> HttpResponse:
    """A new meeting: its cycle and its day, blank or from an earlier one."""
    form = BeginningForm(request.POST or None, initial=request.GET.dict(), user=request.user)
    if form.is_valid():
        meeting = preparing.begin(**form.beginning(), by=request.user)
        messages.success(request, "Le brouillon est créé. Personne ne le voit avant la convocation.")
        return redirect("prepare_meeting", meeting.slug)
    return render(request, "meetings/new_meeting.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def delete_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The question before a draft is deleted with its documents, and its answer."""
    meeting = get_object_or_404(meetings_to_prepare(request), slug=slug)
    if meeting.state != Meeting.State.DRAFT:
        messages.error(request, "Seul un brouillon se supprime.")
        return redirect(meeting)
    if request.method == "POST":
        try:
            discard(meeting, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(meeting)
        messages.success(request, "Le brouillon est supprimé.")
        return redirect("meeting_list")
    context = {"meeting": meeting, "documents": meeting.documents.all()}
    return render(request, "meetings/delete_draft.html", context)


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def prepare_meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is prepared of a meeting, on one page."""
    # The address of a draft follows its day, which somebody else may have changed since the page was opened.
    asked = number(request.POST.get("meeting"))
    meeting = get_object_or_404(
        meetings_to_prepare(request), **({"pk": asked} if asked > 0 else {"slug": slug})
    )
    if meeting.state == Meeting.State.CANCELLED:
        return cancelled(request, meeting)
    if request.method == "GET":
        page = Preparation(meeting)
        return show(request, page, base=comparing.base_of(page))
    if "merge" in request.POST:
        return merge(request, meeting)
    if request.POST.get("do"):
        return do(request, meeting, request.POST["do"])
    return save(request, meeting, request.POST)


def cancelled(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """What somebody typed of a meeting that was cancelled meanwhile, to be copied: nothing of it is saved."""
    if request.method == "GET":
        messages.error(request, "Cette rencontre est annulée\u00a0: elle ne se prépare plus.")
        return redirect(meeting)
    page = Preparation(meeting, request.POST)
    page.be_quiet()
    messages.error(
        request,
        "La rencontre a été annulée pendant que vous écriviez\u00a0: rien de ceci n’est enregistré. "
        "Copiez ce que vous voulez garder.",
    )
    return show(request, page, status=409)


def show(request: HttpRequest, page: Preparation, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page, on the revision that the person saw."""
    page.time_agenda()
    seen = page.data or {"revision": page.meeting.revision, "state": page.meeting.state}
    shown = {
        "page": page,
        "meeting": page.meeting,
        "documents": page.meeting.documents.all(),
        "revision": seen.get("revision", ""),
        "state": seen.get("state", ""),
        "base": seen.get("base", ""),
        "told": would_be_told(page.meeting),
        "lost": lost_files(request),
    }
    return render(request, "meetings/prepare.html", shown | context, status=status)


def do(request: HttpRequest, meeting: Meeting, gesture: str) -> HttpResponse:
    """A button of the page that saves nothing: a row more, a row less, a row elsewhere, a document less."""
    data, context = request.POST.copy(), {"gesture": gesture}
    verb, _, role = gesture.partition("-")
    if verb == "preview":
        return preview(request, meeting, role)
    if gesture.startswith("document-"):
        context |= on_document(request, meeting, gesture)
    else:
        key = rows.change(data, gesture)
        prefix = gesture.partition("-")[0]
        context |= {"said": said(rows.keys_in(data, prefix), gesture, key), "at": f"{prefix}-{key}"}
    page = Preparation(meeting, data)
    page.be_quiet()
    if "-add" in gesture:
        page.focus(context["at"])
    return show(request, page, **context)


def preview(request: HttpRequest, meeting: Meeting, role: str) -> HttpResponse:
    """What is written, saved or not, as a role will read it; the page carries it, and saves nothing."""
    page = Preparation(meeting, request.POST)
    if not page.is_valid():
        return show(request, page)
    try:
        with preparing.as_if_saved(meeting, page.written()) as shown:
            context = previewed(shown.cycle, shown.slug, role)
            context |= {"carried": comparing.carried(request.POST), "lost": lost_files(request)}
            context |= {name: request.POST.get(name, "") for name in ("revision", "state", "base")}
            return render(request, "meetings/preview.html", context)
    except Refusal as refusal:
        page.form.add_error(None, str(refusal))
        return show(request, page)


def lost_files(request: HttpRequest) -> list[str]:
    """The names of the files that were chosen: a page that is shown again cannot keep them."""
    return [
        *request.POST.getlist("lost")[:MOST_FILES],
        *(file.name for file in request.FILES.getlist("files")),
    ]


def said(keys: list[str], gesture: str, key: str) -> str:
    """What to say of a row that was moved, added or taken away."""
    if "-remove-" in gesture:
        return f"Retiré; il en reste {len(keys)}."
    if key not in keys:
        return ""
    place = f"{keys.index(key) + 1} sur {len(keys)}"
    return f"Ajouté en position {place}." if "-add" in gesture else f"Maintenant en position {place}."


def on_document(request: HttpRequest, meeting: Meeting, gesture: str) -> dict[str, Any]:
    """Ask before a document is removed, or remove it."""
    verb, _, key = gesture.removeprefix("document-").partition("-")
    document = next((row for row in meeting.documents.all() if str(row.pk) == key), None)
    if document is None:
        return {"said": "Ce document n’est plus là."}
    if verb == "ask":
        return {"to_remove": document}
    if verb != "remove":
        return {}
    preparing.remove_document(document, by=request.user)
    return {"said": f"Le document « {document.name} » est retiré."}


def save(request: HttpRequest, meeting: Meeting, data: QueryDict) -> HttpResponse:
    """Save what was sent, or say what is wrong, or compare."""
    page = Preparation(meeting, data, request.FILES)
    if not page.is_valid():
        return show(request, page)
    now = Preparation(meeting)
    found = comparing.differences(now, page)
    changed = list(dict.fromkeys(difference.group for difference in found))
    written = page.written()
    changed += ["documents"] if written.uploads else []
    if not changed:
        messages.info(request, "Rien n’a changé.")
        return saved(request, meeting)
    try:
        state = data.get("state", "")
        seen = {"revision": number(data.get("revision")), "state": state if state in Meeting.State else ""}
        meeting = preparing.save(meeting, written, **seen, changed=changed, by=request.user)
    except preparing.Outdated:
        return compare(request, meetings_to_prepare(request).get(pk=meeting.pk), data)
    except Refusal as refusal:
        page.form.add_error(None, str(refusal))
        return show(request, page)
    messages.success(request, f"La rencontre est enregistrée.{announced(meeting, changed)}")
    return saved(request, meeting)


def saved(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The page again, with the files that the page of comparison could not carry."""
    if lost := request.POST.getlist("lost")[:MOST_FILES]:
        messages.warning(request, f"À choisir de nouveau\u00a0: {french.enumeration(lost)}.")
    return redirect("prepare_meeting", meeting.slug)


def announced(meeting: Meeting, changed: list[str]) -> str:
    """What to add where people are told of what was saved."""
    told = would_be_told(meeting) if changes.WORDS.keys() & set(changed) else 0
    if not told:
        return ""
    verb = "en est avertie" if told == 1 else "en sont averties"
    return f" {french.counted(told, 'personne')} {verb} d’ici une dizaine de minutes."


def compare(
    request: HttpRequest,
    meeting: Meeting,
    data: QueryDict,
    found: list[comparing.Difference] | None = None,
    now: Preparation | None = None,
) -> HttpResponse:
    """What stands now beside what somebody wrote; each is kept by choice."""
    now = now or Preparation(meeting)
    if found is None:
        found = comparing.differences(now, Preparation(meeting, data), comparing.marks_in(data))
    comparing.tell(found, meeting, number(data.get("revision")))
    context = {
        "meeting": meeting,
        "action": reverse("prepare_meeting", args=[meeting.slug]),
        "revision": meeting.revision,
        "differences": found,
        "carried": comparing.carried(data),
        "base": data.get("base", ""),
        "lost": lost_files(request),
        "missing": any(difference.error for difference in found),
        "was": Meeting.State(data["state"]).label if data.get("state") in Meeting.State else "",
    }
    return render(request, "meetings/compare.html", context, status=409)


def merge(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Take the choices of the page of comparison; compare again what changed meanwhile."""
    data, now = request.POST, Preparation(meeting)
    found = comparing.differences(now, Preparation(meeting, data))
    if (number(data.get("revision")), data.get("state")) != (meeting.revision, meeting.state):
        return compare(request, meeting, data)
    if not comparing.choose(found, data):
        return compare(request, meeting, data, found, now)
    kept = comparing.merged(found, now, data)
    kept["base"] = comparing.base_of(now)
    if data["merge"] == "edit":
        kept["revision"], kept["state"] = str(meeting.revision), meeting.state
        page = Preparation(meeting, kept)
        page.be_quiet()
        return show(request, page)
    return save(request, meeting, kept)


def number(value: str | None) -> int:
    """A number that a page carried; one that never was where it is none."""
    return int(value) if value and value.isdecimal() and value.isascii() and len(value) < 10 else -1
