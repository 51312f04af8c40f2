"""When we meet, what each meeting set out to do, and what came of it."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from chantier.models import Cycle, Objective, Organization
from chantier.models.cycles import Ranked
from ecpar_portal import french
from meetings.models.keys import keys_in, keys_tied

# The network exists since 2007; a year typed with a wrong digit would stretch the ruler over centuries.
FIRST_DAY, LAST_DAY = dt.date(2007, 1, 1), dt.date(2200, 12, 31)
OUT_OF_TIME = "Donnez une date de 2007 à 2200."
OWN_SLUG = re.compile(r"\d{4}-\d{2}-\d{2}(-\d+)?")


# Also the separators that a browser lets through: a title becomes the subject of messages.
one_line = RegexValidator(r"\A[^\x00-\x1f\x7f\x85\u2028\u2029]*\Z", "Écrivez sur une seule ligne.")


def is_past(day: dt.date) -> bool:
    """Whether a day is over, local time."""
    return day < timezone.localdate()


class Reading(models.TextChoices):
    """How sure a link is: proposed by whoever read the text, or confirmed by the coordinator."""

    PROPOSED = "proposed", "proposée"
    CONFIRMED = "confirmed", "confirmée"


class MeetingQuerySet(models.QuerySet):
    """Queries on meetings."""

    def visible_to(self, user: Any) -> "MeetingQuerySet":
        """Keep the meetings of the person's chantiers; drafts are for coordinators."""
        return self.filter(cycle__in=Cycle.objects.visible_to(user)).without_drafts_for(user)

    def without_drafts_for(self, user: Any) -> "MeetingQuerySet":
        """Leave out the drafts, but for coordinators; for meetings whose cycle the person may see."""
        if user.is_authenticated and user.is_coordinator:
            return self
        return self.exclude(state=Meeting.State.DRAFT)

    def upcoming(self) -> "MeetingQuerySet":
        """Keep the convened meetings of today and later, soonest first."""
        today = timezone.localdate()
        return self.filter(state=Meeting.State.CONVENED, date__gte=today).order_by("date", "starts_at")

    def latest_first(self) -> "MeetingQuerySet":
        """Order from the last day to the first."""
        return self.select_related("cycle__chantier").order_by("-date", "-starts_at", "-pk")

    def with_counts(self) -> "MeetingQuerySet":
        """Count the objectives and the points of each meeting."""
        return self.annotate(
            objective_count=Count("objectives", distinct=True), point_count=Count("points", distinct=True)
        )

    def with_needs_counted(self) -> "MeetingQuerySet":
        """Count the needs that stand: `need_count`."""
        return self.annotate(need_count=Count("needs", filter=Q(needs__withdrawn_at=None), distinct=True))

    def thread_for(self, user: Any) -> "list[Meeting]":
        """Fetch the meetings with what a person may read of them: where there is a version, that alone."""
        unpublished = user.is_authenticated and user.is_coordinator
        meetings = list(self.without_drafts_for(user).select_related("current_version"))
        if unwritten := [meeting for meeting in meetings if unpublished or not meeting.version_to_read]:
            prefetch_related_objects(unwritten, *self._thread(unpublished))
        return meetings

    def with_thread(self, *, unpublished: bool = False) -> "MeetingQuerySet":
        """Fetch objectives, points and the links between them, in a number of queries that does not grow.

        The points of a synthesis that is not published are left out, unless they are asked for; those of one
        that is are in its version, but for what was published before versions existed.
        """
        return self.select_related("current_version").prefetch_related(*self._thread(unpublished))

    def _thread(self, unpublished: bool) -> list[Prefetch]:
        objectives = MeetingObjective.objects.select_related("comes_from__meeting")
        points = SynthesisPoint.objects.with_rank().with_taken().prefetch_related("point_answers")
        if not unpublished:
            points = points.filter(meeting__state=Meeting.State.PUBLISHED, meeting__current_version=None)
        return [Prefetch("objectives", objectives), Prefetch("points", points)]


