"""Who takes part: the organisations, and one of them."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chantier.filters import OrganizationFilter
from chantier.models import Organization, Participation
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed

ORGANIZATIONS_PER_PAGE = 30


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
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
