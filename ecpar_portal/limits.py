"""How often a person may ask for what costs: one past the limit receives 429, and is told when to try again.

Counted in `LIMIT_CACHE` by windows of fixed length, per person when signed in, per address when not
(`TRUSTED_PROXIES` says how many proxies stand in front; an IPv6 address counts with its /64, which one
subscriber holds). Sign-in, codes and resets have allauth's own limits, `ACCOUNT_RATE_LIMITS`.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ecpar_portal import french

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")
# allauth says only that one is past a limit; all of its limits that answer 429 count a minute.
AFTER_A_MINUTE = 60


def any_request(request: HttpRequest) -> bool:
    """Every request counts."""
    return True


def unsafe(request: HttpRequest) -> bool:
    """Only what may change something counts."""
    return request.method not in SAFE


def narrowed(request: HttpRequest) -> bool:
    """Only a list that is searched, narrowed or turned page by page counts."""
    return bool(request.GET)


def limit(
    name: str,
    *,
    when: Callable[[HttpRequest], bool] = any_request,
    polled: str = "",
    by_address: bool = False,
) -> Callable[[View], View]:
    """Hold a view to the limit `name` of `settings.LIMITS`, for the requests that `when` keeps.

    `by_address` asks no session who comes: for a page that answers while the database is away. `polled`
    names the limit of the requests by which a page of ours (htmx) asks how something goes.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if when(request):
                wait = spend(request, polled if polled and request.htmx else name, by_address=by_address)
                if wait:
                    return too_many(request, wait)
            return view(request, *args, **kwargs)

        return limited

    return decorator


def spend(request: HttpRequest, name: str, *, by_address: bool = False) -> int:
    """Count one request; return 0 within the limit, else the seconds until it opens again."""
    allowed, seconds = settings.LIMITS[name]
    window, elapsed = divmod(time.time(), seconds)
    key = f"limit:{name}:{_who(request, by_address)}:{window:.0f}"
    return 0 if _count(key, seconds) <= allowed * settings.LIMIT_FACTOR else int(seconds - elapsed) + 1


def too_many(request: HttpRequest, wait: int = AFTER_A_MINUTE) -> HttpResponse:
    """Say in French when to try again, `wait` seconds from now."""
    after = french.counted(wait, "seconde") if wait < 60 else french.counted(-(-wait // 60), "minute")
    lede = f"Pour protéger les comptes et les fichiers, le portail attend un peu. Réessayez dans {after}."
    response = render(request, "429.html", {"lede": lede}, status=429)
    response["Retry-After"] = str(wait)
    return response


def address_of(request: HttpRequest) -> str:
    """The address of who asks, as far as the trusted proxies tell it."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied):  # a proxy that hides it: such requests share one count
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _who(request: HttpRequest, by_address: bool) -> str:
    if not by_address and request.user.is_authenticated:
        return f"person:{request.user.pk}"
    # Hashed: an address is personal, and a cache may stand in the database.
    return "address:" + hashlib.sha256(address_of(request).encode()).hexdigest()[:32]


def _count(key: str, seconds: int) -> int:
    cache = caches[settings.LIMIT_CACHE]
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, seconds) else cache.incr(key)
