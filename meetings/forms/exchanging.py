"""What people write to each other between meetings."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from chantier.models import Chantier, Organization, User
from ecpar_portal import french
from meetings.access import voices_in
from meetings.models import Theme
from meetings.models.exchange import LONGEST_TEXT, STAGE_CHOICES


class TextField(forms.CharField):
    """A text of several lines, as long as the table takes; what is too long is said, never cut."""

    def __init__(self, label: str, *, rows: int = 5, required: bool = True, help_text: str = "") -> None:
        longest = f"Écrivez au plus {french.number(LONGEST_TEXT)} caractères; il y en a %(show_value)d."
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=forms.Textarea({"rows": rows, "dir": "auto"}),
            error_messages={"required": "Écrivez quelques mots."},
        )
        self.validators.append(MaxLengthValidator(LONGEST_TEXT, longest))

    def to_python(self, value: Any) -> str:
        """Count an end of line as one character, as the person does."""
        return super().to_python(value).replace("\r\n", "\n")


class SayingForm(forms.Form):
    """A text, said for one's organisation; a coordinator may say for which, or for none."""

    use_required_attribute = False
    text = TextField("Texte")
    organization = forms.ModelChoiceField(
        label="Au nom de",
        queryset=Organization.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="La coordination",
    )

    def __init__(self, *args: Any, user: User, chantier: Chantier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.is_coordinator:
            self.fields["organization"].queryset = voices_in(chantier)
        else:
            del self.fields["organization"]

    @property
    def voice(self) -> Organization | None:
        """For which organisation it is said, of a valid form."""
        return self.cleaned_data["organization"] if self.user.is_coordinator else self.user.organization


class PlacedForm(SayingForm):
    """The same, under a theme and a stage of the guide where the person knows them."""

    theme = forms.ModelChoiceField(
        label="Thème", queryset=Theme.objects.all(), to_field_name="slug", required=False, empty_label="Aucun"
    )
    stage = forms.TypedChoiceField(
        label="Étape du guide",
        choices=[("", "Aucune"), *STAGE_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Une des cinq étapes du Guide opérationnel d’achat, si vous la connaissez.",
    )
    field_order = ["text", "theme", "stage", "organization"]


class ObstacleForm(PlacedForm):
    """An obstacle that somebody met."""

    text = TextField(
        "Ce qui a fait obstacle",
        help_text="Racontez la situation, sans nommer de personne. Le chantier la lira sous le nom de votre "
        "organisation.",
    )


class QuestionForm(PlacedForm):
    """A question to the others."""

    text = TextField(
        "Votre question",
        help_text="Les membres du chantier, les réseaux partenaires et la coordination peuvent y répondre.",
    )


class SolutionForm(SayingForm):
    """What may help against an obstacle."""

    text = TextField("Ce qui peut aider", rows=4)


class ReplyForm(SayingForm):
    """An answer to a question."""

    text = TextField("Votre réponse", rows=4)


class TrialForm(SayingForm):
    """What came of a solution that an organisation tried."""

    text = TextField(
        "Ce qu’il en est ressorti",
        rows=4,
        required=False,
        help_text="Ce qui a marché, ce qui est à ajuster. Peut rester vide, et se compléter plus tard.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if voice := self.fields.get("organization"):
            voice.required, voice.empty_label = True, "Choisissez une organisation"
            voice.label = "Organisation qui l’a essayée"
