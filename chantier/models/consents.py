"""What a person agrees to, apart from everything else, and takes back as easily."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ConsentQuerySet(models.QuerySet):
    """Queries on consents."""

    def given(self) -> "ConsentQuerySet":
        """Keep those that hold today, for the words that are shown today."""
        return self.filter(withdrawn_at=None, version=Consent.VERSION)

    def given_since(self, day: Any) -> "ConsentQuerySet":
        """Keep those that hold, given from a day on: what was agreed to in one organisation ends with it."""
        return self.given().filter(given_at__date__gte=day)

    def latest_first(self) -> "ConsentQuerySet":
        """Order from the last one given to the first."""
        return self.order_by("-given_at", "-pk")


class Consent(models.Model):
    """A person agreed to something, in the words of a version, from an instant until they took it back.

    A new row for each time: what was agreed to and when stays known (Loi 25, manifest and specific consent).
    """

    # Raised when the words of a purpose change: what was agreed to before no longer holds.
    VERSION = 1

    class Purpose(models.TextChoices):
        SHOWN_TO_CHANTIER = "shown_to_chantier", "paraître parmi les personnes de mon organisation"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents", verbose_name="personne"
    )
    purpose = models.CharField("pour", max_length=30, choices=Purpose)
    version = models.PositiveSmallIntegerField("version du texte", default=VERSION)
    given_at = models.DateTimeField("donné", default=timezone.now)
    withdrawn_at = models.DateTimeField("retiré", null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "consentement"
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(withdrawn_at=None),
                name="consent_given_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_ends_after_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_purpose_display()}"

    def holds_since(self, day: dt.date) -> bool:
        """Whether it holds today, for the words that are shown today, and was given from a day on."""
        current = self.withdrawn_at is None and self.version == self.VERSION
        return current and timezone.localdate(self.given_at) >= day

    @property
    def is_of_other_words(self) -> bool:
        """Whether the words have changed since."""
        return self.version != self.VERSION
