"""What lists of meetings can be narrowed to."""

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from chantier.filters import ListFilter, cycles_seen
from chantier.models import Cycle, Organization
from meetings.models import Commitment, Meeting, MeetingQuerySet

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
