"""Convening a meeting: the message is looked at, with whom it goes to, before it leaves."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from ecpar_portal import french
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from ecpar_portal.rich_text import clean
from meetings.actions import convening
from meetings.called import called_to, calls
from meetings.emails import Messages
from meetings.models import Meeting
from meetings.views.preparing import meetings_to_prepare, number

COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def convene(request: HttpRequest, slug: str) -> HttpResponse:
    """Who will receive what; a POST sends it to as many people as the page told."""
    meeting = _meeting(request, slug)
    if meeting.state != Meeting.State.DRAFT:
        messages.error(request, "Cette rencontre n’est plus un brouillon.")
        return redirect(meeting)
    refusal = ""
    if request.method == "POST":
        try:
            convening.convene(meeting, by=request.user, **_told(request))
        except Refusal as reason:
            refusal, meeting = str(reason), _meeting(request, slug)
        else:
            done = "les messages partent" if calls(meeting) else "aucun message ne part"
            messages.success(request, f"La rencontre est convoquée; {done}.")
            return redirect(meeting)
    called, message = called_to(meeting), Messages(meeting).shown()
    context = {
        "meeting": meeting,
        "called": called,
        "refusal": refusal,
        "has_begun": meeting.begins_at <= timezone.now(),
        "warnings": _warnings(meeting, called.people),
        "message": message,
        "html": clean(_as_part(message["html"])),
    }
    return render(request, "meetings/convene.html", context)


def _as_part(html: str) -> str:
    """The body of a message, its title one of those of the page."""
    return html.partition("</head>")[2].replace("<h1", "<h3").replace("</h1>", "</h3>")


@require_safe
@require(is_coordinator)
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """The question before a meeting is cancelled: whom it tells, and that it is for good."""
    meeting = _meeting(request, slug)
    if meeting.state != Meeting.State.CONVENED:
        messages.error(request, "Seule une rencontre convoquée s’annule.")
        return redirect(meeting)
    is_over = meeting.over_at <= timezone.now()
    people = 0 if is_over else meeting.convocations.standing().count()
    return render(request, "meetings/cancel.html", {"meeting": meeting, "people": people})


def _meeting(request: HttpRequest, slug: str) -> Meeting:
    """The meeting that the page spoke of: the address of a draft follows its day, which may have changed."""
    meetings, asked = meetings_to_prepare(request), number(request.POST.get("meeting"))
    return get_object_or_404(meetings, **({"pk": asked} if asked > 0 else {"slug": slug}))


def _told(request: HttpRequest) -> dict[str, int]:
    """What the page told: how many people, as many as nobody where it says no number; and its revision."""
    sent = {name: request.POST.get(name, "") for name in ("people", "revision")}
    told = {name: int(value) for name, value in sent.items() if COUNT.fullmatch(value)}
    return {"people": -1} | told


def _begun(meeting: Meeting) -> str:
    if meeting.starts_at:
        return f"La rencontre a déjà commencé{french.NBSP}: aucun message ne partira."
    return (
        f"La rencontre est aujourd’hui et n’a pas d’heure de début{french.NBSP}: aucun message ne partira. "
        "Donnez-lui d’abord son heure."
    )


def _warnings(meeting: Meeting, people: int) -> list[str]:
    """What the coordinator may have forgotten; nothing of it stops them."""
    told = []
    if meeting.is_past:
        told.append(f"La date est passée{french.NBSP}: aucun message ne partira.")
    elif meeting.begins_at <= timezone.now():
        told.append(_begun(meeting))
    if not people:
        told.append("Personne n’est convoqué pour l’instant.")
    if meeting.starts_at is None:
        told.append("Les heures ne sont pas données.")
    if not meeting.place and not meeting.video_link:
        told.append("Ni lieu ni lien de visioconférence.")
    if meeting.answer_by and meeting.answer_by > meeting.date:
        told.append("On attend les réponses jusqu’après la rencontre.")
    return told
