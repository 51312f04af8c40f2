"""What the coordinator may write about cycles."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet

from chantier.models import User


class RankedForm(forms.ModelForm):
    """A statement in order; without a number it goes to the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        self.fields["position"].widget.attrs["placeholder"] = "fin"
        if self.instance.pk is None:
            self.initial["position"] = None


class LabelledFormSet(BaseInlineFormSet):
    """Rows of a table in the admin, whose fields have a name for those who do not see its columns."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Name each field as its column."""
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs.setdefault("aria-label", field.label)


class SettledFormSet(LabelledFormSet):
    """Rows that stay about whom they were written for: one is ended, another begun."""

    settled: str
    ended: str  # the field whose day ends a row
    twice: str  # what to say where somebody is there twice

    def clean(self) -> None:
        """Refuse somebody twice at the same time, which the database would."""
        super().clean()
        present = set()
        for form in self.forms:
            values = form.cleaned_data if form.is_valid() else {}
            whom = values.get(self.settled)
            if whom is None or values.get(self.ended) or values.get("DELETE"):
                continue
            if whom in present:
                form.add_error(self.settled, self.twice)
            present.add(whom)

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Show whom an existing row is about, without asking for everybody else."""
        super().add_fields(form, index)
        if form.instance.pk:
            whom, field = getattr(form.instance, self.settled), form.fields[self.settled]
            field.disabled = True
            field.widget = forms.Select({"aria-label": field.label}, choices=[(whom.pk, str(whom))])


class MembershipFormSet(SettledFormSet):
    """The people of an organisation."""

    settled, ended = "user", "until"
    twice = "Cette personne représente déjà cette organisation."


class ParticipationFormSet(SettledFormSet):
    """The organisations of a cycle."""

    settled, ended = "organization", "left"
    twice = "Cette organisation participe déjà au cycle."


class RankedFormSet(LabelledFormSet):
    """The statements of one object."""

    def clean(self) -> None:
        """Put the rows without a number after the others, in the order in which they stand."""
        super().clean()
        kept = [form for form in self.forms if form.is_valid() and (form.instance.pk or form.has_changed())]
        last = max((form.cleaned_data.get("position") or 0 for form in kept), default=0)
        for form in kept:
            if form.cleaned_data.get("position") is None:
                last += 1
                form.instance.position = last


class NameForm(forms.ModelForm):
    """A person corrects their name."""

    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": "Prénom et nom, comme vous voulez qu’on les lise."}
        widgets = {"name": forms.TextInput({"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class ErasureForm(forms.Form):
    """Somebody types the address of the account to erase, so that it is not erased by a slip of the hand."""

    email = forms.CharField(label="Le courriel du compte", widget=forms.EmailInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["email"].help_text = f"Pour confirmer, écrivez {user.email}."

    def clean_email(self) -> str:
        """Refuse another address."""
        email = self.cleaned_data["email"]
        if email.strip().lower() != self.user.email.lower():
            raise forms.ValidationError("Ce n’est pas le courriel de ce compte.")
        return email
