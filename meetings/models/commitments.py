"""What organisations said they would do (« actions à entreprendre »)."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from chantier.models import Cycle, Organization
from meetings.models.meetings import FIRST_DAY, LAST_DAY, OUT_OF_TIME, Meeting, SynthesisPoint, is_past

LONGEST_COMMITMENT = 1000


class CommitmentQuerySet(models.QuerySet):
    """Queries on commitments."""

    def visible_to(self, user: Any) -> "CommitmentQuerySet":
        """Keep those of the meetings that the person sees."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def open(self) -> "CommitmentQuerySet":
        """Keep those that are neither done nor dropped."""
        return self.filter(state=Commitment.State.OPEN)

    def overdue(self) -> "CommitmentQuerySet":
        """Keep the open ones whose term is over."""
        return self.open().filter(term__lt=timezone.localdate())

    def followed_up_at(self, meeting: Meeting) -> "CommitmentQuerySet":
        """Keep the open ones of the earlier meetings of its chantier: they stand on its agenda by themselves.

        Those of a demonstration cycle stand on the agendas of such cycles only.
        """
        cycle = meeting.cycle
        earlier = Meeting.objects.filter(
            cycle__chantier=cycle.chantier_id,
            cycle__is_demonstration=cycle.is_demonstration,
            date__lt=meeting.date,
        )
        return self.open().filter(meeting__in=earlier.exclude(state=Meeting.State.DRAFT))

    def due_for_reminder(self) -> "CommitmentQuerySet":
        """Keep the open ones whose term is to come, in cycles that exist."""
        ahead = self.open().filter(term__gte=timezone.localdate())
        return ahead.filter(meeting__cycle__in=Cycle.objects.existing())

    def told(self) -> "CommitmentQuerySet":
        """Fetch what a list shows: whose it is and where it comes from; the open ones first, by term."""
        related = self.select_related("organization", "meeting__cycle__chantier")
        return related.order_by(F("closed_at").desc(nulls_first=True), F("term").asc(nulls_last=True), "pk")


class Commitment(models.Model):
    """What an organisation said at a meeting that it would do, for a day if one was given.

    `point` is the point of the synthesis from which it comes.
    """

    class State(models.TextChoices):
        OPEN = "open", "à faire"
        DONE = "done", "fait"
        DROPPED = "dropped", "abandonné"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="commitments", verbose_name="rencontre")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="commitments", verbose_name="organisation"
    )
    point = models.ForeignKey(
        SynthesisPoint,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name="vient du point",
    )
    text = models.TextField(
        "action à entreprendre",
        max_length=LONGEST_COMMITMENT,
        validators=[
            MaxLengthValidator(LONGEST_COMMITMENT, f"Écrivez au plus {LONGEST_COMMITMENT} caractères.")
        ],
    )
    term = models.DateField(
        "échéance",
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_DAY, OUT_OF_TIME), MaxValueValidator(LAST_DAY, OUT_OF_TIME)],
    )
    state = models.CharField("état", max_length=7, choices=State, default=State.OPEN)
    reason = models.TextField("raison de l’abandon", max_length=LONGEST_COMMITMENT, blank=True)
    closed_at = models.DateTimeField("close", null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    written_at = models.DateTimeField("écrite", auto_now_add=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = "action à entreprendre"
        verbose_name_plural = "actions à entreprendre"
        ordering = ["meeting", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="commitment_closing_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(reason=""), name="commitment_dropped_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("commitment", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor dropped."""
        return self.state == self.State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and its term is over."""
        return self.is_open and self.term is not None and is_past(self.term)
