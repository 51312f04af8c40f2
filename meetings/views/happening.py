"""What happens to a meeting, started from its page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator
from ecpar_portal.access import require
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal
from meetings import events
from meetings.models import Meeting


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("events", when=unsafe)
def meeting_event(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Something happens to a meeting; a GET, as after a session that ended, changes nothing."""
    found = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    if request.method == "POST":
        try:
            messages.success(request, events.run(name, found, by=request.user))
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect(found)
