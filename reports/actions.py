"""What happens to reports: somebody asks, a worker makes, somebody asks again after a failure."""

import hashlib
import logging
import uuid
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from ecpar_portal.logs import about
from ecpar_portal.work import ring
from reports.models import Report, ReportQuerySet, ReportRequest, asked_today, private_storage
from reports.registry import kind_of
from reports.time_limit import TooLong, at_most

logger = logging.getLogger(__name__)

ENDED = (Report.State.DONE, Report.State.FAILED, Report.State.WITHDRAWN)


class ContentChanged(Exception):
    """What a report was to show is no longer what its key says: its file would be the wrong one."""


def ask(kind: str, obj: models.Model, *, by: Any) -> Report:
    """Return the report of this content, made or to be made; one row however many ask, and one bell.

    `by` is None where nobody asks, and the file is made in advance.
    """
    key = kind_of(kind).content_key(obj)
    return asked_today(kind, obj.pk, key, by) or _ask(kind, obj, key, by)


@transaction.atomic
def _ask(kind: str, obj: models.Model, key: str, by: Any) -> Report:
    # Locked, so that a purge at this moment sees the request.
    content = {"kind": kind, "object_id": obj.pk, "content_key": key}
    report, created = Report.objects.select_for_update().get_or_create(**content)
    if by is not None:
        now = {"asked_at": timezone.now()}
        _, first = ReportRequest.objects.update_or_create(report=report, user=by, defaults=now)
        if first:
            report.of_kind.asked(obj, by)
    if created:
        ring(report)
    elif report.state in (Report.State.DONE, Report.State.WITHDRAWN):
        start_again(
            report
        )  # where its file is lost, or was never made since the content changed and came back
    return report


@transaction.atomic
def start_again(report: Report) -> None:
    """Put a report that failed or was withdrawn, or whose file is lost, back to waiting."""
    if report.is_there:
        return
    ended = Report.objects.filter(pk=report.pk, state__in=ENDED)
    if ended.update(**Report.anew()):
        ring(report)
    report.refresh_from_db()


def produce(report_id: str) -> None:
    """Make the file of a report, if nobody else holds it.

    A failure is noted, and tried later unless it was too slow.
    """
    report = Report.objects.claim(report_id)
    if report is None:
        return
    try:
        with at_most(settings.REPORT_SECONDS):
            content = _render(report)
        name = _store(report, content)
    except ContentChanged:
        report.withdraw()
        logger.info("withdrawn: its content has changed", extra=about(report))
    except TooLong:  # it would take as long again, and outlive its lease
        report.fail(f"Pas fait en {settings.REPORT_SECONDS} secondes\u00a0: le document est trop long.")
        logger.error("not made in time", extra=about(report))
    except Exception as error:  # whatever a renderer raises is told on the row, and tried again
        logger.exception("not made", extra=about(report))
        report.give_back(f"{type(error).__name__}: {error}")
    else:
        report.finish(file=name, size=len(content), finished_at=timezone.now())
        logger.info("made", extra=about(report, bytes=len(content)))
        if not Report.objects.filter(pk=report.pk).exists():
            _drop(name)  # the person of whom it tells was erased meanwhile


def _render(report: Report) -> bytes:
    """Render what the key of a report says, or raise ContentChanged."""
    kind = report.of_kind
    objects = kind.model.objects.filter(pk=report.object_id)
    content = kind.render(objects.get())
    # Looked at after the rendering, which reads for itself.
    if kind.content_key(objects.get()) != report.content_key:
        raise ContentChanged
    return content


def _store(report: Report, content: bytes) -> str:
    """Write the file under the hash of its bytes: same content, same file, and never a partial one."""
    storage = private_storage()
    digest = hashlib.sha256(content).hexdigest()
    name = f"reports/{digest[:2]}/{digest}"
    return name if storage.exists(name) else storage.save(name, ContentFile(content))


def purge() -> int:
    """Delete the reports that are no longer kept, with their files; return how many."""
    return discard(Report.objects.old())


@transaction.atomic
def forget(user_id: int) -> int:
    """Delete what a person asked for and the files that tell of them; return how many files."""
    ReportRequest.objects.filter(user=user_id).delete()
    return discard(Report.objects.about(user_id))


def discard(reports: ReportQuerySet) -> int:
    """Delete each report of these, then, once it is sure, its file; return how many.

    One that leaves these at this moment stays: an old one that somebody asks for again. Raises nothing for a
    file that is already gone.
    """
    return sum(_forget(reports, pk) for pk in list(reports.values_list("pk", flat=True)))


@transaction.atomic
def _forget(reports: ReportQuerySet, pk: uuid.UUID) -> bool:
    """Delete a report if it is still one of these; return whether it was."""
    Report.objects.select_for_update().filter(pk=pk).first()
    report = reports.filter(pk=pk).first()
    if report is None:
        return False
    name = report.file.name
    report.delete()
    if name:
        transaction.on_commit(partial(_drop, name))
    return True


def _drop(name: str) -> None:
    """Delete a file that no report shows."""
    if not Report.objects.filter(file=name).exists():
        private_storage().delete(name)
