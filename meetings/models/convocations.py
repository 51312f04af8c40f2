"""Who is called to a meeting, what they answered, and how they are reminded."""

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from chantier.models import Cycle, Organization
from meetings.models.meetings import Meeting, one_line

DAYS_BEFORE = (7, 1)
MOST_REMINDERS = 5
LONGEST_NOTICE = 90


def new_nonce() -> str:
    """What a link holds besides the number of its convocation."""
    return secrets.token_hex(16)


class MeetingGuest(models.Model):
    """Somebody without an account who is invited to one meeting by e-mail."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="guests", verbose_name="rencontre")
    email = models.EmailField("courriel")
    name = models.CharField("nom", max_length=120, blank=True, validators=[one_line])

    class Meta:
        verbose_name = "personne invitée"
        verbose_name_plural = "personnes invitées"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                "meeting",
                Lower("email"),
                name="meeting_guest_is_invited_once",
                violation_error_message="Cette adresse est déjà dans la liste.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email


class ConvocationQuerySet(models.QuerySet):
    """Queries on convocations."""

    def standing(self) -> "ConvocationQuerySet":
        """Keep the people who are called today."""
        return self.filter(withdrawn_at=None)

    def coming(self) -> "ConvocationQuerySet":
        """Keep those who said yes."""
        return self.standing().filter(answer=Convocation.Answer.YES)

    def unanswered(self) -> "ConvocationQuerySet":
        """Keep those who have not answered."""
        return self.standing().filter(answer="")

    def of(self, user: Any) -> "ConvocationQuerySet":
        """Keep those of a person."""
        return self.standing().filter(user=user)

    def answerable(self) -> "ConvocationQuerySet":
        """Keep those that may be answered now: of open accounts, to a convened meeting that has not begun."""
        now = timezone.now()
        ahead = Q(meeting__starts_at__gt=now)
        ahead |= Q(meeting__starts_at=None, meeting__date__gt=timezone.localdate(now))
        return self.standing().filter(
            ahead,
            Q(user=None) | Q(user__is_active=True),
            meeting__state=Meeting.State.CONVENED,
            meeting__cycle__in=Cycle.objects.existing(),
        )

    def standing_in(self) -> "ConvocationQuerySet":
        """Tell who was asked to come in somebody's place, and who said no to it: `stands_in`."""
        asked = Convocation.objects.standing().filter(replaced_by=OuterRef("pk"))
        return self.annotate(stands_in=Exists(asked))


class Convocation(models.Model):
    """One person called to one meeting, and their answer.

    Of a member, `user` and the organisation for which they were called; of a guest, an address. A link
    carries its number and its `nonce`. One that is withdrawn stays, so that the person is told once. `answer`
    is empty until they answer, and again once the meeting moves to another day.
    """

    class Answer(models.TextChoices):
        YES = "yes", "sera là"
        NO = "no", "ne peut pas"
        REPLACED = "replaced", "remplacée"

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="convocations", verbose_name="rencontre"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="convocations",
        verbose_name="personne",
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="convocations",
        verbose_name="organisation",
    )
    email = models.EmailField("courriel", blank=True)
    name = models.CharField("nom", max_length=120, blank=True, validators=[one_line])
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    called_at = models.DateTimeField("convoquée", auto_now_add=True)
    withdrawn_at = models.DateTimeField("retirée", null=True, blank=True)
    answer = models.CharField("réponse", max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField("répondu", null=True, blank=True)
    # A guest asked for no reminder of this meeting, nor the word after it; members choose in their account.
    quiet_at = models.DateTimeField("rappels refusés", null=True, blank=True)
    # The colleague who comes in this person's place has a convocation of their own; with no answer, the one
    # who was asked and cannot come.
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name="remplacée par",
    )

    objects = ConvocationQuerySet.as_manager()

    class Meta:
        verbose_name = "convocation"
        ordering = ["meeting", "organization__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(user__isnull=False), name="convocation_once_a_person"
            ),
            models.UniqueConstraint(
                "meeting", Lower("email"), condition=Q(user=None), name="convocation_once_an_address"
            ),
            models.CheckConstraint(
                condition=Q(user=None) ^ Q(email=""), name="convocation_of_a_member_or_of_an_address"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="convocation_answer_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}, {self.meeting}"

    @property
    def who(self) -> str:
        """The person as others read them."""
        return str(self.user) if self.user_id else self.name or self.email

    @property
    def declined_by(self) -> "Convocation | None":
        """Who was asked to come in this person's place and cannot."""
        return None if self.answer else self.replaced_by

    @property
    def greeting(self) -> str:
        """The name by which one greets them; empty where none is known."""
        return self.user.name if self.user_id else self.name

    @property
    def address(self) -> str:
        """Where one writes to them."""
        return self.user.email if self.user_id else self.email


def validate_days(days: Any) -> None:
    """Accept a few different numbers of days before a meeting."""
    whole = isinstance(days, list) and all(type(day) is int and 0 < day <= LONGEST_NOTICE for day in days)
    if not whole or len(days) > MOST_REMINDERS or len(set(days)) < len(days):
        raise ValidationError(f"Donnez au plus {MOST_REMINDERS} nombres de jours, de 1 à {LONGEST_NOTICE}.")


def usual_days() -> list[int]:
    """When people are reminded, where nobody chose otherwise."""
    return list(DAYS_BEFORE)


class Reminding(models.Model):
    """How people are reminded of a meeting; one that has none is reminded as `Reminding()` says.

    `hour` is local. `after_words` says what is expected of each once the meeting took place; it leaves the
    day after at the same hour, and empty words send nothing.
    """

    class Audience(models.TextChoices):
        NOT_DECLINED = "not_declined", "à toutes les personnes qui n’ont pas dit non"
        UNANSWERED = "unanswered", "seulement à celles qui n’ont pas répondu"

    meeting = models.OneToOneField(
        Meeting, models.CASCADE, related_name="reminding", verbose_name="rencontre"
    )
    days = models.JSONField(
        "jours avant la rencontre", default=usual_days, blank=True, validators=[validate_days]
    )
    hour = models.TimeField("heure d’envoi", default=dt.time(9))
    audience = models.CharField("à qui", max_length=12, choices=Audience, default=Audience.NOT_DECLINED)
    subject = models.CharField("objet", max_length=160, blank=True, validators=[one_line])
    opening = models.TextField("premiers mots", max_length=2000, blank=True)
    after_words = models.TextField("mot d’après la rencontre", max_length=4000, blank=True)

    class Meta:
        verbose_name = "réglage des rappels"
        verbose_name_plural = "réglages des rappels"

    def __str__(self) -> str:
        return str(self.meeting)
