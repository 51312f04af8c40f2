"""What buyers run into, what others propose, and the questions they ask each other between meetings."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Prefetch, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from chantier.models import Chantier, Organization
from ecpar_portal import french
from meetings.models.meetings import Meeting, one_line

LONGEST_TEXT = 4000
LONGEST_TITLE = 140
STAGES = 5
STAGE_CHOICES = [(rank, f"Étape{french.NBSP}{rank}") for rank in range(1, STAGES + 1)]


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

    def existing(self) -> "SaidQuerySet":
        """Leave out what demonstration organisations say where `DEMO` is off."""
        return self if settings.DEMO else self.exclude(organization__is_demonstration=True)

    def shown(self) -> "SaidQuerySet":
        """Keep what people read, with who said it."""
        return self.existing().standing().select_related("organization")


class PlacedQuerySet(SaidQuerySet):
    """Queries on what is said in a chantier."""

    def visible_to(self, user: Any) -> "PlacedQuerySet":
        """Keep what is said in the person's chantiers and still stands."""
        return self.shown().filter(chantier__in=Chantier.objects.visible_to(user)).select_related("theme")

    def latest_first(self) -> "PlacedQuerySet":
        """Order what people wrote by day, then the examples that the portal came with in their own order."""
        written = Case(When(is_example=False, then=F("written_at")))
        return self.order_by("is_example", written.desc(), "pk")


class ObstacleQuerySet(PlacedQuerySet):
    """Queries on obstacles."""

    def saying(self, words: str) -> "ObstacleQuerySet":
        """Keep those that hold every word, in their text or in a solution; accents and case are forgiven.

        Compared in Python, so that both databases find the same.
        """
        texts = {pk: [text] for pk, text in self.values_list("pk", "text")}
        solutions = Solution.objects.shown().filter(obstacle__in=texts).order_by()
        for pk, text in solutions.values_list("obstacle", "text"):
            texts[pk].append(text)
        return self.filter(pk__in=[pk for pk, said in texts.items() if french.holds("\n".join(said), words)])

    def by_stage(self) -> list[tuple[int, int]]:
        """How many there are at each of the five stages; nothing where none has one."""
        found = self.exclude(stage=None).order_by().values_list("stage").annotate(count=Count("pk"))
        counts = dict(found)
        return [(rank, counts.get(rank, 0)) for rank, _ in STAGE_CHOICES] if counts else []

    def with_counts(self) -> "ObstacleQuerySet":
        """Add how many solutions each has, and how many organisations tried one."""
        solutions = Solution.objects.shown().filter(obstacle=OuterRef("pk"))
        tried = Trial.objects.existing().filter(solution__in=Solution.objects.shown())
        return self.annotate(
            solution_count=_counted(solutions, "obstacle"),
            trial_count=_counted(tried.filter(solution__obstacle=OuterRef("pk")), "solution__obstacle"),
        )

    def with_answers(self) -> "ObstacleQuerySet":
        """Fetch the solutions of each with who tried them, and the questions about it."""
        trials = Prefetch("trials", Trial.objects.existing().select_related("organization"))
        solutions = Solution.objects.shown().prefetch_related(trials)
        questions = Question.objects.shown().with_counts()
        return self.prefetch_related(Prefetch("solutions", solutions), Prefetch("questions", questions))


class QuestionQuerySet(PlacedQuerySet):
    """Queries on questions."""

    def visible_to(self, user: Any) -> "QuestionQuerySet":
        """Leave out also those about an obstacle that was taken back."""
        seen = super().visible_to(user).filter(Q(obstacle=None) | Q(obstacle__in=Obstacle.objects.shown()))
        return seen.select_related("obstacle")

    def saying(self, words: str) -> "QuestionQuerySet":
        """Keep those that hold every word, in their text or in a reply."""
        texts = {pk: [text] for pk, text in self.values_list("pk", "text")}
        replies = Reply.objects.shown().filter(question__in=texts).order_by()
        for pk, text in replies.values_list("question", "text"):
            texts[pk].append(text)
        return self.filter(pk__in=[pk for pk, said in texts.items() if french.holds("\n".join(said), words)])

    def with_counts(self) -> "QuestionQuerySet":
        """Add how many replies each has."""
        replies = Reply.objects.shown().filter(question=OuterRef("pk"))
        return self.annotate(reply_count=_counted(replies, "question"))

    def with_answers(self) -> "QuestionQuerySet":
        """Fetch the replies of each."""
        return self.prefetch_related(Prefetch("replies", Reply.objects.shown()))


class TrialQuerySet(models.QuerySet):
    """Queries on what was tried."""

    def existing(self) -> "TrialQuerySet":
        """Leave out demonstration organisations where `DEMO` is off."""
        return self if settings.DEMO else self.exclude(organization__is_demonstration=True)


def _counted(rows: models.QuerySet, by: str) -> Coalesce:
    """How many rows there are, as a subquery; zero where there is none."""
    counts = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


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

    @property
    def title(self) -> str:
        """The text, or its first words where it is long."""
        return french.shortened(self.text, LONGEST_TITLE)

    @property
    def is_long(self) -> bool:
        """Whether its title leaves something of it out, or its lines."""
        return self.title != french.typographic(self.text)

    @property
    def who(self) -> str:
        """Who says it, as others read it."""
        return str(self.organization) if self.organization_id else "Coordination"


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

    objects = ObstacleQuerySet.as_manager()

    class Meta(Placed.Meta):
        verbose_name = "obstacle"
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=None) | Q(stage__range=(1, STAGES)), name="obstacle_stage_is_one_of_five"
            )
        ]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("obstacle", args=[self.pk])


class Solution(Said):
    """What is proposed against an obstacle."""

    obstacle = models.ForeignKey(Obstacle, models.PROTECT, related_name="solutions")

    class Meta(Said.Meta):
        verbose_name = "solution"

    def get_absolute_url(self) -> str:
        """Return its place on the page of its obstacle."""
        return f"{reverse('obstacle', args=[self.obstacle_id])}#solution-{self.pk}"


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

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = "essai d’une solution"
        verbose_name_plural = "essais de solutions"
        ordering = ["tried_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "organization"], name="trial_once_an_organization")
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.solution}"

    @property
    def mark(self) -> str:
        """Changes with what the note says."""
        return hashlib.sha256(self.note.encode()).hexdigest()[:16]


class Question(Placed):
    """A question between two meetings, on an obstacle or on its own."""

    obstacle = models.ForeignKey(
        Obstacle, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name="obstacle"
    )

    objects = QuestionQuerySet.as_manager()

    class Meta(Placed.Meta):
        verbose_name = "question"
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=None) | Q(stage__range=(1, STAGES)), name="question_stage_is_one_of_five"
            )
        ]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("question", args=[self.pk])


class Reply(Said):
    """What somebody answers to a question."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="replies")

    class Meta(Said.Meta):
        verbose_name = "réponse à une question"
        verbose_name_plural = "réponses à des questions"

    def get_absolute_url(self) -> str:
        """Return its place on the page of its question."""
        return f"{reverse('question', args=[self.question_id])}#reponse-{self.pk}"
