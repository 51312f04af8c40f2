"""The floor of a file that is made already: the portal, with a view that asks the same queries by hand.

Served by `gunicorn benchmarks.by_hand:application` on the portal's own database, session and middleware.
"""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
django.setup()
settings.ROOT_URLCONF = "benchmarks.by_hand"

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402
from django.http import FileResponse, HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402

from ecpar_portal.access import require, signed_in  # noqa: E402
from ecpar_portal.urls import urlpatterns as portal  # noqa: E402
from reports.models import Report, private_storage  # noqa: E402

OF_THE_MIDDLEWARE = ("django_session", '"chantier_user"."password"')
_recorded: dict[str, tuple[list[str], str]] = {}


@require(signed_in)
def by_hand(request: HttpRequest, address: str) -> HttpResponse:
    """Ask the queries that the portal asks for this address, written out, then send the same file."""
    if address not in _recorded:
        _recorded[address] = recorded(request, f"/{address}")
    queries, name = _recorded[address]
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            cursor.fetchall()
    return FileResponse(private_storage().open(name), as_attachment=True, filename="synthese.pdf")


def recorded(request: HttpRequest, address: str) -> tuple[list[str], str]:
    """The queries of the portal's own view for an address, and the file that it sends."""
    client = Client(SERVER_NAME="localhost")
    client.cookies.load(request.META.get("HTTP_COOKIE", ""))
    with CaptureQueriesContext(connection) as queries:
        b"".join(client.get(address).streaming_content)
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    own = [sql for sql in asked if not any(word in sql for word in OF_THE_MIDDLEWARE)]
    return own, Report.objects.get(kind="synthesis", state=Report.State.DONE).file.name


urlpatterns = [path("plancher/<path:address>", by_hand), *portal]
application = WSGIHandler()
