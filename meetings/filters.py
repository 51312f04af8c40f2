"""What lists of meetings can be narrowed to."""

from urllib.parse import urlencode

import django_filters
from django.http import HttpRequest
from django.utils import timezone

from chantier.models import Cycle
from meetings.models import Meeting, MeetingQuerySet

PERIODS = [("upcoming", "à venir"), ("past", "passées")]


def cycles_seen(request: HttpRequest) -> object:
    """The cycles that the person may choose from."""
    return Cycle.objects.visible_to(request.user).select_related("chantier").latest_first()


class MeetingFilter(django_filters.FilterSet):
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

    @property
    def query(self) -> str:
        """What the filter adds to the addresses of the pages of its list."""
        chosen = {name: self.data[name] for name in self.filters if self.data.get(name)}
        return urlencode(chosen) + "&" if chosen else ""
