"""How long a session lasts: so long without a visit, so long in all."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

BEGAN, SEEN = "began_at", "seen_at"
# A visit is noted when the last note is older: the session is not written at each request.
NOTED_EVERY = 300


def begin(session: SessionBase) -> None:
    """Count from now, for a person who has just signed in."""
    session[BEGAN] = session[SEEN] = int(time.time())


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """End a session after `SESSION_IDLE_SECONDS` without a visit, or `SESSION_COOKIE_AGE` after its start."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # A load balancer is answered without a look at the session, which the database may not give.
        if request.path_info != reverse("health") and SESSION_KEY in request.session:
            _end_or_note(request)
        return get_response(request)

    return middleware


def _end_or_note(request: HttpRequest) -> None:
    session, now = request.session, int(time.time())
    if BEGAN not in session:
        begin(session)
    elif (
        now - session[SEEN] > settings.SESSION_IDLE_SECONDS
        or now - session[BEGAN] > settings.SESSION_COOKIE_AGE
    ):
        logout(request)
    elif now - session[SEEN] > NOTED_EVERY:
        session[SEEN] = now
