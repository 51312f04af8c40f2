"""The synthesis while it is written and read again: its drafts, its review, the comments on its points."""

import datetime as dt

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chantier.models import Organization
from meetings.models.meetings import Meeting, SynthesisPoint, is_past

LONGEST_COMMENT = 4000


class SynthesisDraft(models.Model):
    """What a synthesis said after a saving: one step that may be undone, or done again.

    `revision` is `Meeting.synthesis_revision` once it was saved; `content` holds its points in order.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="drafts", verbose_name="rencontre")
    revision = models.PositiveIntegerField("révision")
    content = models.JSONField("contenu")
    saved_at = models.DateTimeField("enregistré", auto_now_add=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "brouillon de synthèse"
        verbose_name_plural = "brouillons de synthèse"
        ordering = ["meeting", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "revision"], name="synthesis_draft_once_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.meeting}, brouillon {self.revision}"

    @property
    def who(self) -> str:
        """Who saved it, as others read them."""
        return str(self.saved_by) if self.saved_by else "quelqu’un"

    @property
    def at(self) -> dt.datetime:
        """When it was saved, as a comparison tells it."""
        return self.saved_at


class ReviewQuerySet(models.QuerySet):
    """Queries on reviews."""

    def open(self) -> "ReviewQuerySet":
        """Keep those in which one may comment today."""
        return self.filter(closed_at=None, last_day__gte=timezone.localdate())

    def due_for_closing(self) -> "ReviewQuerySet":
        """Keep those whose last day is over and that nobody closed."""
        return self.filter(closed_at=None, last_day__lt=timezone.localdate())


class Review(models.Model):
    """The days during which those who were at a meeting comment on its synthesis; one at a time."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="reviews", verbose_name="rencontre")
    opened_at = models.DateTimeField("ouverte", auto_now_add=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    last_day = models.DateField("dernier jour", help_text="Ce jour compris.")
    closed_at = models.DateTimeField("close", null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "relecture de synthèse"
        verbose_name_plural = "relectures de synthèse"
        ordering = ["meeting", "-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(closed_at=None), name="review_one_open_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting}, relecture jusqu’au {self.last_day}"

    @property
    def is_open(self) -> bool:
        """Whether one may comment today."""
        return self.closed_at is None and not is_past(self.last_day)


class PointComment(models.Model):
    """What somebody who was there says of a point, and what the coordinator answers.

    `point` is empty once the point was taken out; `point_text` is what it said when the comment was written.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="comments", verbose_name="relecture")
    point = models.ForeignKey(
        SynthesisPoint, models.SET_NULL, null=True, blank=True, related_name="comments", verbose_name="point"
    )
    point_text = models.TextField("le point disait")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    text = models.TextField(
        "commentaire",
        max_length=LONGEST_COMMENT,
        validators=[MaxLengthValidator(LONGEST_COMMENT, f"Écrivez au plus {LONGEST_COMMENT} caractères.")],
    )
    written_at = models.DateTimeField("écrit", auto_now_add=True)
    answer = models.TextField("réponse de la coordination", max_length=LONGEST_COMMENT, blank=True)
    answered_at = models.DateTimeField("répondu", null=True, blank=True)

    class Meta:
        verbose_name = "commentaire"
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="point_comment_answer_is_dated",
            )
        ]

    def __str__(self) -> str:
        return self.text


class Compilation(models.Model):
    """A choice of published syntheses that make one file, in the order of their days."""

    digest = models.CharField("empreinte", max_length=64, unique=True, editable=False)
    versions = models.ManyToManyField(
        "SynthesisVersion", related_name="compilations", verbose_name="versions"
    )
    made_at = models.DateTimeField("faite", auto_now_add=True)

    class Meta:
        verbose_name = "compilation de synthèses"
        verbose_name_plural = "compilations de synthèses"

    def __str__(self) -> str:
        return f"Compilation {self.pk}"
