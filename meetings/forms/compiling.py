"""Which syntheses one wants in one file."""

from itertools import groupby
from typing import Any

from django import forms

from chantier.models import Cycle
from ecpar_portal import french
from meetings.actions.compiling import MOST, TOO_MANY
from meetings.models import Meeting


class MeetingsField(forms.ModelMultipleChoiceField):
    """Meetings, by their day and their title."""

    def label_from_instance(self, meeting: Meeting) -> str:
        """« 9 mars 2021, Cadre de référence »."""
        return ", ".join(filter(None, [french.long_date(meeting.date), meeting.title]))


class CompilationForm(forms.Form):
    """The meetings whose synthesis one wants, of those that one sees."""

    meetings = MeetingsField(
        Meeting.objects.none(),
        label="Synthèses",
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins une synthèse.",
            "invalid_choice": "Une de ces synthèses n’est plus offerte. Choisissez de nouveau.",
        },
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # one box of many
        seen = Meeting.objects.visible_to(user).filter(state=Meeting.State.PUBLISHED)
        published = seen.exclude(current_version=None).select_related("cycle__chantier", "current_version")
        ordered = published.order_by("-cycle__starting_year", "cycle__slug", "date", "starts_at", "pk")
        self.fields["meetings"].queryset = ordered

    def clean_meetings(self) -> list[Meeting]:
        """Refuse more than a document holds."""
        chosen = list(self.cleaned_data["meetings"])
        if len(chosen) > MOST:
            raise forms.ValidationError(TOO_MANY)
        return chosen

    def by_cycle(self) -> list[tuple[Cycle, list[forms.boundfield.BoundWidget]]]:
        """The boxes to tick, cycle by cycle."""
        meetings = self.fields["meetings"].queryset
        pairs = zip(meetings, self["meetings"].subwidgets, strict=True)
        grouped = groupby(pairs, key=lambda pair: pair[0].cycle)
        return [(cycle, [box for _, box in its]) for cycle, its in grouped]
