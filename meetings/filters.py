"""What lists of meetings can be narrowed to."""

import django_filters
from django.utils import timezone

from chantier.filters import ListFilter, cycles_seen
from meetings.models import Meeting, MeetingQuerySet

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
