"""To which meetings a path is narrowed: an objective of the cycle, an organisation, a year."""

from collections.abc import Mapping
from functools import cached_property

from django import forms

from ecpar_portal import french
from meetings.path import Step
from meetings.thread import NEED, OBSTACLE, Link, Thread

Choices = list[tuple[str, str]]


class PathForm(forms.Form):
    """What a path may be narrowed to; a choice of one is left out."""

    objective = forms.ChoiceField(label="Objectif du chantier", required=False)
    organization = forms.ChoiceField(label="Organisation", required=False)
    year = forms.ChoiceField(label="Année", required=False)

    def __init__(self, data: Mapping[str, str], choices: dict[str, tuple[str, Choices]]) -> None:
        super().__init__(data)
        for name, (everything, offered) in choices.items():
            if len(offered) > (name == "year"):
                self.fields[name].choices = [("", everything), *offered]
            else:
                del self.fields[name]


class PathFilter:
    """The meetings of a path that a person asked for; it asks the database nothing more."""

    def __init__(self, data: Mapping[str, str], thread: Thread) -> None:
        self.thread = thread
        self.form = PathForm(data, self._choices())

    @property
    def is_offered(self) -> bool:
        """Whether there is something to choose."""
        return bool(self.form.fields) and len(self.thread.path.steps) > 1

    @property
    def is_narrowed(self) -> bool:
        """Whether something that exists was chosen."""
        return self.form.is_valid() and any(self.form.cleaned_data.values())

    @cached_property
    def steps(self) -> list[Step]:
        """The meetings that are asked for, all of them where the choice is unknown."""
        steps = self.thread.path.steps
        if not self.is_narrowed:
            return steps
        chosen = self.form.cleaned_data
        if objective := chosen.get("objective"):
            kept = self._meetings_of_objective(int(objective))
            steps = [step for step in steps if step.meeting.pk in kept]
        if organization := chosen.get("organization"):
            kept = {link.meeting_id for link in self._said if link.slug == organization}
            steps = [step for step in steps if step.meeting.pk in kept]
        if year := chosen.get("year"):
            steps = [step for step in steps if str(step.meeting.date.year) == year]
        return steps

    @cached_property
    def _said(self) -> list[Link]:
        """The needs and the commitments of the meetings that the person sees."""
        seen = {step.meeting.pk for step in self.thread.path.steps}
        return [link for link in self.thread.links if link.kind != OBSTACLE and link.meeting_id in seen]

    def _choices(self) -> dict[str, tuple[str, Choices]]:
        objectives = [
            (str(rank), f"{rank} · {french.shortened(objective.text, 60)}")
            for rank, objective in enumerate(self.thread.objectives, start=1)
            if self._meetings_of_objective(rank)
        ]
        names = {link.slug: link.organization for link in self._said}
        years = sorted({step.meeting.date.year for step in self.thread.path.steps})
        return {
            "objective": ("Tous les objectifs", objectives),
            "organization": ("Toutes les organisations", sorted(names.items(), key=lambda pair: pair[1])),
            "year": ("Toutes les années", [(str(year), str(year)) for year in years]),
        }

    def _meetings_of_objective(self, rank: int) -> set[int]:
        """Where an objective of the cycle was served, where its needs were said, where it was a point."""
        objective = self.thread.objectives[rank - 1]
        needs = [link for link in self._said if link.kind == NEED]
        found = {link.meeting_id for link in needs if link.tied_to == objective.pk}
        for step in self.thread.path.steps:
            serves = any(objective.pk in self.thread.served.get(node.pk, ()) for node in step.objectives)
            was_point = any(item["became_rank"] == rank for item in step.content["points"])
            if serves or was_point:
                found.add(step.meeting.pk)
        return found
