"""What a person chooses to receive."""

from typing import Any

from django import forms

from mailing.models import MailPreferences
from mailing.registry import DIGEST, optional_kinds


class PreferencesForm(forms.Form):
    """One box for each kind of messages that one may decline, and the rhythm of the digest."""

    digest = forms.ChoiceField(
        label="L’infolettre du portail", choices=MailPreferences.Digest.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, preferences: MailPreferences, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["digest"] = preferences.rhythm
        self.kinds = [kind for kind in optional_kinds() if kind.name != DIGEST]
        for kind in self.kinds:
            self.fields[kind.name] = forms.BooleanField(
                label=kind.label,
                help_text=kind.description,
                required=False,
                initial=kind.name not in preferences.refused,
            )

    @property
    def boxes(self) -> list[forms.BoundField]:
        """The boxes of the kinds."""
        return [self[kind.name] for kind in self.kinds]

    @property
    def refused(self) -> list[str]:
        """The names of the kinds that the person left out."""
        return [kind.name for kind in self.kinds if not self.cleaned_data[kind.name]]
