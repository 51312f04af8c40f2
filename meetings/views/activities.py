"""The activities of the partner networks: listed, month by month, announced, changed, called off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chantier.context import header_of
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, narrowed, unsafe
from ecpar_portal.refusal import Refusal
from meetings import feed, months
from meetings.access import may_announce, may_change
from meetings.actions import activities as actions
from meetings.actions.preparing import Outdated
from meetings.filters import ActivityFilter
from meetings.forms.activities import ActivityForm, differences
from meetings.models import Activity
from meetings.views.calendars import CALENDAR
from meetings.views.exchanging import chantier_of
from meetings.views.preparing import number

PER_PAGE = 30


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def activity_list(request: HttpRequest) -> HttpResponse:
    """What the partner networks of the current chantier organise, what comes next first."""
    chantier = header_of(request).current
    activities = Activity.objects.visible_to(request.user).filter(chantier=chantier)
    found = ActivityFilter(request.GET, activities, request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {"chantier": chantier, "filter": found, "page": page, "announces": may_announce(request.user)}
    return render(request, "meetings/activity_list.html", context)


@require_safe
@require(signed_in)
@limit("search", when=narrowed)
def activity_month(request: HttpRequest) -> HttpResponse:
    """The same, day by day over a month."""
    chantier = header_of(request).current
    month = months.read(request.GET.get("mois"))
    activities = Activity.objects.visible_to(request.user).filter(chantier=chantier)
    built = months.build(month, activities.on_days(*months.shown(month)))
    context = {"chantier": chantier, "month": built, "announces": may_announce(request.user)}
    return render(request, "meetings/activity_month.html", context)


@require_safe
@require(signed_in)
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity."""
    found = get_object_or_404(Activity.objects.visible_to(request.user), pk=pk)
    context = {"activity": found, "may_change": may_change(request.user, found)}
    return render(request, "meetings/activity.html", context)


@require_safe
@require(signed_in)
@limit("files")
def activity_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity, to be kept in a calendar."""
    found = get_object_or_404(Activity.objects.visible_to(request.user).select_related("chantier"), pk=pk)
    body = feed.calendar([], [found], stamp=timezone.now())
    named = {"Content-Disposition": f'attachment; filename="activite-{found.date}.ics"'}
    return HttpResponse(body, content_type=CALENDAR, headers=named)


@require_http_methods(["GET", "POST"])
@require(may_announce)
@limit("posts", when=unsafe)
def new_activity(request: HttpRequest) -> HttpResponse:
    """An activity that a network announces."""
    chantier = chantier_of(request)
    form = ActivityForm(request.POST or None, instance=Activity(chantier=chantier), user=request.user)
    if form.is_valid():
        try:
            kept = actions.announce(form.instance, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L’activité est annoncée aux membres du chantier.")
            return redirect(kept)
    return render(request, "meetings/activity_form.html", {"form": form, "chantier": chantier})


@require_http_methods(["GET", "POST"])
@require(may_announce)
@limit("posts", when=unsafe)
def edit_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """An activity is changed; where two people wrote, both texts are shown and nothing is kept yet."""
    found = _to_change(request, pk)
    if found.is_cancelled:
        messages.error(request, "Cette activité est annulée\u00a0: elle ne change plus.")
        return redirect(found)
    form = ActivityForm(request.POST or None, instance=found, user=request.user)
    context: dict[str, Any] = {"form": form, "chantier": found.chantier, "activity": _to_change(request, pk)}
    seen = number(request.POST.get("sequence")) if request.method == "POST" else found.sequence
    if form.is_valid():
        now = context["activity"]
        different = list(differences(now, form.instance))
        if not different:
            messages.info(request, "Rien n’a changé.")
            return redirect(now)
        try:
            actions.change(form.instance, seen=seen, by=request.user)
        except Outdated:
            context |= {"differences": different}
            seen = now.sequence
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "L’activité est enregistrée.")
            return redirect(now)
    context |= {"seen": seen}
    return render(
        request, "meetings/activity_form.html", context, status=409 if "differences" in context else 200
    )


@require_http_methods(["GET", "POST"])
@require(may_announce)
@limit("posts", when=unsafe)
def cancel_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """The question before an activity is called off, then its end."""
    found = _to_change(request, pk)
    if request.method == "POST":
        try:
            actions.call_off(found, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "L’activité est annulée; les agendas la retirent.")
        return redirect(found)
    if found.is_cancelled:
        return redirect(found)
    return render(request, "meetings/cancel_activity.html", {"activity": found})


def _to_change(request: HttpRequest, pk: int) -> Activity:
    """An activity that the person sees, and may change."""
    seen = Activity.objects.visible_to(request.user).select_related("chantier")
    found = get_object_or_404(seen, pk=pk)
    if not may_change(request.user, found):
        raise PermissionDenied
    return found
