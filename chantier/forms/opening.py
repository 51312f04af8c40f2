"""What the coordinator says of a new cycle, and of a new chantier."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.text import slugify

from chantier.models import Chantier, Cycle, Organization
from chantier.models.cycles import starting_year_of
from ecpar_portal import french

FEWEST = 5  # organisations, where the network opens a chantier: said, and left to people
FIRST_YEAR, LAST_YEAR = 2007, 2200
OUT_OF_TIME = "Donnez une année de 2007 à 2200."
MOST_OBJECTIVES, LONGEST_OBJECTIVE = 40, 2000


class LinesField(forms.CharField):
    """Statements, one on each line."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        """Leave out empty lines; refuse a text that is not a list."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_OBJECTIVES or any(len(line) > LONGEST_OBJECTIVE for line in lines):
            raise forms.ValidationError(f"Écrivez au plus {MOST_OBJECTIVES} objectifs, un par ligne.")
        return lines


class OpeningForm(forms.Form):
    """A year, what it aims at, and who takes part; the partner networks apart."""

    starting_year = forms.IntegerField(
        label="Année de début",
        help_text="Celle de l’automne : 2026 pour 2026-2027.",
        validators=[MinValueValidator(FIRST_YEAR, OUT_OF_TIME), MaxValueValidator(LAST_YEAR, OUT_OF_TIME)],
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    new_objectives = LinesField(
        label="Objectifs du cycle",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="Un par ligne.",
    )
    organizations = forms.TypedMultipleChoiceField(
        label="Organisations", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.TypedMultipleChoiceField(
        label="Réseaux partenaires", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    use_required_attribute = False

    def offer(self, organizations: Iterable[Organization]) -> None:
        """Let people choose among these organisations."""
        partner = Organization.Kind.PARTNER_NETWORK
        rows = list(organizations)
        self.fields["organizations"].choices = [(row.pk, row.name) for row in rows if row.kind != partner]
        self.fields["networks"].choices = [(row.pk, row.name) for row in rows if row.kind == partner]

    @property
    def chosen(self) -> list[int]:
        """The organisations that take part."""
        return [*self.cleaned_data["organizations"], *self.cleaned_data["networks"]]

    @property
    def remark(self) -> str:
        """The network's rule, where fewer organisations take part."""
        if len(self.chosen) >= FEWEST:
            return ""
        counted = french.counted(len(self.chosen), "organisation")
        return (
            f"{counted} pour l’instant : le réseau ouvre un chantier quand au moins {FEWEST} y participent."
        )


class NewCycleForm(OpeningForm):
    """A cycle that follows another: what it takes of it is chosen."""

    objectives = forms.TypedMultipleChoiceField(
        label="Objectifs repris", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, last: Cycle | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last, rows = last, []
        self.fields["new_objectives"].label = "Nouveaux objectifs"
        self.initial["starting_year"] = last.starting_year + 1 if last else this_year()
        if last:
            self.aims = {aim.pk: aim.text for aim in last.objectives.all()}
            rows = list(last.participations.all())
            self.fields["objectives"].choices = list(self.aims.items())
            self.initial["objectives"] = list(self.aims)
        people = {row.organization_id: row.organization for row in rows}
        self.offer(sorted(people.values(), key=lambda organization: organization.name))
        here = {row.organization_id for row in rows if row.left is None}
        for name in ("organizations", "networks"):
            self.initial[name] = [pk for pk, _ in self.fields[name].choices if pk in here]

    def opening(self) -> dict[str, Any]:
        """What the action takes."""
        kept = [self.aims[pk] for pk in self.cleaned_data["objectives"]] if self.last else []
        return {
            "starting_year": self.cleaned_data["starting_year"],
            "objectives": [*kept, *self.cleaned_data["new_objectives"]],
            "organizations": self.chosen,
            "network_presentation": self.last.network_presentation if self.last else "",
        }


class NewChantierForm(OpeningForm, forms.ModelForm):
    """A chantier with its first cycle."""

    slug = forms.SlugField(
        label="Adresse",
        max_length=60,
        required=False,
        help_text="Lettres sans accent et traits d’union. Vide, elle vient du nom.",
    )
    field_order = ["name", "slug", "presentation", "starting_year", "new_objectives"]

    class Meta:
        model = Chantier
        fields = ["name", "slug", "presentation"]
        widgets = {"presentation": forms.Textarea({"rows": 5})}
        help_texts = {"presentation": "Ce qu’il offre et à qui, tel que les membres le liront."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["starting_year"] = this_year()
        self.offer(Organization.objects.existing().order_by("name"))

    def clean_slug(self) -> str:
        """Make it from the name where it was left out."""
        slug = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:60].strip("-_")
        if not slug and self.cleaned_data.get("name"):
            raise forms.ValidationError("Le nom n’en donne pas : écrivez une adresse.")
        return slug.replace("_", "-") if not self.cleaned_data["slug"] else slug

    def opening(self) -> dict[str, Any]:
        """What the action takes."""
        return {
            "starting_year": self.cleaned_data["starting_year"],
            "objectives": self.cleaned_data["new_objectives"],
            "organizations": self.chosen,
        }


def this_year() -> int:
    """The starting year of the cycle of today."""
    return starting_year_of(timezone.localdate())
