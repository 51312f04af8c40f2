"""Meetings in one's own calendar: one of them as a file, all of them at a secret address."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from ecpar_portal.access import public, require, signed_in
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings import feed as feeds
from meetings.access import may_have_feed
from meetings.actions import feeds as actions
from meetings.models import CalendarFeed, Meeting

CALENDAR = "text/calendar; charset=utf-8"


@require_safe
@require(signed_in)
@limit("files")
def meeting_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """One meeting, to be kept in a calendar; a draft is nobody's yet."""
    announced = Meeting.objects.visible_to(request.user).exclude(state=Meeting.State.DRAFT)
    found = get_object_or_404(announced.select_related("cycle__chantier"), slug=slug)
    body = feeds.calendar([found], stamp=timezone.now())
    named = {"Content-Disposition": f'attachment; filename="rencontre-{found.slug}.ics"'}
    return HttpResponse(body, content_type=CALENDAR, headers=named)


@require_safe
@public
@limit("links", by_address=True)
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever made this address, for their calendar program; nobody signs in here."""
    found = feeds.feed_of(token)
    if found is None:
        raise Http404
    user, named = found.user, {"stamp": found.created_at, "name": feeds.NAME}
    body = feeds.calendar(feeds.meetings_of(user), feeds.activities_of(user), **named)
    etag = quote_etag(feeds.digest_of(body)[:32])
    # Asked of whoever holds a copy, each time: an address that was replaced gives nothing more.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    response = HttpResponse(body, content_type=CALENDAR, headers=headers)
    return get_conditional_response(request, etag=etag, response=response)


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("events", when=unsafe)
def personal_calendar(request: HttpRequest) -> HttpResponse:
    """The secret address of one's calendar: made, replaced, stopped; shown by the answer that makes it."""
    context = {}
    if request.method == "POST":
        mark = request.POST.get("mark", "")
        try:
            if "stop" in request.POST:
                actions.stop(request.user, mark=mark)
                messages.success(request, "C’est arrêté\u00a0: cette adresse ne montre plus rien.")
                return redirect("personal_calendar")
            if "make" in request.POST:
                token = actions.make(request.user, instead_of=mark)
                context["address"] = settings.PORTAL_URL + reverse("feed", args=[token])
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("personal_calendar")
    found = CalendarFeed.objects.filter(user=request.user).first()
    context |= {"feed": found, "mark": actions.mark_of(found), "may_have_feed": may_have_feed(request.user)}
    return render(request, "meetings/personal_calendar.html", context)
