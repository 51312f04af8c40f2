"""An organisation tried a solution, and says what came of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_exchange
from meetings.actions import exchanging
from meetings.actions.preparing import Outdated
from meetings.forms.exchanging import TrialForm
from meetings.models import Solution, Trial
from meetings.views.exchanging import SAID


@require_http_methods(["GET", "POST"])
@require(may_exchange)
@limit("posts", when=unsafe)
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """What an organisation noted of a solution that it tried: written, completed, or removed."""
    solution = get_object_or_404(SAID["solutions"](request.user).select_related("obstacle__chantier"), pk=pk)
    kept = _kept(request, solution)
    initial = {"text": kept.note, "organization": kept.organization.slug} if kept else {}
    chantier = solution.obstacle.chantier
    form = TrialForm(request.POST or None, initial=initial, user=request.user, chantier=chantier)
    if "remove" in request.POST:
        return _removed(request, solution, kept)
    context = {"solution": solution, "form": form, "trial": kept, "seen": kept.mark if kept else ""}
    if form.is_valid():
        try:
            exchanging.note_trial(
                solution,
                form.cleaned_data["text"],
                by=request.user,
                organization=form.voice,
                seen=request.POST.get("seen", ""),
            )
        except Outdated:
            there = Trial.objects.get(solution=solution, organization=form.voice)
            context |= {"there": there, "seen": there.mark, "trial": there}
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "C’est noté.")
            return redirect(solution)
    elif form.is_bound:
        context["seen"] = request.POST.get("seen", "")
    status = 409 if "there" in context else 200
    return render(request, "meetings/trial.html", context, status=status)


def _kept(request: HttpRequest, solution: Solution) -> Trial | None:
    """What was noted already: of the person's organisation, or of the one that a coordinator speaks of."""
    asked = request.POST.get("organization") or request.GET.get("organization")
    if not request.user.is_coordinator:
        asked = request.user.organization.slug
    trials = solution.trials.existing().select_related("organization")
    return next((trial for trial in trials if trial.organization.slug == asked), None)


def _removed(request: HttpRequest, solution: Solution, kept: Trial | None) -> HttpResponse:
    try:
        if kept:
            exchanging.remove_trial(kept, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "L’essai n’est plus noté.")
    return redirect(solution)
