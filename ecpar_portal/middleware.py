"""What every answer carries besides the Content-Security-Policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def response_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the permissions policy, and forbid shared caches to keep what a signed-in person reads."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "user", None)  # absent when an earlier middleware answered
        if user is not None and user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware
