"""Who runs the chantiers does so with more than a password."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# Where one sets a second factor up, or signs out; and what a load balancer asks.
LEFT_OPEN = ("health",)


class SecondFactorMiddleware:
    """Lead a coordinator without a second factor to set one up, from whichever page they ask for.

    The rule is that of the person (`lacks_second_factor`); allauth's own pages stay open to them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let everything pass: what is refused is the view, once it is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer instead of the view where a second factor is missing."""
        if view.__module__.startswith("allauth.") or request.resolver_match.url_name in LEFT_OPEN:
            return None
        if not request.user.is_authenticated or not request.user.lacks_second_factor:
            return None
        messages.info(
            request, "La coordination demande une double authentification\u00a0: ajoutez-la pour continuer."
        )
        return redirect("mfa_index")
