"""A synthesis is looked at before it is published; its versions stay to be read."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings import notices, version_changes
from meetings.access import may_download_draft, may_download_synthesis
from meetings.actions import publishing
from meetings.forms.reviewing import PublishForm
from meetings.models import Meeting
from meetings.path import letter
from meetings.views.reading import placed
from reports.views import serve

State = Meeting.State


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def publish_synthesis(request: HttpRequest, slug: str) -> HttpResponse:
    """What is about to be published, what it changes and whom it tells; a POST publishes it."""
    meetings = Meeting.objects.visible_to(request.user).select_related("cycle__chantier", "current_version")
    meeting = get_object_or_404(meetings, slug=slug)
    form, refusal = PublishForm(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        try:
            version = publishing.publish(meeting, by=request.user, tell=form.cleaned_data["tell"])
        except Refusal as reason:
            refusal = str(reason)
        else:
            messages.success(request, f"La version {version.number} est publiée; son fichier se prépare.")
            return redirect(meeting)
    draft = publishing.draft_of(meeting)
    before = meeting.current_version.content if meeting.current_version else None
    context = {
        "meeting": meeting,
        "form": form,
        "refusal": refusal,
        "draft": draft,
        "open": open_objectives(draft),
        "orphans": [rank for rank, point in enumerate(draft["points"], 1) if not point["answers"]],
        "changes": version_changes.between(before, draft) if before else [],
        "people": len(notices.readers_of(meeting)),
        "review": meeting.reviews.open().first(),
    }
    return render(request, "meetings/publish_synthesis.html", context)


def open_objectives(content: dict[str, Any]) -> list[str]:
    """The letters of the objectives that no point answers, and that were not reached in the room."""
    answered = {answer["id"] for point in content["points"] for answer in point["answers"]}
    return [
        letter(index)
        for index, item in enumerate(content["objectives"])
        if item["id"] not in answered and not item["met_in_session"]
    ]


@require_safe
@require(signed_in)
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of a published synthesis, the last one first."""
    found = list(_versions(request, slug))
    if not found:
        raise Http404
    return render(request, "meetings/versions.html", {"versions": found, "meeting": found[0].meeting})


@require_safe
@require(signed_in)
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version as it was published, after what it changed in the one before."""
    found = {row.number: row for row in _versions(request, slug)}
    if number not in found:
        raise Http404
    shown, before = found[number], found.get(number - 1)
    meeting = shown.meeting
    meetings = meeting.cycle.meetings.filter(pk=meeting.pk).with_thread()
    context = placed(meeting.cycle, meetings, slug, shown={meeting.pk: shown.content})
    context |= {
        "version": shown,
        "before": before,
        "latest": max(found),
        "changes": version_changes.between(before.content, shown.content) if before else [],
    }
    return render(request, "meetings/version.html", context)


@require_safe
@require(signed_in)
@limit("files", polled="progress")
def version_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version of a synthesis, as a file."""
    return serve(request, "synthesis", _versions(request, slug).filter(number=number).first())


@require_safe
@require(is_coordinator)
@limit("files", polled="progress")
def synthesis_draft_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft of a synthesis, as it was last saved at its desk, as the file that publishing would make."""
    drafts = may_download_draft(request.user).filter(meeting__slug=slug)
    found = drafts.order_by("-revision").first()
    if found is None and Meeting.objects.visible_to(request.user).filter(slug=slug).exists():
        messages.info(
            request, "Enregistrez d’abord la synthèse\u00a0: son aperçu en PDF montre le dernier brouillon."
        )
        return redirect("synthesis_desk", slug)
    return serve(request, "synthesis_draft", found)


def _versions(request: HttpRequest, slug: str) -> Any:
    found: Any = may_download_synthesis(request.user)
    related = ("meeting__cycle__chantier", "meeting__current_version", "published_by")
    return found.filter(meeting__slug=slug).select_related(*related).order_by("-number")
