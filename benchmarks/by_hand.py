"""The portal's addresses, and the floor of a file that is there already: the same queries, the same bytes."""

from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import path

from ecpar_portal.access import require, signed_in
from ecpar_portal.urls import urlpatterns as portal
from reports.models import Report, private_storage

_queries: dict[str, list[str]] = {}


@require(signed_in)
def floor(request: HttpRequest, address: str) -> HttpResponse:
    """Ask by hand the queries that the portal asks for this address, then send the file."""
    if address not in _queries:
        _queries[address] = recorded(request, f"/{address}")
    with connection.cursor() as cursor:
        for query in _queries[address]:
            cursor.execute(query)
            if cursor.description:
                cursor.fetchall()
    name = Report.objects.filter(state="done").values_list("file", flat=True).first()
    return FileResponse(private_storage().open(name), as_attachment=True, filename="synthese.pdf")


def recorded(request: HttpRequest, address: str) -> list[str]:
    """The queries of the portal for an address, but those of the session and the person, asked already."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.cookies = type(client.cookies)(request.META.get("HTTP_COOKIE", ""))
    with CaptureQueriesContext(connection) as queries:
        client.get(address).getvalue()
    common = ("django_session", "BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    return [
        query["sql"]
        for query in queries
        if query["sql"].startswith("SELECT") and not any(word in query["sql"] for word in common)
    ][1:]


urlpatterns = [path("plancher/<path:address>", floor), *portal]
