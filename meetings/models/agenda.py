"""What a meeting is prepared with: its agenda and its documents."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from chantier.models.cycles import Ranked
from ecpar_portal import french
from meetings.models.meetings import Meeting, one_line

A_DAY = 24 * 60


class AgendaLine(Ranked):
    """One line of the agenda, with the minutes that it takes."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    minutes = models.PositiveSmallIntegerField(
        "durée en minutes",
        validators=[
            MinValueValidator(1, "Donnez une durée d’au moins une minute."),
            MaxValueValidator(A_DAY, "Donnez une durée d’une journée au plus."),
        ],
    )
    led_by = models.CharField("animée par", max_length=120, blank=True, validators=[one_line])

    class Meta(Ranked.Meta):
        verbose_name = "point à l’ordre du jour"
        verbose_name_plural = "ordre du jour"
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, A_DAY)),
                name="agenda_line_takes_a_day_at_most",
                violation_error_message="Donnez une durée d’une minute à une journée.",
            )
        ]

    @property
    def lasts(self) -> str:
        """« 45 min », « 1 h 30 »."""
        return french.duration(self.minutes)


class MeetingDocument(models.Model):
    """A file that goes with a meeting, private: `stored_as` is its name of ours in the storage `private`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="documents", verbose_name="rencontre")
    name = models.CharField("nom", max_length=120)
    stored_as = models.CharField("fichier", max_length=120, unique=True, editable=False)
    content_type = models.CharField("genre", max_length=120, editable=False)
    size = models.PositiveIntegerField("taille en octets", editable=False)
    added_at = models.DateTimeField("ajouté", auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "document de rencontre"
        verbose_name_plural = "documents de rencontre"
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address where it is downloaded."""
        return reverse("meeting_document", args=[self.pk])


def total_of(lines: Any) -> dt.timedelta:
    """How long an agenda takes."""
    return dt.timedelta(minutes=sum(line.minutes for line in lines))
