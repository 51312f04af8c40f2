"""What an organisation writes of what it will do."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from ecpar_portal import french
from meetings.access import organizations_committed_by
from meetings.actions.committing import digest_of
from meetings.forms.preparing import PAST, date_input
from meetings.models import Commitment, Meeting
from meetings.models.commitments import LONGEST_COMMITMENT
from meetings.models.meetings import FIRST_DAY, LAST_DAY, OUT_OF_TIME, is_past
from meetings.path import Node

TOO_LONG = f"Écrivez au plus {french.number(LONGEST_COMMITMENT)} caractères."


class Words(forms.CharField):
    """A short text; an end of line counts as one character, as for the person who types it."""

    def __init__(self, label: str, *, empty: str, **kwargs: Any) -> None:
        errors = {"required": empty, "max_length": TOO_LONG}
        super().__init__(
            label=label,
            max_length=LONGEST_COMMITMENT,
            widget=forms.Textarea({"rows": 3, "dir": "auto"}),
            error_messages=errors,
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        """What was typed, its ends of line as one character."""
        return super().to_python(value).replace("\r\n", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the person paste a longer text and be told: a browser would cut it without a word."""
        return {}


class CommitmentForm(forms.Form):
    """What will be done, by when, and the point of the synthesis from which it comes.

    `points` are those that the person reads; a point that they do not read stays as it is.
    """

    use_required_attribute = False
    organization = forms.ModelChoiceField(
        label="Organisation",
        queryset=None,
        to_field_name="slug",
        empty_label="Choisissez une organisation",
        error_messages={"required": "Choisissez l’organisation qui s’engage."},
    )
    text = Words("Action à entreprendre", empty="Écrivez ce qui sera fait.")
    term = forms.DateField(
        label="Échéance",
        required=False,
        widget=date_input(),
        validators=[MinValueValidator(FIRST_DAY, OUT_OF_TIME), MaxValueValidator(LAST_DAY, OUT_OF_TIME)],
        help_text="Facultative. Un rappel part une semaine avant, à 9\u00a0h.",
    )
    point = forms.TypedChoiceField(
        label="Vient du point de synthèse", required=False, coerce=int, empty_value=None
    )
    # What the person read before writing: who saves an older one is told.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any,
        meeting: Meeting,
        points: list[Node],
        commitment: Commitment | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial or (initial_of(commitment) if commitment else {}))
        self.user, self.commitment = user, commitment
        self.organizations = organizations_committed_by(user, meeting)
        if commitment or not user.is_coordinator:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = self.organizations
        readable = {node.pk for node in points}
        if not points or (commitment and commitment.point_id and commitment.point_id not in readable):
            del self.fields["point"]
        else:
            choices = [(node.pk, f"{node.mark} · {french.shortened(node.text, 80)}") for node in points]
            self.fields["point"].choices = [("", "Aucun en particulier"), *choices]

    def clean_term(self) -> Any:
        """Refuse a new term that is over."""
        term = self.cleaned_data["term"]
        before = self.commitment.term if self.commitment else None
        if term and term != before and is_past(term):
            raise forms.ValidationError(PAST)
        return term

    def written(self, meeting: Meeting) -> dict[str, Any]:
        """What the actions take, of a valid form."""
        data = self.cleaned_data
        kept = self.commitment.point if self.commitment else None
        point = meeting.points.filter(pk=data["point"] or 0).first() if "point" in self.fields else kept
        return {"text": data["text"], "term": data["term"], "point": point}


def initial_of(commitment: Commitment) -> dict[str, Any]:
    """What a commitment says today."""
    return {
        "text": commitment.text,
        "term": commitment.term,
        "point": commitment.point_id,
        "seen": digest_of(commitment),
    }


class DropForm(forms.Form):
    """Why an organisation gives something up."""

    use_required_attribute = False
    reason = Words(
        "Raison de l’abandon",
        empty="Dites pourquoi cette action est abandonnée.",
        help_text="Les membres du chantier la lisent.",
    )
