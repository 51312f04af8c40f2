"""The chantiers, and the one in which a person is."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.context import SESSION_KEY, header_of
from chantier.models import Chantier, Cycle
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe


@require_safe
@require(signed_in)
def current_cycle(request: HttpRequest) -> HttpResponse:
    """Lead to the latest real cycle of the current chantier."""
    cycles = Cycle.objects.filter(chantier=header_of(request).current)
    cycle = cycles.visible_to(request.user).latest_first().first()
    if cycle is None:
        raise Http404
    return redirect(cycle)


@require_safe
@require(signed_in)
def chantier_list(request: HttpRequest) -> HttpResponse:
    """The chantiers that the person may see: their cycles, what each aims at, who takes part."""
    cycles = Cycle.objects.visible_to(request.user).latest_first().with_participants(request.user)
    chantiers = Chantier.objects.visible_to(request.user).prefetch_related(Prefetch("cycles", cycles))
    return render(request, "chantier/chantier_list.html", {"chantiers": chantiers})


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("events", when=unsafe)
def choose_chantier(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a chantier the current one; a GET, as after a session that ended, changes nothing."""
    if request.method == "GET":
        return redirect("current_cycle")
    chantier = get_object_or_404(Chantier.objects.visible_to(request.user), slug=slug)
    request.session[SESSION_KEY] = chantier.pk
    return redirect("current_cycle")