class Meeting(models.Model):
    """A meeting of a cycle.

    `date` is the local day; `starts_at` and `ends_at` are instants (stored in UTC), both empty where the
    hours are not known, as for the five meetings of 2020-2021. The slug follows the date of a draft and stays
    once the meeting is convened, even when it moves.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "brouillon"
        CONVENED = "convened", "convoquée"
        HELD = "held", "tenue"
        PUBLISHED = "published", "synthèse publiée"
        CANCELLED = "cancelled", "annulée"

    ANNOUNCED = (State.CONVENED, State.HELD, State.PUBLISHED)

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="meetings")
    slug = models.SlugField("adresse", max_length=20, unique=True, blank=True, editable=False)
    date = models.DateField(
        "date",
        validators=[MinValueValidator(FIRST_DAY, OUT_OF_TIME), MaxValueValidator(LAST_DAY, OUT_OF_TIME)],
    )
    starts_at = models.DateTimeField("début", null=True, blank=True)
    ends_at = models.DateTimeField("fin", null=True, blank=True)
    title = models.CharField("titre", max_length=160, blank=True, validators=[one_line])
    place = models.CharField("lieu", max_length=160, blank=True, validators=[one_line])
    video_link = models.URLField("lien de la visioconférence", max_length=500, blank=True, db_default="")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    invites_all = models.BooleanField(
        "toutes les organisations du cycle",
        default=True,
        db_default=True,
        help_text="Celles qui s’y joindront plus tard aussi.",
    )
    organizations = models.ManyToManyField(
        Organization,
        related_name="invited_to",
        blank=True,
        verbose_name="organisations invitées",
        help_text="Celles du cycle qui sont invitées, lorsqu’elles ne le sont pas toutes.",
    )
    capacity = models.PositiveSmallIntegerField(
        "nombre de places",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "Donnez au moins une place.")],
    )
    answer_by = models.DateField(
        "réponse attendue au plus tard le", null=True, blank=True, help_text="Ce jour compris."
    )
    # Counts what people wrote on its page of preparation: who saves an older one compares first.
    revision = models.PositiveIntegerField("révision", default=0, db_default=0, editable=False)
    # Counts what people wrote at the desk of its synthesis, in the same way.
    synthesis_revision = models.PositiveIntegerField(
        "révision de la synthèse", default=0, db_default=0, editable=False
    )
    # When its convocations were written; empty for a draft, and for one that a file convened, or a release
    # before there were convocations, until `keep_called` notes who is called without writing to them.
    convened_at = models.DateTimeField("convoquée", null=True, blank=True, editable=False)
    # How many times the meeting moved, or was cancelled, once convened: the SEQUENCE of its calendar event.
    sequence = models.PositiveSmallIntegerField("déplacements", default=0, editable=False)
    current_version = models.OneToOneField(
        "SynthesisVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "rencontre"
        ordering = ["date", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="meeting_ends_after_it_starts",
                violation_error_message="La fin vient après le début.",
            ),
            models.CheckConstraint(
                condition=Q(date__range=(FIRST_DAY, LAST_DAY)),
                name="meeting_is_in_the_network_s_time",
                violation_error_message=OUT_OF_TIME,
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Rencontre du {french.long_date(self.date)}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the slug of a draft in step with its date, unless a file gave it another."""
        follows = self.state == self.State.DRAFT and OWN_SLUG.fullmatch(self.slug)
        if not self.slug or (follows and not self.slug.startswith(str(self.date))):
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        taken = set(Meeting.objects.filter(slug__startswith=str(self.date)).values_list("slug", flat=True))
        candidates = [str(self.date), *(f"{self.date}-{n}" for n in range(2, len(taken) + 2))]
        return next(slug for slug in candidates if slug not in taken)

    def get_absolute_url(self) -> str:
        """Return the address of the meeting's page."""
        return reverse("meeting", args=[self.slug])

    def clean(self) -> None:
        """Refuse hours that fall on another day than the date."""
        if self.starts_at and timezone.localdate(self.starts_at) != self.date:
            raise ValidationError("L’heure de début tombe un autre jour que la date.")

    @property
    def begins_at(self) -> dt.datetime:
        """The instant until which people answer: its start, the first of its day where no hour is known."""
        midnight = dt.datetime.combine(self.date, dt.time(), ZoneInfo(settings.TIME_ZONE))
        return self.starts_at or midnight.astimezone(dt.UTC)

    @property
    def over_at(self) -> dt.datetime:
        """The instant at which it is over: its end, or that of its day where it is not known."""
        midnight = dt.datetime.combine(
            self.date + dt.timedelta(days=1), dt.time(), ZoneInfo(settings.TIME_ZONE)
        )
        return self.ends_at or midnight.astimezone(dt.UTC)

    @property
    def is_past(self) -> bool:
        """Whether the meeting's day is over."""
        return is_past(self.date)

    @property
    def is_announced(self) -> bool:
        """Whether it is convened or took place: neither a draft nor cancelled."""
        return self.state in self.ANNOUNCED

    @property
    def is_published(self) -> bool:
        """Whether members may download its synthesis."""
        return self.state == self.State.PUBLISHED

    @property
    def version_to_read(self) -> Any:
        """The version that members read; None before there is one, and while nothing is published."""
        return self.current_version if self.is_published else None

    def content(self) -> dict[str, Any]:
        """What stands in the database today, as a version would freeze it; asked `with_thread()`."""
        return {
            "objectives": [objective.content() for objective in self.objectives.all()],
            "points": [point.content() for point in self.points.all()],
        }

    @property
    def timed_agenda(self) -> list[Any]:
        """The lines of the agenda, each with when it begins where the meeting has an hour."""
        lines, at = list(self.agenda.all()), self.starts_at
        for line in lines:
            line.starts = french.hour(at) if at else ""
            at = at and at + dt.timedelta(minutes=line.minutes)
        return lines

    @property
    def days_left(self) -> int:
        """Days from today to the meeting."""
        return (self.date - timezone.localdate()) // dt.timedelta(days=1)


