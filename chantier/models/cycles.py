"""Chantiers, their yearly cycles, and what a cycle aims at and achieves."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from chantier.models.organizations import Organization, plain_slug

FIRST_MONTH = 9  # a cycle goes from September to August


def starting_year_of(day: dt.date) -> int:
    """Return the year in which the cycle of a day began: 2020 for 28 January 2021."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


class ChantierQuerySet(models.QuerySet):
    """Queries on chantiers."""

    def existing(self) -> "ChantierQuerySet":
        """Leave out the demonstration where `DEMO` is off."""
        return self if settings.DEMO else self.filter(is_demonstration=False)

    def visible_to(self, user: Any) -> "ChantierQuerySet":
        """Keep the chantiers where the person's organisation takes part today; all for a coordinator."""
        if not user.is_authenticated:
            return self.none()
        if user.is_coordinator:
            return self.existing()
        return self.of_member(user.pk)

    def of_member(self, user_id: int) -> "ChantierQuerySet":
        """Keep the chantiers where an organisation for which a person takes part today takes part today."""
        takes_part = {"organization__memberships__user": user_id, "organization__memberships__until": None}
        current = Participation.objects.current().filter(**takes_part)
        return self.existing().filter(pk__in=current.values("cycle__chantier"))


class Chantier(models.Model):
    """A working group of the network; several run side by side."""

    name = models.CharField("nom", max_length=80, unique=True)
    slug = models.SlugField("adresse", max_length=60, unique=True, validators=[plain_slug])
    presentation = models.TextField("présentation")
    is_demonstration = models.BooleanField("démonstration", default=False)

    objects = ChantierQuerySet.as_manager()

    class Meta:
        verbose_name = "chantier"
        ordering = ["is_demonstration", "name"]

    def __str__(self) -> str:
        return self.name


class CycleQuerySet(models.QuerySet):
    """Queries on cycles."""

    def existing(self) -> "CycleQuerySet":
        """Leave out the demonstration where `DEMO` is off."""
        if settings.DEMO:
            return self
        return self.filter(is_demonstration=False, chantier__is_demonstration=False)

    def visible_to(self, user: Any) -> "CycleQuerySet":
        """Keep the cycles, past ones included, of the chantiers that the person may see."""
        return self.existing().filter(chantier__in=user.chantiers) if user.is_authenticated else self.none()

    def latest_first(self) -> "CycleQuerySet":
        """Order by year, the demonstration after what is real."""
        return self.order_by("is_demonstration", "-starting_year", "slug")

    def with_participants(self, user: Any) -> "CycleQuerySet":
        """Fetch the objectives of each cycle and who takes part, for `participants`."""
        participations = Participation.objects.visible_to(user).select_related("organization")
        return self.prefetch_related("objectives", models.Prefetch("participations", participations))


class Cycle(models.Model):
    """A year of a chantier.

    `starting_year` is the year of its autumn: 2020 for 2020-2021. `network_presentation` is how the network
    presented itself that year, as its bilan prints it.
    """

    chantier = models.ForeignKey(Chantier, models.PROTECT, related_name="cycles")
    slug = models.SlugField("adresse", max_length=80, unique=True, validators=[plain_slug])
    starting_year = models.PositiveSmallIntegerField("année de début")
    network_presentation = models.TextField("présentation du réseau", blank=True)
    is_demonstration = models.BooleanField("démonstration", default=False)
    organizations = models.ManyToManyField(Organization, through="Participation", related_name="cycles")

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = "cycle"
        ordering = ["-starting_year", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starting_year__range=(2007, 2200)),
                name="cycle_starts_after_the_network",
                violation_error_message="Le réseau existe depuis 2007 : donnez une année de 2007 ou après.",
            )
        ]

    def __str__(self) -> str:
        label = " (démonstration)" if self.is_demonstration else ""
        return f"{self.chantier}, {self.name}{label}"

    def get_absolute_url(self) -> str:
        """Return the address of the cycle's path."""
        return reverse("cycle", args=[self.slug])

    @property
    def name(self) -> str:
        """The two years, as people say them: « 2020-2021 »."""
        return f"{self.starting_year}-{self.starting_year + 1}"

    @property
    def is_over(self) -> bool:
        """Whether its year is past."""
        return self.starting_year < starting_year_of(timezone.localdate())

    @property
    def participants(self) -> list[Organization]:
        """Who takes part today or, once the year is past, who took part; asked `with_participants()`."""
        kept = [row.organization for row in self.participations.all() if self.is_over or row.left is None]
        return list(dict.fromkeys(kept))  # who left and came back is one


class ParticipationQuerySet(models.QuerySet):
    """Queries on participations."""

    def current(self) -> "ParticipationQuerySet":
        """Keep those that have not ended."""
        return self.filter(left=None)

    def visible_to(self, user: Any) -> "ParticipationQuerySet":
        """Keep those, past ones included, in the cycles that the person may see."""
        seen = self.filter(cycle__in=Cycle.objects.visible_to(user))
        return seen if settings.DEMO else seen.filter(organization__is_demonstration=False)

    def by_chantier(self) -> "ParticipationQuerySet":
        """Order by chantier, the real ones first; in each, the last cycle first."""
        chantiers = ("cycle__chantier__is_demonstration", "cycle__chantier__name", "cycle__chantier")
        cycles = ("cycle__is_demonstration", "-cycle__starting_year", "cycle__slug", "-joined", "pk")
        return self.select_related("cycle__chantier").order_by(*chantiers, *cycles)


class Participation(models.Model):
    """An organisation takes part in a cycle; current while `left` is empty.

    One current participation opens every cycle of that chantier to the organisation's people.
    """

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="participations")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="participations", verbose_name="organisation"
    )
    joined = models.DateField("arrivée")
    left = models.DateField("départ", null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        ordering = ["organization__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "organization"],
                condition=Q(left=None),
                name="participation_one_current_per_cycle",
                violation_error_message="Cette organisation participe déjà au cycle.",
            ),
            models.CheckConstraint(
                condition=Q(left=None) | Q(left__gte=F("joined")),
                name="participation_ends_after_it_starts",
                violation_error_message="Le départ vient avant l’arrivée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, {self.cycle}"


class Ranked(models.Model):
    """A statement with its place in a list.

    Rows that share a position keep the order in which they were written: a reordering saved row by row never
    meets a refusal half-way.
    """

    position = models.PositiveSmallIntegerField(
        "ordre", default=1, validators=[MaxValueValidator(9999, "Donnez un nombre de 0 à 9999.")]
    )
    text = models.TextField("énoncé")

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Objective(Ranked):
    """What a cycle aims at."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="objectives")

    class Meta(Ranked.Meta):
        verbose_name = "objectif du cycle"
        verbose_name_plural = "objectifs du cycle"


class Achievement(Ranked):
    """What a cycle achieved (« principale réalisation »)."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="achievements")

    class Meta(Ranked.Meta):
        verbose_name = "réalisation"
