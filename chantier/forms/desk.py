"""What the coordinator may write about cycles."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils import timezone


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


class EndingForm(forms.ModelForm):
    """Something that ends on a day, at once: on that day or after it; what has ended does not change."""

    ended: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and getattr(self.instance, self.ended):
            for field in self.fields.values():
                field.disabled = True

    def clean(self) -> None:
        """Refuse a day to come: the access that it announces would close today."""
        super().clean()
        day = self.cleaned_data.get(self.ended)
        if day and day > timezone.localdate():
            self.add_error(
                self.ended, "Donnez le jour d’aujourd’hui ou un jour passé\u00a0: l’accès se ferme aussitôt."
            )


class MembershipForm(EndingForm):
    """Somebody takes part for an organisation."""

    ended = "until"


class ParticipationForm(EndingForm):
    """An organisation takes part in a cycle."""

    ended = "left"


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
