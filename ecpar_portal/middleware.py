"""Who comes in, and what every answer carries besides the Content-Security-Policy."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def response_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the permissions policy, and forbid shared caches to keep what a signed-in person reads."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "user", None)  # absent when an earlier middleware answered
        # Who it is costs a query: not asked for an answer that has said already how it is kept.
        if user is not None and "Cache-Control" not in response and user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


class PageCompression(GZipMiddleware):
    """Compress pages, not files: they are compressed already, and keep their length and strong `ETag`."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave what is streamed as it is."""
        return response if response.streaming else super().process_response(request, response)


class LoginMiddleware(LoginRequiredMiddleware):
    """Django's own, which reads the session first; here a public page is opened without asking who comes.

    So `/sante/` answers everybody while the database, where sessions are, does not.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable, view_args: tuple, view_kwargs: dict
    ) -> HttpResponse | None:
        """Lead to the login page who is not signed in, on a page that asks for it."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
