"""What people write in the room: needs, objectives made of them, the names of who came in."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet

from chantier.models import Objective, Organization, User
from meetings.models.meetings import one_line
from meetings.models.room import LONGEST_NEED


class NeedForm(forms.Form):
    """A need; a coordinator says of which organisation.

    `sent_as` and `writer` are written by the page: the browser keeps both with a text that it sends again.
    """

    organization = forms.ModelChoiceField(
        label="Organisation", queryset=Organization.objects.none(), empty_label="Choisir"
    )
    text = forms.CharField(
        label="Ce dont votre organisation a besoin",
        max_length=LONGEST_NEED,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": f"Écrivez au plus {LONGEST_NEED} caractères."},
    )
    sent_as = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)
    writer = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, organizations: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["writer"].initial = user.pk
        if user.is_coordinator:
            self.fields["organization"].queryset = organizations
            self.fields["text"].label = "Ce dont elle a besoin"
        else:
            del self.fields["organization"]

    @property
    def is_of_another(self) -> bool:
        """Whether the text was typed by somebody else, who was signed in on the same device."""
        return self.cleaned_data["writer"] not in (None, self.user.pk)

    @property
    def speaker(self) -> Organization:
        """Whose need it is, of a valid form."""
        return self.cleaned_data.get("organization") or self.user.organization

    @property
    def key(self) -> uuid.UUID:
        """What the need is sent as, of a valid form."""
        return self.cleaned_data["sent_as"] or uuid.uuid4()


class WalkInForm(forms.Form):
    """Somebody who came in and was not called."""

    name = forms.CharField(
        label="Nom",
        max_length=120,
        validators=[one_line],
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    organization = forms.ModelChoiceField(
        label="Organisation", queryset=Organization.objects.none(), required=False, empty_label="Aucune"
    )

    def __init__(self, *args: Any, organizations: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations


class GatherForm(forms.Form):
    """The objective into which chosen needs are gathered: one of the cycle, or a new one."""

    objective = forms.ModelChoiceField(
        label="Objectif du cycle",
        queryset=Objective.objects.none(),
        required=False,
        empty_label="Un nouvel objectif",
    )
    text = forms.CharField(
        label="Énoncé du nouvel objectif", max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, objectives: QuerySet, **kwargs: Any) -> None:
        # On one page with the form of a need.
        super().__init__(*args, auto_id="gather_%s", **kwargs)
        self.fields["objective"].queryset = objectives

    def clean(self) -> dict[str, Any]:
        """Ask for one objective, and for one only."""
        cleaned = super().clean()
        chosen, text = cleaned.get("objective"), cleaned.get("text")
        if not self.errors and bool(chosen) == bool(text):
            both = "Choisissez un objectif ou écrivez-en un nouveau, pas les deux."
            self.add_error("text", both if text else "Choisissez un objectif, ou écrivez-en un nouveau.")
        return cleaned
