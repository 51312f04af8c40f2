"""Answering a convocation: with the link of the message, or in the portal.

As for an invitation, the link puts its convocation in the session and leads to a page without the token. A
visit answers nothing, so that a mail scanner that follows links does not either.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chantier.models import User
from ecpar_portal.access import public, require, signed_in
from ecpar_portal.limits import limit, spend, too_many, unsafe
from ecpar_portal.refusal import Refusal
from meetings import answer_link
from meetings.access import convocations_shown_to
from meetings.actions import answering
from meetings.forms.answering import AnswerForm
from meetings.models import Convocation, Meeting

Answer = Convocation.Answer
# Holds numbers and nonces, never a token; a person who opens many links keeps the last ones.
SESSION_KEY = "convocations"
MOST_KEPT = 20
THANKS = {
    Answer.YES: "C’est noté\u00a0: vous serez là.",
    Answer.NO: "C’est noté\u00a0: vous ne pouvez pas venir.",
    Answer.REPLACED: "C’est noté\u00a0: une convocation part à la personne qui vient à votre place.",
}


@require_safe
@never_cache
@public
@limit("answers")
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a convocation: leads to its page, which tells whether it is still of use.

    An error here would write the token in the log.
    """
    pk, nonce = answer_link.read(token) or (0, "")
    if answer_link.convocation_of(pk, nonce):
        kept = [item for item in request.session.get(SESSION_KEY, []) if item[0] != pk]
        request.session[SESSION_KEY] = [*kept, [pk, nonce]][-MOST_KEPT:]
    else:
        pk = 0
    response = redirect("convocation", pk)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@public
@limit("answers", when=unsafe)
def convocation(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting and the answer of who was called to it, for whoever opened the link in this session."""
    row = _opened(request, pk)
    if row is None:
        return render(request, "meetings/convocation_closed.html", status=410)
    if _is_of_another_account(row, request.user):
        own = convocations_shown_to(request.user).filter(meeting=row.meeting_id).first()
        return render(request, "meetings/convocation_of_another.html", {"own": own}, status=403)
    address = reverse("convocation", args=[row.pk])
    return _answer(request, row, address=address, then=address, page="meetings/convocation.html")


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("answers", when=unsafe)
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer of somebody who is signed in, from the meeting's page or from home."""
    row = get_object_or_404(convocations_shown_to(request.user), meeting__slug=slug)
    address, then = reverse("answer", args=[slug]), row.meeting.get_absolute_url()
    return _answer(request, row, address=address, then=then, page="meetings/answer.html")


def _opened(request: HttpRequest, pk: int) -> Convocation | None:
    """The convocation whose link was opened in this session."""
    nonces = dict(request.session.get(SESSION_KEY, []))
    return answer_link.convocation_of(pk, nonces[pk]) if pk in nonces else None


def _is_of_another_account(row: Convocation, user: Any) -> bool:
    """Whether somebody who is signed in opened the link of a member who is not they."""
    return bool(row.user_id) and user.is_authenticated and row.user_id != user.pk


def _answer(request: HttpRequest, row: Convocation, *, address: str, then: str, page: str) -> HttpResponse:
    """Show the form, or note what it says; a page that swaps its answer receives the answer alone."""
    sent = request.method == "POST"
    form = AnswerForm(request.POST if sent else None, convocation=row)
    refusal = answering.why_closed(row)
    if sent and not refusal and form.is_valid():
        stand_in = form.stand_in()
        wait = spend(request, "stand_ins") if stand_in else 0
        if wait:
            return too_many(request, wait)
        try:
            choice = form.cleaned_data["answer"]
            row = answering.answer(
                row, choice, by=_actor(request, row), stand_in=stand_in, day=form.cleaned_data["day"]
            )
        except Refusal as reason:
            refusal = str(reason)
        else:
            if not request.htmx:
                messages.success(request, THANKS[choice])
                return redirect(then)
    if "answer" in form.errors:
        refusal = refusal or "Choisissez une réponse."
    context = shown(row, address) | {"refusal": refusal, "meeting": row.meeting}
    # After a yes or a no, the form of who comes instead is empty again.
    context["form"] = form if "email" in form.fields else AnswerForm(convocation=row)
    return render(request, "meetings/_answer.html" if request.htmx else page, context)


def shown(row: Convocation, address: str) -> dict[str, Any]:
    """What a page needs to show an answer and its buttons."""
    return {"convocation": row, "answer_url": address, "closed": answering.why_closed(row)}


def shown_to(user: User, meeting: Meeting) -> dict[str, Any]:
    """The same for a person who is signed in; empty where they are not called to the meeting."""
    if meeting.state != Meeting.State.CONVENED:
        return {}
    rows = Convocation.objects.of(user).filter(meeting=meeting).order_by("pk")  # one at most
    row = rows.select_related("replaced_by__user").first()
    if row is None:
        return {}
    row.meeting = meeting
    return shown(row, reverse("answer", args=[meeting.slug]))


def _actor(request: HttpRequest, row: Convocation) -> object:
    """Who answers: the person signed in, or the member whose link it is; nobody's account for a guest."""
    return request.user if request.user.is_authenticated else row.user