class MeetingObjective(Ranked):
    """What a meeting set out to do.

    `met_in_session` marks one that was reached in the room and calls for no point of synthesis.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="objectives")
    objectives = models.ManyToManyField(
        Objective, related_name="meeting_objectives", blank=True, verbose_name="objectifs du cycle"
    )
    met_in_session = models.BooleanField("atteint en séance", default=False)
    comes_from = models.ForeignKey(
        "SynthesisPoint",
        models.SET_NULL,
        related_name="taken_up_by",
        null=True,
        blank=True,
        verbose_name="vient du point",
        help_text="Le point d’une rencontre antérieure que cet objectif reprend.",
    )
    reading = models.CharField("lecture", max_length=10, choices=Reading, default=Reading.PROPOSED)

    class Meta(Ranked.Meta):
        verbose_name = "objectif"

    def content(self) -> dict[str, Any]:
        """What a version keeps of it; of an origin that is not published, nothing but its number."""
        origin = self.comes_from
        day = str(origin.meeting.date) if origin and origin.meeting.is_published else ""
        return {
            "id": self.pk,
            "text": self.text,
            "met_in_session": self.met_in_session,
            "reading": self.reading,
            "comes_from": {"id": origin.pk, "date": day} if origin else None,
        }


class SynthesisPointQuerySet(models.QuerySet):
    """Queries on points of synthesis."""

    def with_rank(self) -> "SynthesisPointQuerySet":
        """Number the objective that each point became, as the page of its cycle numbers it: `became_rank`."""
        before = Q(position__lt=OuterRef("became_objective__position"))
        same = Q(position=OuterRef("became_objective__position"), pk__lte=OuterRef("became_objective"))
        siblings = Objective.objects.filter(cycle=OuterRef("became_objective__cycle")).order_by()
        rank = siblings.filter(before | same).values("cycle").annotate(rank=Count("pk")).values("rank")
        return self.annotate(became_rank=Subquery(rank))

    def with_taken(self) -> "SynthesisPointQuerySet":
        """Tell which needs and obstacles each takes up."""
        return self.annotate(
            need_keys=keys_tied(SynthesisPoint.needs.through, "synthesispoint", "need"),
            obstacle_keys=keys_tied(SynthesisPoint.obstacles.through, "synthesispoint", "obstacle"),
        )


class SynthesisPoint(Ranked):
    """One thing that came of a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="points")
    answers = models.ManyToManyField(
        MeetingObjective,
        through="PointAnswer",
        related_name="answered_by",
        blank=True,
        verbose_name="répond à",
    )
    became_objective = models.OneToOneField(
        Objective,
        models.SET_NULL,
        related_name="comes_from",
        null=True,
        blank=True,
        verbose_name="devenu l’objectif du cycle",
    )
    needs = models.ManyToManyField(
        "Need", related_name="points", blank=True, verbose_name="besoins qu’il reprend"
    )
    obstacles = models.ManyToManyField(
        "Obstacle", related_name="points", blank=True, verbose_name="obstacles qu’il reprend"
    )
    reading = models.CharField("lecture", max_length=10, choices=Reading, default=Reading.PROPOSED)

    objects = SynthesisPointQuerySet.as_manager()

    class Meta(Ranked.Meta):
        verbose_name = "point de synthèse"
        verbose_name_plural = "points de synthèse"

    def content(self) -> dict[str, Any]:
        """What a version keeps of it; asked `with_rank()` and `with_taken()`."""
        answers = [{"id": link.objective_id, "reading": link.reading} for link in self.point_answers.all()]
        taken = {"needs": keys_in(self.need_keys), "obstacles": keys_in(self.obstacle_keys)}
        return {
            "id": self.pk,
            "text": self.text,
            "reading": self.reading,
            "answers": answers,
            "became_rank": self.became_rank,
            # Left out where there is none: what was published before there were any says the same.
            **{name: keys for name, keys in taken.items() if keys},
        }


class PointAnswer(models.Model):
    """A point of synthesis answers an objective of the same meeting."""

    point = models.ForeignKey(SynthesisPoint, models.CASCADE, related_name="point_answers")
    objective = models.ForeignKey(
        MeetingObjective, models.CASCADE, related_name="point_answers", verbose_name="objectif"
    )
    reading = models.CharField("lecture", max_length=10, choices=Reading, default=Reading.PROPOSED)

    class Meta:
        verbose_name = "réponse"
        ordering = ["objective__position", "objective_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "objective"],
                name="point_answers_an_objective_once",
                violation_error_message="Ce point répond déjà à cet objectif.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.point} → {self.objective}"

    def clean(self) -> None:
        """Refuse a link to an objective of another meeting."""
        if self.point.meeting_id != self.objective.meeting_id:
            raise ValidationError("Un point répond aux objectifs de sa propre rencontre.")
