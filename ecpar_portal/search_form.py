"""What a person may ask of the search page."""

from typing import Any
from urllib.parse import urlencode

from django import forms

from chantier.models import Cycle
from ecpar_portal import search

LONGEST_QUERY = 200


class SearchForm(forms.Form):
    """Words, and what to narrow them to."""

    q = forms.CharField(
        label="Ce que vous cherchez",
        max_length=LONGEST_QUERY,
        error_messages={
            "required": "Écrivez un mot ou plus.",
            "max_length": f"Écrivez au plus {LONGEST_QUERY} caractères\u00a0: quelques mots suffisent.",
        },
        widget=forms.TextInput(
            attrs={"type": "search", "data-search": "", "dir": "auto", "autocomplete": "off"}
        ),
    )
    genre = forms.ChoiceField(label="Genre", required=False)
    cycle = forms.ModelChoiceField(
        Cycle.objects.none(),
        label="Cycle",
        required=False,
        to_field_name="slug",
        empty_label="Tous les cycles",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.name, kind.label) for kind in search.kinds().values()]
        self.fields["genre"].choices = [("", "Tous les genres"), *kinds]
        seen = Cycle.objects.visible_to(user).select_related("chantier").latest_first()
        self.fields["cycle"].queryset = seen

    @property
    def addresses(self) -> str:
        """What it adds to the addresses of the pages of its results."""
        chosen = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return urlencode(chosen) + "&"

    def found_by(self, user: Any) -> list[search.Found]:
        """What a person may see of what is asked; nothing where no word is."""
        asked, cycle = search.read(self.cleaned_data["q"]), self.cleaned_data["cycle"]
        if not asked.terms:
            return []
        year = cycle and (cycle.chantier_id, cycle.starting_year)

        def among(document: search.Document) -> bool:
            return not cycle or (document.cycle == cycle.pk if document.cycle else document.year == year)

        return search.find(asked, user, kind=self.cleaned_data["genre"], among=among)
