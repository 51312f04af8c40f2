"""What people tell each other between meetings: obstacles and solutions, questions and replies."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import is_coordinator
from chantier.context import header_of
from chantier.filters import ListFilter
from chantier.models import Chantier
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_exchange, may_take_back
from meetings.actions import exchanging
from meetings.filters import ObstacleFilter, QuestionFilter
from meetings.forms.exchanging import ObstacleForm, QuestionForm, ReplyForm, SayingForm, SolutionForm
from meetings.models import Obstacle, Question, Reply, Solution
from meetings.models.exchange import PlacedQuerySet, Said

PER_PAGE = 30


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def exchange(request: HttpRequest) -> HttpResponse:
    """The obstacles of the current chantier, with how many solutions each has."""
    here = Obstacle.objects.visible_to(request.user).filter(chantier=header_of(request).current)
    context = _listed(request, ObstacleFilter, here.with_counts())
    context |= {"by_stage": here.by_stage(), "has_examples": any(row.is_example for row in context["page"])}
    return render(request, "meetings/exchange.html", context)


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def question_list(request: HttpRequest) -> HttpResponse:
    """The questions of the current chantier, with how many replies each has."""
    here = Question.objects.visible_to(request.user).filter(chantier=header_of(request).current)
    context = _listed(request, QuestionFilter, here.with_counts())
    return render(request, "meetings/question_list.html", context)


def _listed(request: HttpRequest, narrowing: type[ListFilter], said: PlacedQuerySet) -> dict[str, Any]:
    """What a list of the current chantier shows."""
    found = narrowing(request.GET, said.latest_first(), request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "chantier": header_of(request).current,
        "filter": found,
        "page": page,
        "writes": may_exchange(request.user),
    }


@require_http_methods(["GET", "POST"])
@require(may_exchange)
@limit("posts", when=unsafe)
def new_obstacle(request: HttpRequest) -> HttpResponse:
    """An obstacle that somebody met, told to the chantier."""
    chantier = chantier_of(request)
    form = ObstacleForm(request.POST or None, user=request.user, chantier=chantier)
    if form.is_valid():
        place = {"theme": form.cleaned_data["theme"], "stage": form.cleaned_data["stage"]}
        said = _said(form, exchanging.tell_obstacle, chantier, **place)
        if said:
            messages.success(request, "Votre obstacle est publié aux membres du chantier.")
            return redirect(said)
    return render(request, "meetings/new_obstacle.html", {"form": form, "chantier": chantier})


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("posts", when=unsafe)
def obstacle(request: HttpRequest, pk: int) -> HttpResponse:
    """An obstacle, what is proposed and was tried against it, and the questions about it."""
    found = get_object_or_404(Obstacle.objects.visible_to(request.user), pk=pk)
    form = SolutionForm(request.POST or None, user=request.user, chantier=found.chantier)
    if form.is_valid() and (said := _said(form, exchanging.propose_solution, found)):
        messages.success(request, "Votre solution est publiée.")
        return redirect(said)
    (found,) = Obstacle.objects.visible_to(request.user).with_answers().filter(pk=pk)
    solutions = list(found.solutions.all())
    _own(request, [found, *solutions])
    for solution in solutions:
        theirs = (trial for trial in solution.trials.all() if trial.organization == request.user.organization)
        solution.own_trial = next(theirs, None)
    context = {"obstacle": found, "solutions": solutions, "questions": found.questions.all(), "form": form}
    return render(request, "meetings/obstacle.html", context)


@require_http_methods(["GET", "POST"])
@require(may_exchange)
@limit("posts", when=unsafe)
def new_question(request: HttpRequest) -> HttpResponse:
    """A question to the others, about an obstacle or on its own."""
    about = _asked_about(request)
    chantier = about.chantier if about else chantier_of(request)
    form = QuestionForm(request.POST or None, user=request.user, chantier=chantier)
    if about:
        del form.fields["theme"], form.fields["stage"]
    if form.is_valid():
        place = {"theme": form.cleaned_data.get("theme"), "stage": form.cleaned_data.get("stage")}
        said = _said(form, exchanging.ask, chantier, obstacle=about, **place)
        if said:
            messages.success(request, "Votre question est posée.")
            return redirect(said)
    return render(request, "meetings/new_question.html", {"form": form, "chantier": chantier, "about": about})


def _asked_about(request: HttpRequest) -> Obstacle | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("obstacle", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        raise Http404
    return get_object_or_404(Obstacle.objects.visible_to(request.user).select_related("chantier"), pk=asked)


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("posts", when=unsafe)
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """A question and its replies."""
    found = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    form = ReplyForm(request.POST or None, user=request.user, chantier=found.chantier)
    if form.is_valid() and (said := _said(form, exchanging.reply, found)):
        messages.success(request, "Votre réponse est publiée.")
        return redirect(said)
    replies = list(Reply.objects.shown().filter(question=found))
    _own(request, [found, *replies])
    context = {"question": found, "replies": replies, "form": form}
    return render(request, "meetings/question.html", context)


# By the word of their address: what people say, as a person may find it.
SAID = {
    "obstacles": Obstacle.objects.visible_to,
    "questions": Question.objects.visible_to,
    "solutions": lambda user: Solution.objects.shown().filter(obstacle__in=Obstacle.objects.visible_to(user)),
    "reponses": lambda user: Reply.objects.shown().filter(question__in=Question.objects.visible_to(user)),
}


@require_http_methods(["GET", "POST"])
@require(may_exchange)
@limit("posts", when=unsafe)
def take_back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The question before a text is taken back, then its end; only whose text it is."""
    said = _found(request, kind, pk)
    if not may_take_back(request.user, said):
        raise PermissionDenied
    if request.method == "POST":
        try:
            exchanging.take_back(said, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "C’est retiré\u00a0: personne ne le lit plus.")
        return redirect(_page_above(said))
    return render(request, "meetings/take_back.html", {"said": said, "kind": kind})


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("posts", when=unsafe)
def adopt(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """An example becomes the network's own; a GET, as after a session that ended, changes nothing."""
    said = _found(request, kind, pk)
    if request.method == "POST":
        try:
            exchanging.adopt(said, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "L’exemple est adopté\u00a0: il n’est plus à relire.")
    return redirect(said)


def _found(request: HttpRequest, kind: str, pk: int) -> Said:
    if kind not in SAID:
        raise Http404
    return get_object_or_404(SAID[kind](request.user), pk=pk)


def _page_above(said: Said) -> Any:
    """Where a person goes once a text is no more."""
    above = {Obstacle: "exchange", Question: "question_list"}
    return reverse(above[type(said)]) if type(said) in above else said.get_absolute_url().partition("#")[0]


def chantier_of(request: HttpRequest) -> Chantier:
    """The chantier that the page spoke of when it was opened, or the current one; raises Http404."""
    header, asked = header_of(request), request.POST.get("chantier")
    theirs = (
        [chantier for chantier in header.chantiers if chantier.slug == asked] if asked else [header.current]
    )
    if not any(theirs):
        raise Http404
    return theirs[0]


def _said(form: SayingForm, action: Any, to: Any, **place: Any) -> Said | None:
    """Say the text of a valid form; None, with a word on the form, where it cannot be."""
    try:
        return action(to, form.cleaned_data["text"], by=form.user, organization=form.voice, **place)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None


def _own(request: HttpRequest, said: Iterable[Said]) -> None:
    """Mark what the person may take back."""
    for each in said:
        each.is_own = may_take_back(request.user, each)
