"""An activity of a partner network, as people write it; and what differs where two people wrote."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from chantier.models import Organization, User
from ecpar_portal import french
from meetings.access import networks_in
from meetings.actions.activities import WRITTEN
from meetings.forms.exchanging import TextField
from meetings.forms.hours import end_field, instants_of, start_field
from meetings.forms.preparing import PAST, WebAddressField, date_input
from meetings.models import Activity
from meetings.models.meetings import is_past

HOURS = {"starts_at": "start_time", "ends_at": "end_time"}
LONGEST_LINE = 160


class LineField(forms.CharField):
    """A line of text; what is too long is said, never cut by the browser."""

    def __init__(self, label: str, *, required: bool = True, help_text: str = "") -> None:
        widget = forms.TextInput({"dir": "auto"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)
        longest = f"Écrivez au plus {LONGEST_LINE} caractères; il y en a %(show_value)d."
        self.validators.append(MaxLengthValidator(LONGEST_LINE, longest))


class ActivityForm(forms.ModelForm):
    """What, when and where; a coordinator says of which network."""

    use_required_attribute = False
    title = LineField("Titre")
    organization = forms.ModelChoiceField(
        label="Réseau",
        queryset=Organization.objects.none(),
        to_field_name="slug",
        empty_label="Choisissez un réseau",
    )
    start_time, end_time = start_field(), end_field()
    place = LineField("Lieu", required=False, help_text="Une adresse, une ville, ou « en ligne ».")
    link = WebAddressField(
        label="Lien",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": "Donnez une adresse qui commence par https://."},
        help_text="Où s’inscrire ou en lire plus. L’adresse complète, qui commence par https://.",
    )
    description = TextField("Description", required=False)

    class Meta:
        model = Activity
        fields = ["title", "organization", "date", "last_day", "place", "link", "description"]
        widgets = {"date": date_input(), "last_day": date_input()}
        labels = {"date": "Jour", "last_day": "Dernier jour"}
        help_texts = {"last_day": "Vide si elle tient en un jour."}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activity = self.instance
        self.day_before = activity.date
        self.user = user
        del self.fields["link"].widget.attrs["maxlength"]  # what is too long is said, never cut
        for name, field in HOURS.items():
            if moment := getattr(activity, name):
                self.initial[field] = timezone.localtime(moment).time()
        if user.is_coordinator:
            self.fields["organization"].queryset = networks_in(activity.chantier)
            self.initial["organization"] = activity.organization.slug if activity.organization_id else ""
        else:
            del self.fields["organization"]
            activity.organization = user.organization

    def clean(self) -> dict[str, Any]:
        """Join days and hours; refuse a new day that is past."""
        cleaned = super().clean()
        day, last = cleaned.get("date"), cleaned.get("last_day")
        if day and day != self.day_before and is_past(day) and is_past(last or day):
            self.add_error("date", PAST)
        if day and last and last < day:
            self.add_error("last_day", "Le dernier jour vient après le premier.")
        elif day and last == day:
            cleaned["last_day"] = None
        self.instance.starts_at, self.instance.ends_at = instants_of(self, last_day=cleaned.get("last_day"))
        return cleaned


class Difference(NamedTuple):
    """A part of an activity that two people wrote otherwise."""

    label: str
    now: str
    mine: str


def differences(now: Activity, mine: Activity) -> Iterator[Difference]:
    """What stands now beside what somebody wrote, where they are not the same."""
    for name in WRITTEN:
        there, here = (_in_words(getattr(activity, name)) for activity in (now, mine))
        if there != here:
            label = Activity._meta.get_field(name).verbose_name
            yield Difference(str(label).capitalize(), there, here)


def _in_words(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{french.long_date(value)}, {french.hour(value)}"
    return french.long_date(value) if isinstance(value, dt.date) else str(value or "")
