"""What buyers run into, what others propose, and the questions they ask each other between meetings."""

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from chantier.models import Chantier, Organization
from meetings.models.meetings import Meeting, one_line

LONGEST_TEXT = 4000
STAGES = 5


class Theme(models.Model):
    """A heading under which obstacles stand, in the order that the coordinator gives."""

    name = models.CharField("nom", max_length=80, unique=True, validators=[one_line])
    slug = models.SlugField("adresse", max_length=80, unique=True)
    position = models.PositiveSmallIntegerField("ordre", default=1)

    class Meta:
        verbose_name = "thème d’échange"
        verbose_name_plural = "thèmes d’échange"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class SaidQuerySet(models.QuerySet):
    """Queries on what people say to each other."""

    def standing(self) -> "SaidQuerySet":
        """Keep what nobody took back."""
        return self.filter(withdrawn_at=None)


class Said(models.Model):
    """Something that a person says for their organisation; taken back, it stays and is not shown.

    `is_example` marks what the portal came with, to be read again by the network.
    """

    text = models.TextField(
        "texte",
        max_length=LONGEST_TEXT,
        validators=[MaxLengthValidator(LONGEST_TEXT, f"Écrivez au plus {LONGEST_TEXT} caractères.")],
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    written_at = models.DateTimeField("écrit", auto_now_add=True)
    withdrawn_at = models.DateTimeField("retiré", null=True, blank=True)
    is_example = models.BooleanField("exemple à relire", default=False, db_default=False)

    objects = SaidQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return self.text


class Placed(Said):
    """What is said in a chantier, under a theme and a stage of its guide (1 to 5, empty where none)."""

    chantier = models.ForeignKey(Chantier, models.PROTECT, related_name="%(class)ss")
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="thème"
    )
    stage = models.PositiveSmallIntegerField(
        "étape du guide",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(STAGES)],
    )

    class Meta(Said.Meta):
        abstract = True


class Obstacle(Placed):
    """What a buyer runs into; heard at a meeting, or written between two."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="obstacles", verbose_name="rencontre"
    )

    class Meta(Placed.Meta):
        verbose_name = "obstacle"
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=None) | Q(stage__range=(1, STAGES)), name="obstacle_stage_is_one_of_five"
            )
        ]


class Solution(Said):
    """What is proposed against an obstacle."""

    obstacle = models.ForeignKey(Obstacle, models.PROTECT, related_name="solutions")

    class Meta(Said.Meta):
        verbose_name = "solution"


class Trial(models.Model):
    """An organisation tried a solution; `note` says what came of it."""

    solution = models.ForeignKey(Solution, models.CASCADE, related_name="trials")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="trials", verbose_name="organisation"
    )
    note = models.TextField("ce qu’il en est ressorti", max_length=LONGEST_TEXT, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    tried_at = models.DateTimeField("noté", auto_now_add=True)

    class Meta:
        verbose_name = "essai d’une solution"
        verbose_name_plural = "essais de solutions"
        ordering = ["tried_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "organization"], name="trial_once_an_organization")
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.solution}"


class Question(Placed):
    """A question between two meetings, on an obstacle or on its own."""

    obstacle = models.ForeignKey(
        Obstacle, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name="obstacle"
    )

    class Meta(Placed.Meta):
        verbose_name = "question"
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=None) | Q(stage__range=(1, STAGES)), name="question_stage_is_one_of_five"
            )
        ]


class Reply(Said):
    """What somebody answers to a question."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="replies")

    class Meta(Said.Meta):
        verbose_name = "réponse à une question"
        verbose_name_plural = "réponses à des questions"
