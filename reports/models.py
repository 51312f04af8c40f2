"""Production jobs and their files."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from ecpar_portal.prepared import Prepared
from ecpar_portal.work import WorkRow, WorkRowQuerySet
from reports.registry import Kind, kind_of, kinds


def private_storage() -> object:
    """Return the storage of private files; a callable, so that migrations hold no path."""
    return storages["private"]


class ReportQuerySet(WorkRowQuerySet):
    """Queries on reports."""

    def of_content(self, kind: str, object_id: int, content_key: str) -> "ReportQuerySet":
        """Keep the one report of a content."""
        return self.filter(kind=kind, object_id=object_id, content_key=content_key)

    def old(self) -> "ReportQuerySet":
        """Keep what ended, and that nobody has asked for as long as its kind is kept."""
        short = {kind.name: kind.days for kind in kinds() if kind.kept_days is not None}
        is_old = ~Q(kind__in=short) & _unasked_for(settings.REPORT_KEPT_DAYS)
        for name, days in short.items():
            is_old |= Q(kind=name) & _unasked_for(days)
        return self.exclude(state__in=[WorkRow.State.WAITING, WorkRow.State.RUNNING]).filter(is_old)

    def about(self, user_id: int) -> "ReportQuerySet":
        """Keep the files that tell of a person."""
        people = [kind.name for kind in kinds() if kind.model is get_user_model()]
        return self.filter(kind__in=people, object_id=user_id)


def _unasked_for(days: int) -> Q:
    limit = timezone.now() - dt.timedelta(days=days)
    asked = ReportRequest.objects.filter(report=OuterRef("pk"), asked_at__gte=limit)
    return Q(created_at__lt=limit) & ~Q(Exists(asked))


class Report(WorkRow):
    """One file to produce, once for each content: who asks for it again later receives the same file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("genre", max_length=40)
    object_id = models.PositiveBigIntegerField("objet")
    content_key = models.CharField("empreinte du contenu", max_length=64)
    file = models.FileField("fichier", storage=private_storage, max_length=200, blank=True)
    size = models.PositiveIntegerField("taille en octets", default=0)
    created_at = models.DateTimeField("demandé", auto_now_add=True)
    finished_at = models.DateTimeField("terminé", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier produit"
        verbose_name_plural = "fichiers produits"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "content_key"], name="report_one_per_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    def get_absolute_url(self) -> str:
        """Return the address where its progress shows and its file is downloaded."""
        return reverse("report", args=[self.pk])

    @property
    def of_kind(self) -> Kind:
        """What this file is."""
        return kind_of(self.kind)

    def object_for(self, user: Any) -> models.Model | None:
        """The object that the file shows, or None where the person may not see it (any more)."""
        return self.of_kind.may_download(user).filter(pk=self.object_id).first()

    @property
    def is_there(self) -> bool:
        """Whether the file is made, and still on its storage."""
        return self.state == self.State.DONE and bool(self.file) and self.file.storage.exists(self.file.name)


class ReportRequestQuerySet(models.QuerySet):
    """Queries on requests for a report."""

    def latest_of(self, user: Any) -> "ReportRequestQuerySet":
        """What a person asked for, the last first; not what is withdrawn or no longer kept."""
        limit = timezone.now() - dt.timedelta(days=settings.REPORT_KEPT_DAYS)
        current = self.filter(asked_at__gte=limit).exclude(report__state=Report.State.WITHDRAWN)
        return current.filter(user=user).select_related("report").order_by("-asked_at", "-pk")


def asked_today(report_kind: str, object_id: int, content_key: str, user: Any) -> Report | None:
    """The report of a content that a person asked for in the last hours, where its file is there."""
    values = {"kind": report_kind, "object_id": object_id, "content_key": content_key}
    report = _asked_for.first(**values, user_id=user.pk) if user else None
    recent = timezone.now() - dt.timedelta(hours=12)
    return report if report and report.asked_at >= recent and report.is_there else None


_asked_for = Prepared(
    lambda kind, object_id, content_key, user_id: (
        Report.objects.of_content(kind, object_id, content_key)
        .filter(requests__user=user_id)
        .annotate(asked_at=models.F("requests__asked_at"))
        .only("kind", "object_id", "state", "file")  # what the answer with a file reads
    ),
    kind=str,
    object_id=int,
    content_key=str,
    user_id=int,
)


class ReportRequest(models.Model):
    """Somebody asked for a report, for the last time at `asked_at`."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="report_requests")
    asked_at = models.DateTimeField("demandé", default=timezone.now)

    objects = ReportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de fichier"
        verbose_name_plural = "demandes de fichier"
        constraints = [
            models.UniqueConstraint(fields=["report", "user"], name="report_asked_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.report}"

    @property
    def kept_until(self) -> dt.date:
        """The day from which the file is no longer kept."""
        return timezone.localdate(self.asked_at) + dt.timedelta(days=self.report.of_kind.days)
