"""Closed by default: every view carries a rule, and this module can say which one does not.

A rule is a function of the person. What a person may not see is left out by `visible_to` and answers 404;
what they may see but not do is refused here and answers 403. An anonymous person goes to the login page
(`LoginMiddleware`), but on views marked `public`.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

View = Callable[..., HttpResponse]
Rule = Callable[[Any], bool]


def everyone(user: Any) -> bool:
    """Anybody, signed in or not."""
    return True


def signed_in(user: Any) -> bool:
    """Anybody with an account."""
    return user.is_authenticated


def require(rule: Rule) -> Callable[[View], View]:
    """Let a view run only for people that `rule` accepts; the others receive 403."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not rule(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = rule
        return guarded

    return decorator


def public(view: View) -> View:
    """Open a view to people without an account; the few such addresses are listed in docs/architecture.md."""
    return login_not_required(require(everyone)(view))


def views_without_rule(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """Return the addresses whose view carries no rule, less the two families that bring their own.

    The admin asks `AdminSite.has_permission` on each view; allauth's views are closed by the login
    middleware, or opened by allauth itself where one signs in.
    """
    return [
        route
        for route, callback, namespaces in walk(patterns)
        if not hasattr(callback, "rule")
        and "admin" not in namespaces
        and not callback.__module__.startswith("allauth.")
    ]


def walk(
    patterns: list[URLPattern | URLResolver], prefix: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, View, tuple[str, ...]]]:
    """Yield every address with its view and the namespaces that it stands in."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern.url_patterns, route, inner)
        else:
            yield route, pattern.callback, namespaces
