"""Pages about who takes part, and in which chantier."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier import actions
from chantier.context import SESSION_KEY, header_of
from chantier.filters import OrganizationFilter
from chantier.models import Chantier, Consent, Cycle, Organization, Participation
from ecpar_portal.access import require, signed_in
from ecpar_portal.refusal import Refusal

ORGANIZATIONS_PER_PAGE = 30


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


@require_safe
@require(signed_in)
def organization_list(request: HttpRequest) -> HttpResponse:
    """The organisations that the person may see, with where each takes part."""
    participations = Participation.objects.visible_to(request.user).by_chantier()
    organizations = Organization.objects.visible_to(request.user).select_related("region")
    shown = organizations.prefetch_related(Prefetch("participations", participations))
    found = OrganizationFilter(request.GET, shown, request=request)
    page = Paginator(found.qs, ORGANIZATIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "chantier/organization_list.html", {"filter": found, "page": page})


@require_safe
@require(signed_in)
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: what it is, where it takes part, and its people whom the person reads of."""
    organizations = Organization.objects.visible_to(request.user).select_related("region")
    found = get_object_or_404(organizations, slug=slug)
    context = {
        "organization": found,
        "participations": found.participations.visible_to(request.user).by_chantier(),
        "people": found.memberships.shown_to(request.user),
        "is_own": request.user.organization == found,
    }
    return render(request, "chantier/organization.html", context)


@require_http_methods(["GET", "POST"])
@require(signed_in)
def showing(request: HttpRequest) -> HttpResponse:
    """Whether the person agrees to be shown to the other members of their chantiers."""
    purpose = Consent.Purpose.SHOWN_TO_CHANTIER
    if request.method == "POST":
        if "withdraw" in request.POST:
            actions.withdraw_consent(request.user, purpose)
            messages.success(
                request, "C’est retiré : seules les personnes de votre organisation vous voient."
            )
        elif "agree" in request.POST:
            try:
                actions.give_consent(request.user, purpose)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, "C’est noté : vous paraissez sur la page de votre organisation.")
        return redirect("showing")
    consent = request.user.consents.filter(purpose=purpose).latest_first().first()
    membership = request.user.membership
    holds = bool(consent and membership and consent.holds_since(membership.since))
    return render(request, "chantier/showing.html", {"consent": consent, "holds": holds})


@require_http_methods(["GET", "POST"])
@require(signed_in)
def choose_chantier(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a chantier the current one; a GET, as after a session that ended, changes nothing."""
    if request.method == "GET":
        return redirect("current_cycle")
    chantier = get_object_or_404(Chantier.objects.visible_to(request.user), slug=slug)
    request.session[SESSION_KEY] = chantier.pk
    return redirect("current_cycle")
