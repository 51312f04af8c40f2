"""What the coordinator may write about cycles."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet


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


class RankedFormSet(LabelledFormSet):
    """The statements of one object."""

    def clean(self) -> None:
        """Put the rows without a number after the others, in the order in which they stand."""
        super().clean()
        kept = [form for form in self.forms if form.is_valid() and (form.instance.pk or form.has_changed())]
        last = max((form.cleaned_data.get("position") or 0 for form in kept), default=0)
        for form in kept:
            if not form.cleaned_data.get("position"):
                last += 1
                form.instance.position = last
