"""A new cycle, a new chantier."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from chantier.actions import opening
from chantier.forms.opening import NewChantierForm, NewCycleForm
from chantier.models import Chantier, Participation
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def new_cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """The next year of a chantier, with what is chosen of the last one."""
    chantier = get_object_or_404(Chantier.objects.visible_to(request.user), slug=slug)
    people = Participation.objects.visible_to(request.user).select_related("organization")
    cycles = chantier.cycles.existing().latest_first()
    last = cycles.prefetch_related("objectives", Prefetch("participations", people)).first()
    form = NewCycleForm(request.POST or None, last=last)
    if form.is_valid():
        try:
            cycle = opening.open_cycle(chantier, **form.opening(), by=request.user)
        except Refusal as refusal:
            form.add_error("starting_year", str(refusal))
        else:
            messages.success(request, f"Le cycle {cycle.name} est ouvert.")
            return redirect(cycle)
    return render(request, "chantier/new_cycle.html", {"form": form, "chantier": chantier, "last": last})


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def new_chantier(request: HttpRequest) -> HttpResponse:
    """A chantier, its first cycle and who takes part; the network's rule is said, and forces nothing."""
    form = NewChantierForm(request.POST or None)
    if form.is_valid():
        try:
            cycle = opening.open_chantier(form.instance, **form.opening(), by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Le chantier « {cycle.chantier} » est ouvert.")
            if form.remark:
                messages.warning(request, form.remark)
            return redirect(cycle)
    return render(request, "chantier/new_chantier.html", {"form": form})
