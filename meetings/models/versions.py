"""What members read of a synthesis: a version, frozen when it is published."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models

from meetings.models.meetings import Meeting


class SynthesisVersion(models.Model):
    """A published synthesis. Its points in the database are the draft of the next version.

    `content` is what `Meeting.content` returned that day; `digest` is its hash.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="versions", verbose_name="rencontre")
    number = models.PositiveSmallIntegerField("numéro")
    published_at = models.DateTimeField("publiée", auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "version de synthèse"
        verbose_name_plural = "versions de synthèse"
        ordering = ["meeting", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="synthesis_version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting}, version {self.number}"


def digest_of(content: dict[str, Any]) -> str:
    """Return the hash of a content, the same whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
