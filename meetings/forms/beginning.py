"""A new meeting: its cycle, its day, and the earlier one that it starts from."""

from collections import defaultdict
from typing import Any

from django import forms

from chantier.models import Cycle
from ecpar_portal import french
from meetings.forms.hours import end_field, instants_of, start_field
from meetings.forms.preparing import PAST, date_input
from meetings.models import Meeting
from meetings.models.meetings import is_past


class BeginningForm(forms.ModelForm):
    """Where a meeting begins; the rest is written on its page of preparation."""

    source = forms.ModelChoiceField(
        label="À partir d’une rencontre",
        queryset=Meeting.objects.none(),
        to_field_name="slug",
        required=False,
        help_text="Reprend le titre, le lieu, les objectifs, l’ordre du jour, qui est invité et les rappels; "
        "jamais les réponses ni la synthèse.",
    )
    start_time, end_time = start_field(), end_field()

    use_required_attribute = False
    field_order = ["cycle", "source", "date", "start_time", "end_time", "title"]

    class Meta:
        model = Meeting
        fields = ["cycle", "date", "title"]
        widgets = {"date": date_input()}
        help_texts = {"title": "Vide, la rencontre porte sa date, ou le titre de celle qu’elle reprend."}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cycles = Cycle.objects.visible_to(user).select_related("chantier").latest_first()
        self.fields["cycle"] = forms.ModelChoiceField(
            label="Cycle", queryset=cycles, to_field_name="slug", empty_label="Choisissez un cycle"
        )
        self.order_fields(self.field_order)
        source = self.fields["source"]
        source.queryset = Meeting.objects.visible_to(user).latest_first()
        source.choices = [("", "Aucune : une page blanche"), *by_cycle(source.queryset)]

    def clean(self) -> dict[str, Any]:
        """Join day and hours; refuse a day that is past."""
        cleaned = super().clean()
        if cleaned.get("date") and is_past(cleaned["date"]):
            self.add_error("date", PAST)
        self.instance.starts_at, self.instance.ends_at = instants_of(self)
        return cleaned

    def beginning(self) -> dict[str, Any]:
        """What the action takes."""
        meeting = self.instance
        return {
            "cycle": self.cleaned_data["cycle"],
            "date": meeting.date,
            "starts_at": meeting.starts_at,
            "ends_at": meeting.ends_at,
            "title": meeting.title,
            "source": self.cleaned_data["source"],
        }


def by_cycle(meetings: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Meetings as choices, those of each cycle together."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for meeting in meetings:
        day = french.long_date(meeting.date)
        words = f"{day} · {french.shortened(meeting.title, 60)}" if meeting.title else day
        groups[str(meeting.cycle)].append((meeting.slug, words))
    return list(groups.items())
