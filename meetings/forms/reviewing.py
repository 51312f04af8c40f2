"""What people type while a synthesis is read again, and before it is published."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from meetings.actions.reviewing import USUAL_DAYS
from meetings.models import PointComment
from meetings.models.reviews import LONGEST_COMMENT

TOO_LONG = f"Écrivez au plus {LONGEST_COMMENT} caractères."


class OpenForm(forms.Form):
    """Until when people may comment."""

    last_day = forms.DateField(
        label="Dernier jour pour commenter",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Ce jour compris.",
        error_messages={"required": "Choisissez le dernier jour."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_day", timezone.localdate() + dt.timedelta(days=USUAL_DAYS))


class CommentForm(forms.ModelForm):
    """What somebody says of a point."""

    use_required_attribute = False

    class Meta:
        model = PointComment
        fields = ["text"]
        labels = {"text": "Votre commentaire"}
        widgets = {"text": forms.Textarea({"rows": 2})}
        error_messages = {"text": {"required": "Écrivez votre commentaire.", "max_length": TOO_LONG}}


class AnswerForm(forms.ModelForm):
    """What the coordinator answers."""

    use_required_attribute = False

    class Meta:
        model = PointComment
        fields = ["answer"]
        labels = {"answer": "Réponse"}
        error_messages = {"answer": {"max_length": TOO_LONG}}
        widgets = {"answer": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True
        self.fields["answer"].error_messages["required"] = "Écrivez votre réponse."


class PublishForm(forms.Form):
    """Whether people are told."""

    tell = forms.BooleanField(
        label="Prévenir les personnes du chantier par courriel", required=False, initial=True
    )
