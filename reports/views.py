"""A file, or the page on which one waits for it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import parse_etags
from django.views.decorators.http import require_http_methods, require_safe

from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from reports import actions
from reports.models import Report, ReportRequest
from reports.registry import kind_of

SECONDS_BETWEEN_LOOKS = 2
FILES_PER_PAGE = 30


def serve(request: HttpRequest, kind: str, obj: models.Model | None) -> HttpResponse:
    """Answer with the file of an object that the person may have, as it is now; ask for it where nobody did.

    Raises Http404 where there is none.
    """
    if obj is None:
        raise Http404
    return _answer(request, actions.ask(kind, obj, by=request.user), obj)


@require_safe
@require(signed_in)
def report_list(request: HttpRequest) -> HttpResponse:
    """What a person asked for and may still have, with how it goes."""
    requests = Paginator(ReportRequest.objects.latest_of(request.user), FILES_PER_PAGE)
    page = requests.get_page(request.GET.get("page"))
    return render(request, "reports/report_list.html", {"page": page, "files": files_of(page, request.user)})


def files_of(requests: Iterable[ReportRequest], user: Any) -> list[dict[str, Any]]:
    """The requests with their titles, one query for each kind; not what is closed to the person."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for asked in requests:
        wanted[asked.report.kind].add(asked.report.object_id)
    objects = {
        (name, obj.pk): obj
        for name, pks in wanted.items()
        for obj in kind_of(name).may_download(user).filter(pk__in=pks)
    }
    found = [(asked, objects.get((asked.report.kind, asked.report.object_id))) for asked in requests]
    return [
        {
            "request": asked,
            "report": asked.report,
            "is_there": asked.report.is_there,
            "title": asked.report.of_kind.title(obj),
        }
        for asked, obj in found
        if obj is not None
    ]


@require_safe
@require(signed_in)
@limit("files", polled="progress")
def report(request: HttpRequest, pk: str) -> HttpResponse:
    """A report by its own address: the file once it is made, its progress until then."""
    found, obj = _report_for(request.user, pk)
    if found.state == Report.State.WITHDRAWN:  # what it was to show has changed meanwhile
        return redirect(actions.ask(found.kind, obj, by=request.user))
    return _answer(request, found, obj)


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("retry", when=unsafe)
def report_retry(request: HttpRequest, pk: str) -> HttpResponse:
    """Try again to make a file that failed; a GET, as after a session that ended, changes nothing."""
    found, _ = _report_for(request.user, pk)
    if request.method == "POST":
        actions.start_again(found)
    return redirect(found)


def _report_for(user: Any, pk: str) -> tuple[Report, models.Model]:
    found = get_object_or_404(Report, pk=pk)
    obj = found.object_for(user)
    if obj is None:
        raise Http404
    return found, obj


def _answer(request: HttpRequest, found: Report, obj: models.Model) -> HttpResponse:
    if found.is_there and not request.htmx:
        try:
            return _file(request, found, obj)
        except FileNotFoundError:  # gone since it was seen
            pass
    if found.state == Report.State.DONE and not found.is_there:
        actions.start_again(found)
    if request.htmx and request.GET.get("vu") == found.state:
        return HttpResponse(status=204)  # htmx changes nothing, and looks again
    kind = found.of_kind
    context = {"report": found, "title": kind.title(obj), "filename": kind.filename(obj)}
    template = "reports/_progress.html" if request.htmx else "reports/waiting.html"
    status = 202 if found.state in (Report.State.WAITING, Report.State.RUNNING) else 200
    response = render(request, template, context, status=status)
    if status == 202:
        response["Retry-After"] = str(SECONDS_BETWEEN_LOOKS)
    return response


def _file(request: HttpRequest, found: Report, obj: models.Model) -> HttpResponse:
    """Send the file, or 304 to who has it; its name on the storage is the hash of its bytes."""
    etag = f'"{found.file.name.rpartition("/")[2]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    # Compared weakly, as RFC 9110 asks of If-None-Match: a proxy that compresses marks the tag as weak.
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if etag in known or "*" in known:
        return HttpResponseNotModified(headers=headers)
    kind = found.of_kind
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=kind.filename(obj),
        content_type=kind.content_type,
        headers=headers,
    )
