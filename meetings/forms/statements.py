"""The objectives and the points of a meeting, with what they are linked to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.text import Truncator

from chantier.forms.desk import RankedForm, RankedFormSet
from chantier.models.cycles import Ranked
from ecpar_portal import french
from meetings.models import Meeting, MeetingObjective, PointAnswer, Reading, SynthesisPoint
from meetings.path import letter

Choices = list[tuple[int | str, str]]


@dataclass(frozen=True)
class Options:
    """What the statements of a meeting may be linked to, asked once for a whole page."""

    meeting: Meeting

    @cached_property
    def aims(self) -> Choices:
        """The objectives of the cycle, by their number."""
        return numbered(self.meeting.cycle.objectives.all())

    @cached_property
    def objectives(self) -> Choices:
        """The objectives of this meeting, by their letter."""
        objectives = self.meeting.objectives.all()
        return [(item.pk, label(letter(index), item)) for index, item in enumerate(objectives)]

    @cached_property
    def earlier_points(self) -> list[tuple[str, Choices]]:
        """The points of the chantier's earlier meetings, the latest meeting first."""
        meetings = Meeting.objects.filter(cycle__chantier=self.meeting.cycle.chantier_id)
        earlier = meetings.filter(date__lt=self.meeting.date).exclude(state=Meeting.State.DRAFT)
        return [
            (french.long_date(meeting.date), numbered(meeting.points.all()))
            for meeting in earlier.order_by("-date", "-pk").prefetch_related("points")
        ]


def numbered(statements: Iterable[Ranked]) -> Choices:
    """Statements as choices: « 1 · Définir un plan de travail… »."""
    return [(item.pk, label(str(rank), item)) for rank, item in enumerate(statements, start=1)]


def label(mark: str, statement: Ranked) -> str:
    """Name a statement by its mark and its first words."""
    return f"{mark} · {Truncator(statement.text).chars(80)}"


class StatementForm(RankedForm):
    """A statement of a meeting, whose links lead to what `options` hold and nowhere else."""

    def __init__(self, *args: Any, options: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["reading"] = Reading.CONFIRMED  # what the coordinator writes is no proposal
        self.link(options)

    def link(self, options: Options) -> None:
        """Give each field of links its choices."""
        raise NotImplementedError

    def offer(self, name: str, choices: list, empty: str = "") -> None:
        """Let a field choose among `choices`, without a query for each form of the page."""
        groups = [group for group in choices if isinstance(group[1], list)]
        pks = [pk for _, group in groups for pk, _ in group] or [pk for pk, _ in choices if not groups]
        field = self.fields[name]
        field.queryset = field.queryset.model.objects.filter(pk__in=pks)
        field.choices = [("", empty), *choices] if empty else choices


class ObjectiveForm(StatementForm):
    """An objective of a meeting: what it serves in the cycle, and what it takes up."""

    class Meta:
        model = MeetingObjective
        fields = ["position", "text", "met_in_session", "objectives", "comes_from", "reading"]
        widgets = {"objectives": forms.CheckboxSelectMultiple, "text": forms.Textarea({"rows": 3})}

    def link(self, options: Options) -> None:
        """The cycle's objectives and the earlier points."""
        self.offer("objectives", options.aims)
        self.offer("comes_from", options.earlier_points, empty="Aucun")


class PointForm(StatementForm):
    """A point of synthesis, with the objectives of its meeting that it answers."""

    answered = forms.ModelMultipleChoiceField(
        label="Répond à",
        queryset=MeetingObjective.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = SynthesisPoint
        fields = ["position", "text", "became_objective", "reading"]
        widgets = {"text": forms.Textarea({"rows": 3})}

    def link(self, options: Options) -> None:
        """The meeting's objectives, and those of the cycle."""
        self.offer("answered", options.objectives)
        self.initial["answered"] = (
            [item.pk for item in self.instance.answers.all()] if self.instance.pk else []
        )
        self.offer("became_objective", options.aims, empty="Aucun")

    def validate_unique(self) -> None:
        """Leave it to the page of the meeting, which knows who gives an objective up and who takes it."""

    def _save_m2m(self) -> None:
        """Keep the links that remain with their reading; a link that the coordinator makes is confirmed."""
        point = self.instance
        # Read again: the same page may just have deleted one of them.
        chosen = set(
            MeetingObjective.objects.filter(pk__in=[item.pk for item in self.cleaned_data["answered"]])
        )
        point.point_answers.exclude(objective__in=chosen).delete()
        known = set(point.point_answers.values_list("objective_id", flat=True))
        PointAnswer.objects.bulk_create(
            PointAnswer(point=point, objective=objective, reading=Reading.CONFIRMED)
            for objective in chosen
            if objective.pk not in known
        )


class StatementFormSet(RankedFormSet):
    """The objectives, or the points, of one meeting."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Hand every form the same options."""
        return {**super().get_form_kwargs(index), "options": self.options}

    @cached_property
    def options(self) -> Options:
        """What the statements may be linked to."""
        return Options(self.instance)


class PointFormSet(StatementFormSet):
    """The points of a meeting; an objective of the cycle comes from one of them at most."""

    def clean(self) -> None:
        """Refuse an objective that two points became, here or in another meeting."""
        super().clean()
        elsewhere = SynthesisPoint.objects.exclude(meeting=self.instance).exclude(became_objective=None)
        taken = set(elsewhere.values_list("became_objective", flat=True))
        for form in self.forms:
            aim = form.cleaned_data.get("became_objective") if form.is_valid() else None
            if aim is None or form.cleaned_data.get("DELETE"):
                continue
            if aim.pk in taken:
                form.add_error("became_objective", "Un autre point est déjà devenu cet objectif.")
            taken.add(aim.pk)

    def save(self, commit: bool = True) -> list[SynthesisPoint]:
        """Let go of the objectives that change hands before anybody takes them."""
        changed = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        SynthesisPoint.objects.filter(pk__in=changed).update(became_objective=None)
        return super().save(commit)
