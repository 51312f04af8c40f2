"""What the partner networks organise over the year."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from chantier.models import Chantier, Organization
from meetings.models.meetings import FIRST_DAY, LAST_DAY, OUT_OF_TIME, is_past, one_line

LONGEST_DESCRIPTION = 4000
IN_TIME = [MinValueValidator(FIRST_DAY, OUT_OF_TIME), MaxValueValidator(LAST_DAY, OUT_OF_TIME)]


class ActivityQuerySet(models.QuerySet):
    """Queries on activities."""

    def existing(self) -> "ActivityQuerySet":
        """Leave out those of demonstration organisations where `DEMO` is off."""
        return self if settings.DEMO else self.filter(organization__is_demonstration=False)

    def visible_to(self, user: Any) -> "ActivityQuerySet":
        """Keep those of the person's chantiers, cancelled ones included, with their network."""
        seen = self.existing().filter(chantier__in=Chantier.objects.visible_to(user))
        return seen.select_related("organization")

    def on_days(self, first: dt.date, last: dt.date) -> "ActivityQuerySet":
        """Keep those that take place on one of these days at least."""
        return self.alias(ends=Coalesce("last_day", "date")).filter(date__lte=last, ends__gte=first)

    def announced_by(self, user: Any) -> "ActivityQuerySet":
        """Keep those that a person may change: of their network, or all for a coordinator."""
        if user.is_coordinator:
            return self
        return self.filter(organization=user.organization)

    def upcoming(self) -> "ActivityQuerySet":
        """Keep those that are not over and take place, soonest first."""
        return self.not_over().filter(cancelled_at=None)

    def not_over(self) -> "ActivityQuerySet":
        """Keep those that are not over, soonest first; a cancelled one until its day, so that people know."""
        ends = self.alias(ends=Coalesce("last_day", "date"))
        return ends.filter(ends__gte=timezone.localdate()).order_by("date", "starts_at", "pk")

    def past(self) -> "ActivityQuerySet":
        """Keep those that are over, the last first."""
        ends = self.alias(ends=Coalesce("last_day", "date"))
        return ends.filter(ends__lt=timezone.localdate()).order_by("-date", "-starts_at", "-pk")


class Activity(models.Model):
    """An activity of a partner network.

    `date` and `last_day` are local days; `starts_at` and `ends_at` are instants (stored in UTC), empty where
    it takes whole days. One that is cancelled stays, so that calendars learn of it.
    """

    chantier = models.ForeignKey(Chantier, models.PROTECT, related_name="activities")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="activities", verbose_name="réseau"
    )
    title = models.CharField("titre", max_length=160, validators=[one_line])
    description = models.TextField(
        "description",
        max_length=LONGEST_DESCRIPTION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION)],
    )
    date = models.DateField("date", validators=IN_TIME)
    last_day = models.DateField("dernier jour", null=True, blank=True, validators=IN_TIME)
    starts_at = models.DateTimeField("début", null=True, blank=True)
    ends_at = models.DateTimeField("fin", null=True, blank=True)
    place = models.CharField("lieu", max_length=160, blank=True, validators=[one_line])
    link = models.URLField("lien", max_length=500, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # How many times it changed: the SEQUENCE of its calendar event.
    sequence = models.PositiveIntegerField("révision", default=0, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    written_at = models.DateTimeField("écrite", auto_now_add=True)
    changed_at = models.DateTimeField("changée", auto_now=True)
    cancelled_at = models.DateTimeField("annulée", null=True, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "activité d’un réseau"
        verbose_name_plural = "activités des réseaux"
        ordering = ["date", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="activity_ends_after_it_starts",
                violation_error_message="La fin vient après le début.",
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("date")),
                name="activity_last_day_comes_after_the_first",
                violation_error_message="Le dernier jour vient après le premier.",
            ),
            models.CheckConstraint(
                condition=Q(date__range=(FIRST_DAY, LAST_DAY)),
                name="activity_is_in_the_network_s_time",
                violation_error_message=OUT_OF_TIME,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse hours that fall on another day than the date."""
        if self.starts_at and timezone.localdate(self.starts_at) != self.date:
            raise ValidationError("L’heure de début tombe un autre jour que la date.")

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("activity", args=[self.pk])

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.cancelled_at is not None

    @property
    def is_past(self) -> bool:
        """Whether its last day is over."""
        return is_past(self.ends_on)

    @property
    def ends_on(self) -> dt.date:
        """Its last day, which may be its only one."""
        return self.last_day or self.date

    @property
    def begins_at(self) -> dt.datetime:
        """The instant at which it starts: the first of its day where no hour is known."""
        midnight = dt.datetime.combine(self.date, dt.time(), ZoneInfo(settings.TIME_ZONE))
        return self.starts_at or midnight.astimezone(dt.UTC)
