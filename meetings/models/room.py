"""What happens in the room: who is there, and the needs of the tour de table."""

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Prefetch, Q

from chantier.models import Objective, Organization
from meetings.models.convocations import Convocation
from meetings.models.meetings import Meeting, one_line

LONGEST_NEED = 1000


class AttendanceQuerySet(models.QuerySet):
    """Queries on who was there."""

    def of(self, user: Any) -> "AttendanceQuerySet":
        """Keep what says that a person was there: themselves, or their organisation where nobody is named."""
        unnamed = Q(user=None, convocation=None, name="")
        organization = user.organization
        theirs = Q(user=user)
        if organization is not None:
            theirs |= unnamed & Q(organization=organization)
        return self.filter(theirs)


class Attendance(models.Model):
    """Somebody was at a meeting: a member, a guest by their convocation, or a name that was typed.

    A row that names nobody says that the organisation was there.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances", verbose_name="rencontre")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name="personne",
    )
    convocation = models.OneToOneField(
        Convocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendance",
        verbose_name="convocation d’une personne sans compte",
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name="organisation",
    )
    name = models.CharField("nom", max_length=120, blank=True, validators=[one_line])
    noted_at = models.DateTimeField("noté", auto_now_add=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "présence"
        ordering = ["organization__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(user__isnull=False), name="attendance_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["meeting", "organization"],
                condition=Q(user=None, convocation=None, name=""),
                name="attendance_once_an_unnamed_organization",
            ),
            models.CheckConstraint(
                condition=(
                    Q(user__isnull=False, convocation=None, name="")
                    | Q(user=None, convocation__isnull=False, name="")
                    | (Q(user=None, convocation=None) & (Q(organization__isnull=False) | ~Q(name="")))
                ),
                name="attendance_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.who

    @property
    def names_nobody(self) -> bool:
        """Whether it says only that the organisation was there."""
        return not (self.user_id or self.convocation_id or self.name)

    @property
    def who(self) -> str:
        """The person as others read them; the organisation where nobody is named."""
        if self.user_id:
            return str(self.user)
        return self.convocation.who if self.convocation_id else self.name or str(self.organization)


class NeedQuerySet(models.QuerySet):
    """Queries on needs."""

    def standing(self) -> "NeedQuerySet":
        """Keep those that nobody took back."""
        return self.filter(withdrawn_at=None)

    def told(self) -> "NeedQuerySet":
        """Fetch what the tour de table shows: organisations, supports counted, what each became."""
        supports = Prefetch("supports", NeedSupport.objects.select_related("organization"))
        related = self.select_related("organization", "objective")
        return related.prefetch_related(supports).annotate(support_count=Count("supports", distinct=True))


class Need(models.Model):
    """What an organisation said it needs, before or during a meeting.

    `sent_as` is chosen by who sends, so that a need that is sent again is written once. `objective` is the
    objective of the cycle into which the coordinator gathered it.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="needs", verbose_name="rencontre")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="needs", verbose_name="organisation"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    text = models.TextField(
        "besoin",
        max_length=LONGEST_NEED,
        validators=[MaxLengthValidator(LONGEST_NEED, f"Écrivez au plus {LONGEST_NEED} caractères.")],
    )
    objective = models.ForeignKey(
        Objective,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name="objectif du cycle",
    )
    sent_as = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    written_at = models.DateTimeField("écrit", auto_now_add=True)
    changed_at = models.DateTimeField("changé", auto_now=True)
    withdrawn_at = models.DateTimeField("retiré", null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["meeting", "changed_at"], name="need_meeting_changed")]

    def __str__(self) -> str:
        return self.text


class NeedSupport(models.Model):
    """An organisation has the same need as another."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="supports", verbose_name="besoin")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="supported_needs", verbose_name="organisation"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    supported_at = models.DateTimeField("appuyé", auto_now_add=True)

    class Meta:
        verbose_name = "appui d’un besoin"
        verbose_name_plural = "appuis de besoins"
        ordering = ["supported_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "organization"], name="need_supported_once_an_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.need}"
