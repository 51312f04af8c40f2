"""Answering a convocation."""

from typing import Any

from django import forms

from chantier.models import User
from meetings.actions.answering import StandIn
from meetings.called import members_of
from meetings.models import Convocation
from meetings.models.meetings import one_line

Answer = Convocation.Answer
INSTEAD = ("colleague", "name", "email")


class AnswerForm(forms.Form):
    """An answer, and who comes instead where somebody does; a yes or a no asks nothing else."""

    answer = forms.ChoiceField(choices=Answer)
    # The day that the page told: an answer does not hold for another one.
    day = forms.CharField(required=False, widget=forms.HiddenInput)
    colleague = forms.ModelChoiceField(
        label="Une personne de mon organisation",
        queryset=User.objects.none(),
        required=False,
        empty_label="Choisir",
    )
    name = forms.CharField(label="Son nom", max_length=120, required=False, validators=[one_line])
    email = forms.EmailField(
        label="Son courriel", max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, convocation: Convocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("answer") != Answer.REPLACED:
            for name in INSTEAD:
                del self.fields[name]
        elif convocation.organization_id and convocation.user_id:
            colleagues = members_of(convocation.meeting).filter(organization=convocation.organization)
            people = User.objects.filter(pk__in=colleagues.order_by().values("user"))
            people = people.exclude(pk=convocation.user_id)
            self.fields["colleague"].queryset = people.order_by("name", "email")
        else:
            del self.fields["colleague"]

    def clean(self) -> dict[str, Any]:
        """Ask for one person, and for one only."""
        cleaned = super().clean()
        if cleaned.get("answer") != Answer.REPLACED or self.errors:
            return cleaned
        chosen, email = cleaned.get("colleague"), cleaned["email"]
        if chosen and email:
            self.add_error("email", "Choisissez dans la liste ou écrivez une adresse, pas les deux.")
        elif not chosen and not email:
            self.add_error("email", "Dites qui vient à votre place.")
        elif email and not cleaned["name"].strip():
            self.add_error("name", "Donnez aussi le nom de cette personne.")
        return cleaned

    def stand_in(self) -> StandIn | None:
        """Who comes instead, of a valid form."""
        if self.cleaned_data["answer"] != Answer.REPLACED:
            return None
        if chosen := self.cleaned_data.get("colleague"):
            return StandIn(user=chosen)
        return StandIn(name=self.cleaned_data["name"], email=self.cleaned_data["email"])
