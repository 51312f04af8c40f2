"""What the page of components shows: one example of each state, all invented."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator

from chantier.models import Chantier, Cycle
from meetings import path
from meetings.models import Meeting


class SampleForm(forms.Form):
    """A form with a field of each kind, one of them wrong."""

    title = forms.CharField(label="Titre de la rencontre", help_text="Paraît dans l’invitation et le bilan.")
    date = forms.DateField(label="Date", widget=forms.DateInput({"type": "date"}))
    place = forms.CharField(label="Lieu", required=False, help_text="Facultatif.")
    state = forms.ChoiceField(label="État", choices=Meeting.State, initial=Meeting.State.CONVENED)
    invited = forms.ChoiceField(
        label="Organisations invitées",
        choices=[("all", "Toutes"), ("some", "Celles que je choisis")],
        widget=forms.RadioSelect,
        required=False,
    )
    remind = forms.BooleanField(label="Rappeler la rencontre une semaine avant", required=False)

    def clean_date(self) -> dt.date:
        """Refuse a date before the earlier meeting."""
        date = self.cleaned_data["date"]
        if date <= dt.date(2021, 3, 9):
            raise forms.ValidationError("Choisissez une date après le 9 mars 2021.")
        return date


def sample_step() -> path.Step:
    """A meeting with an objective in each state; nothing of it is saved."""
    names = [("A", path.MET), ("B", path.ANSWERED), ("C", path.OPEN)]
    texts = ["Accueillir les participants", "Comprendre le cadre", "Partager des exemples"]
    objectives = [
        path.Node(mark, row, f"exemple-{mark}", text, row, state)
        for row, ((mark, state), text) in enumerate(zip(names, texts, strict=True))
    ]
    points = [
        path.Node(str(row + 1), row, f"exemple-{row + 1}", text, row)
        for row, text in enumerate(["Zones grises nommées", "Enjeux et solutions"])
    ]
    for point in points:
        point.linked = [objectives[1]]
    objectives[1].linked = points
    path.draw_lanes(objectives, points)
    meeting = Meeting(date=dt.date(2021, 3, 9), state=Meeting.State.PUBLISHED)
    return path.Step(meeting, 1, {"objectives": [], "points": []}, objectives, points)


def samples() -> dict[str, Any]:
    """The variables of the page."""
    return {
        "form": SampleForm({"title": "Actions des organisations", "date": "2021-03-02"}),
        "page": Paginator(range(90), 10).page(2),
        "path": path.Path(Cycle(chantier=Chantier(name="Exemple")), []),
        "stages": range(1, 6),
        "step": sample_step(),
        "today": dt.date(2021, 4, 20),
    }
