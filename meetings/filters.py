"""What lists of meetings, of exchanges and of activities can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from chantier.context import header_of
from chantier.filters import ListFilter, cycles_seen
from chantier.models import Cycle, Organization
from ecpar_portal import french
from meetings.access import networks_in
from meetings.models import Activity, Commitment, Meeting, MeetingQuerySet, Obstacle, Question, Theme
from meetings.models.activities import ActivityQuerySet
from meetings.models.exchange import STAGE_CHOICES, ObstacleQuerySet, PlacedQuerySet, QuestionQuerySet

PERIODS = [("upcoming", "à venir"), ("past", "passées")]


class MeetingFilter(ListFilter):
    """Narrows a list of meetings by cycle and by period."""

    cycle = django_filters.ModelChoiceFilter(
        label="Cycle", queryset=cycles_seen, to_field_name="slug", empty_label="Tous les cycles"
    )
    period = django_filters.ChoiceFilter(
        label="Période", choices=PERIODS, method="in_period", empty_label="Toutes les périodes"
    )

    class Meta:
        model = Meeting
        fields = ["cycle", "period"]

    def in_period(self, meetings: MeetingQuerySet, name: str, value: str) -> MeetingQuerySet:
        """Keep the meetings to come, or those of days that are over."""
        today = timezone.localdate()
        return meetings.filter(date__gte=today) if value == "upcoming" else meetings.filter(date__lt=today)


class PlacedFilter(ListFilter):
    """Narrows what is said by its words, its theme and its stage of the guide."""

    q = django_filters.CharFilter(label="Mots", method="saying")
    theme = django_filters.ModelChoiceFilter(
        label="Thème", queryset=Theme.objects.all(), to_field_name="slug", empty_label="Tous les thèmes"
    )
    stage = django_filters.ChoiceFilter(
        label="Étape du guide", choices=STAGE_CHOICES, empty_label="Toutes les étapes"
    )

    def saying(self, said: PlacedQuerySet, name: str, value: str) -> PlacedQuerySet:
        """Keep what holds every word, or whose answers do."""
        return said.saying(value)

    @property
    def is_narrowed(self) -> bool:
        """Whether something else than words is asked for."""
        return any(self.data.get(name) for name in self.filters if name != "q")


class ObstacleFilter(PlacedFilter):
    """Narrows the obstacles, also to those without a solution or with one that somebody tried."""

    STATES = [
        ("none", "sans solution"),
        ("some", "avec une solution"),
        ("tried", "avec une solution essayée"),
    ]
    state = django_filters.ChoiceFilter(
        label="Solutions", choices=STATES, method="in_state", empty_label="Tous les obstacles"
    )

    @property
    def chosen_stage(self) -> int | None:
        """The stage to which the list is narrowed."""
        chosen = self.form.cleaned_data.get("stage") if self.form.is_valid() else None
        return int(chosen) if chosen else None

    class Meta:
        model = Obstacle
        fields = ["q", "theme", "stage", "state"]

    def in_state(self, obstacles: ObstacleQuerySet, name: str, value: str) -> ObstacleQuerySet:
        """Keep those whose solutions are so; asked `with_counts()`."""
        kept = {
            "none": {"solution_count": 0},
            "some": {"solution_count__gt": 0},
            "tried": {"trial_count__gt": 0},
        }
        return obstacles.filter(**kept[value])


class QuestionFilter(PlacedFilter):
    """Narrows the questions, also to those that nobody answered."""

    STATES = [("open", "sans réponse"), ("answered", "avec une réponse")]
    state = django_filters.ChoiceFilter(
        label="Réponses", choices=STATES, method="in_state", empty_label="Toutes les questions"
    )

    class Meta:
        model = Question
        fields = ["q", "theme", "stage", "state"]

    def in_state(self, questions: QuestionQuerySet, name: str, value: str) -> QuestionQuerySet:
        """Keep those that have a reply, or none; asked `with_counts()`."""
        return questions.filter(**{"reply_count": 0} if value == "open" else {"reply_count__gt": 0})


def networks_seen(request: HttpRequest) -> QuerySet:
    """The networks that the person may choose from."""
    chantier = header_of(request).current
    return networks_in(chantier) if chantier else Organization.objects.none()


class ActivityFilter(ListFilter):
    """Narrows the activities to a network, to words, and to those that are over."""

    q = django_filters.CharFilter(label="Mots", method="saying")
    network = django_filters.ModelChoiceFilter(
        label="Réseau",
        field_name="organization",
        queryset=networks_seen,
        to_field_name="slug",
        empty_label="Tous les réseaux",
    )
    period = django_filters.ChoiceFilter(
        label="Période", choices=[("past", "passées")], method="in_period", empty_label="à venir"
    )

    class Meta:
        model = Activity
        fields = ["q", "network", "period"]

    def filter_queryset(self, queryset: ActivityQuerySet) -> ActivityQuerySet:
        """Keep those to come, but where the past ones are asked for."""
        if not self.form.cleaned_data.get("period"):
            queryset = queryset.not_over()
        return super().filter_queryset(queryset)

    def in_period(self, activities: ActivityQuerySet, name: str, value: Any) -> ActivityQuerySet:
        """Keep those that are over."""
        return activities.past()

    def saying(self, activities: ActivityQuerySet, name: str, value: str) -> ActivityQuerySet:
        """Keep those that hold every word, accents and case forgiven."""
        rows = activities.order_by().values_list("pk", "title", "description", "place", "organization__name")
        found = [pk for pk, *texts in rows if french.holds("\n".join(texts), value)]
        return activities.filter(pk__in=found)


def organizations_committed(request: HttpRequest) -> QuerySet:
    """The organisations whose commitments the person reads."""
    seen = Commitment.objects.visible_to(request.user).order_by().values("organization")
    return Organization.objects.filter(pk__in=seen)


class CommitmentFilter(ListFilter):
    """Narrows a list of commitments: how they stand, whose they are, where they were said, their term."""

    state = django_filters.ChoiceFilter(label="État", choices=Commitment.State, empty_label="Tous les états")
    organization = django_filters.ModelChoiceFilter(
        label="Organisation",
        queryset=organizations_committed,
        to_field_name="slug",
        empty_label="Toutes les organisations",
    )
    cycle = django_filters.ModelChoiceFilter(
        label="Cycle",
        queryset=cycles_seen,
        to_field_name="slug",
        empty_label="Tous les cycles",
        method="in_cycle",
    )
    term = django_filters.ChoiceFilter(
        label="Échéance", choices=[("past", "passée")], method="by_term", empty_label="Toutes les échéances"
    )

    class Meta:
        model = Commitment
        fields = ["state", "organization", "cycle", "term"]

    def in_cycle(self, commitments: QuerySet, name: str, value: Cycle) -> QuerySet:
        """Keep those of the meetings of a cycle."""
        return commitments.filter(meeting__cycle=value)

    def by_term(self, commitments: QuerySet, name: str, value: str) -> QuerySet:
        """Keep those that are late."""
        return commitments.overdue()
