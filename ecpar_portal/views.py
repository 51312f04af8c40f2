"""Pages that compose what the apps offer."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chantier.access import is_coordinator
from chantier.context import header_of
from chantier.models import Chantier, Cycle
from ecpar_portal import health
from ecpar_portal import privacy as personal_data
from ecpar_portal.access import public, require, signed_in
from ecpar_portal.limits import limit, narrowed
from ecpar_portal.samples import samples
from ecpar_portal.search_form import SearchForm
from meetings import path
from meetings.models import Commitment, Meeting
from meetings.views.answering import shown_to

LATEST_SYNTHESES = 3
EXPECTED_SHOWN = 8
RESULTS_PER_PAGE = 20
OPEN_PAGES = ("home", "privacy_policy", "accessibility")


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """The home of a signed-in person; a short presentation for anybody else."""
    if not request.user.is_authenticated:
        return presentation(request)
    meetings = Meeting.objects.visible_to(request.user)
    cycle = (
        Cycle.objects.filter(chantier=header_of(request).current)
        .visible_to(request.user)
        .select_related("chantier")
        .latest_first()
        .first()
    )
    thread = cycle.meetings.thread_for(request.user) if cycle else []
    upcoming = meetings.upcoming().select_related("cycle__chantier").with_thread().first()
    context = {
        "cycle": cycle,
        "path": path.build(cycle, thread, unpublished=is_coordinator(request.user)) if cycle else None,
        "next_step": path.build(upcoming.cycle, [upcoming]).steps[0] if upcoming else None,
        "syntheses": meetings.filter(state=Meeting.State.PUBLISHED).latest_first()[:LATEST_SYNTHESES],
        "expected": expected_of(request.user),
        **(shown_to(request.user, upcoming) if upcoming else {}),
    }
    return render(request, "portal/home.html", context)


def expected_of(user: Any) -> list[Commitment]:
    """What the person's organisation said it would do and has not done, what is late first."""
    if not user.organization:
        return []
    theirs = Commitment.objects.visible_to(user).filter(organization=user.organization)
    return list(theirs.open().told()[:EXPECTED_SHOWN])


def presentation(request: HttpRequest) -> HttpResponse:
    """What the network is, in its own words, for somebody without an account."""
    cycle = Cycle.objects.existing().exclude(network_presentation="").latest_first().first()
    chantiers = Chantier.objects.filter(is_demonstration=False)
    return render(request, "portal/presentation.html", {"cycle": cycle, "chantiers": chantiers})


@require_safe
@never_cache
@public
@limit("health", by_address=True)
def health_check(request: HttpRequest) -> JsonResponse:
    """Whether each part answers: 200 when all do, 503 else; why is for the logs and the admin."""
    parts = {name: "ok" if not problem else "ko" for name, problem in health.problems().items()}
    well = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if well else "ko", **parts}, status=200 if well else 503)


@require_safe
@public
def privacy_policy(request: HttpRequest) -> HttpResponse:
    """What the portal keeps of people, as each app declares it; their rights, and whom to write to."""
    context = {
        "tables": personal_data.registry.personal(),
        "officer": {
            "name": settings.PRIVACY_OFFICER_NAME,
            "title": settings.PRIVACY_OFFICER_TITLE,
            "email": settings.PRIVACY_OFFICER_EMAIL,
        },
    }
    return render(request, "portal/privacy_policy.html", context)


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the portal aims at so that everybody reads it, and how to report an obstacle."""
    return render(request, "portal/accessibility.html", {"email": settings.PRIVACY_OFFICER_EMAIL})


@require_safe
@public
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the open pages."""
    context = {"pages": map(reverse, OPEN_PAGES), "portal_url": settings.PORTAL_URL}
    return render(request, "portal/robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """The open pages, for search engines."""
    context = {"pages": map(reverse, OPEN_PAGES), "portal_url": settings.PORTAL_URL}
    return render(request, "portal/sitemap.xml", context, content_type="application/xml")


@require_safe
@require(is_coordinator)
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "portal/components.html", samples())


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def search(request: HttpRequest) -> HttpResponse:
    """What a person may see of all that is kept, by its words."""
    form = SearchForm(request.GET if "q" in request.GET else None, user=request.user)
    found = form.found_by(request.user) if form.is_valid() else []
    page = Paginator(found, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/search.html", {"form": form, "page": page})
