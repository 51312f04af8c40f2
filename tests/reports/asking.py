"""Ask for a synthesis as a browser does."""

from pathlib import Path

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from meetings.models import Meeting
from reports.models import Report, private_storage
from tests.services import wait_until


def address(meeting: Meeting) -> str:
    return reverse("synthesis_pdf", args=[meeting.slug])


def done() -> bool:
    return Report.objects.filter(state=Report.State.DONE).exists()


def get(client: Client, path: str, **headers) -> HttpResponse:
    """An answer read to its end and closed, its bytes in `body`."""
    answer = client.get(path, headers=headers)
    answer.body = answer.getvalue() if answer.streaming else answer.content
    answer.close()
    return answer


def download(client: Client, meeting: Meeting) -> HttpResponse:
    """Ask, wait for the worker, and return the answer that holds the file."""
    get(client, address(meeting))
    wait_until(done)
    return get(client, address(meeting))


def files() -> list[Path]:
    """Every file on the private storage, parts included."""
    return [path for path in Path(private_storage().path("reports")).rglob("*") if path.is_file()]
