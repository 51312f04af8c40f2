"""The portal, telling in `X-Queries` how many queries each answer took.

Served by `gunicorn benchmarks.counted:application`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from ecpar_portal.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the portal does, and count."""
    asked = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Queries", str(asked))], *more)

    with connection.execute_wrapper(count):
        return portal(environ, start)
