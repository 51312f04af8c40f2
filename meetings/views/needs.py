"""The tour de table: who takes part writes needs, takes them back, supports those of others."""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings.access import may_read_needs, organizations_writing
from meetings.actions import needs as actions
from meetings.forms.room import GatherForm, NeedForm
from meetings.models import Meeting, Need
from meetings.round_table import one_told, ranks_of, round_table_of

PLAIN = "text/plain; charset=utf-8"


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("needs", when=unsafe)
def round_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The needs of a meeting; a POST writes one. A page that asks for what is new gets the list alone."""
    meeting = get_object_or_404(may_read_needs(request.user), slug=slug)
    writing = organizations_writing(request.user, meeting)
    if request.method == "POST":
        return _write(request, meeting, writing)
    if request.htmx:
        context = list_context(request, meeting)
        if context["table"].revision == request.GET.get("r"):
            return HttpResponse(status=204)
        return render(request, "meetings/_needs.html", context)
    return page(request, meeting, NeedForm(user=request.user, organizations=writing))


def _write(request: HttpRequest, meeting: Meeting, writing: QuerySet) -> HttpResponse:
    """Write a need. The script that keeps what is typed is answered in a few words, others with a page."""
    if not writing.exists():
        raise PermissionDenied
    form = NeedForm(request.POST, user=request.user, organizations=writing)
    if not form.is_valid():
        if request.htmx:
            return _words(next(iter(form.errors.values()))[0], 422)
        return page(request, meeting, form)
    if form.is_of_another:
        raise PermissionDenied
    try:
        actions.write(
            meeting,
            form.cleaned_data["text"],
            organization=form.speaker,
            sent_as=form.key,
            by=request.user,
        )
    except Refusal as refusal:
        if request.htmx:
            return _words(str(refusal), 410)
        messages.error(request, str(refusal))
        return page(request, meeting, form)
    if request.htmx:
        return HttpResponse(status=204)
    messages.success(request, "Votre besoin est inscrit.")
    return redirect("round_table", meeting.slug)


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("needs", when=unsafe)
def support_need(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The reader's organisation has the same need (`on=1`), or supports it no more; a GET changes nothing."""
    need = _need(request, slug, pk)
    own = request.user.organization
    if request.method == "GET":
        return _back_to(need)
    if own is None or not organizations_writing(request.user, need.meeting).filter(pk=own.pk).exists():
        raise PermissionDenied
    change = actions.support if request.POST.get("on") == "1" else actions.end_support
    return _changed(request, need, lambda: change(need, organization=own, by=request.user))


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("needs", when=unsafe)
def take_back_need(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A need is taken back by its organisation or the coordinator, or put back (`back=1`)."""
    need = _need(request, slug, pk)
    if request.method == "GET":
        return _back_to(need)
    if not organizations_writing(request.user, need.meeting).filter(pk=need.organization_id).exists():
        raise PermissionDenied
    change = actions.put_back if request.POST.get("back") == "1" else actions.take_back
    return _changed(request, need, lambda: change(need, by=request.user))


def _need(request: HttpRequest, slug: str, pk: int) -> Need:
    """A need of a meeting whose tour de table the person reads."""
    needs = Need.objects.filter(meeting__in=may_read_needs(request.user), meeting__slug=slug)
    return get_object_or_404(needs.select_related("meeting__cycle", "organization"), pk=pk)


def _changed(request: HttpRequest, need: Need, change: Callable[[], Need]) -> HttpResponse:
    """Change a need; answer with it alone where the page swaps it."""
    refusal = ""
    try:
        change()
    except Refusal as reason:
        refusal = str(reason)
    if not request.htmx:
        if refusal:
            messages.error(request, refusal)
        return _back_to(need)
    reader = _reader(request, need.meeting)
    told = one_told(need, request.user.organization, reader["writing"], ranks_of(reader["objectives"]))
    return render(request, "meetings/_need.html", reader | {"told": told, "refusal": refusal})


def _back_to(need: Need) -> HttpResponse:
    return redirect(f"{reverse('round_table', args=[need.meeting.slug])}#besoin-{need.pk}")


def _words(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type=PLAIN)


def _reader(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    """What a need shows besides itself: whether anything changes still, and for whom the reader writes."""
    return {
        "meeting": meeting,
        "closed": actions.why_closed(meeting),
        "coordinates": is_coordinator(request.user),
        "writing": set(organizations_writing(request.user, meeting).values_list("pk", flat=True)),
        "objectives": list(meeting.cycle.objectives.all()),
    }


def list_context(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    """The list of needs, in a number of queries that does not grow with them."""
    reader = _reader(request, meeting)
    ranks = ranks_of(reader["objectives"])
    table = round_table_of(meeting, request.user.organization, reader["writing"], ranks)
    return reader | {"table": table}


def page(
    request: HttpRequest,
    meeting: Meeting,
    form: NeedForm,
    *,
    gathering: GatherForm | None = None,
    chosen: Collection[int] = (),
) -> HttpResponse:
    """The whole page, with its forms as they stand; `chosen` needs stay so."""
    context = list_context(request, meeting) | {"form": form, "chosen": chosen}
    if context["coordinates"]:
        context["gathering"] = gathering or GatherForm(objectives=meeting.cycle.objectives.all())
    return render(request, "meetings/round_table.html", context)
