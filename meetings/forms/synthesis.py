"""The desk of a synthesis: its points in order, each with what it answers and what it takes up."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from ecpar_portal import french
from meetings.actions.writing import Point
from meetings.forms.page import Page
from meetings.forms.parts import Part, words_of
from meetings.forms.rows import Quiet, RowForm, Rows, sent
from meetings.models import Meeting, SynthesisPoint
from meetings.path import letter

MOST_POINTS = 200
LONGEST_POINT = 4000
PREFIX = "points"
# What a point may take up, by the word of its choice.
SOURCES = {"need": "Besoin", "obstacle": "Obstacle", "commitment": "Action à entreprendre"}
Choices = list[tuple[Any, str]]


class PointRow(RowForm):
    """One point, the objectives that it answers, and what it takes up."""

    text = forms.CharField(
        label="Point de synthèse",
        max_length=LONGEST_POINT,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Écrivez le point, ou retirez-le."},
    )
    answers = forms.TypedMultipleChoiceField(
        label="Répond à", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    takes = forms.MultipleChoiceField(label="Reprend", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, answers: Choices, takes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answers"].choices = answers
        self.fields["takes"].choices = takes

    @classmethod
    def initial_of(cls, row: SynthesisPoint) -> dict[str, Any]:
        """What the point says; asked with its links."""
        takes = [f"need-{need.pk}" for need in row.needs.all()]
        takes += [f"obstacle-{obstacle.pk}" for obstacle in row.obstacles.all()]
        takes += [f"commitment-{commitment.pk}" for commitment in row.commitments.all()]
        answers = [link.objective_id for link in row.point_answers.all()]
        return {"text": row.text, "answers": answers, "takes": takes}

    @property
    def marks(self) -> str:
        """The letters of the objectives that it answers: « A et C »."""
        chosen = sent(self["answers"])
        return french.enumeration([mark for pk, mark in self.fields["answers"].choices if str(pk) in chosen])

    @property
    def words(self) -> str:
        """The point, what it answers and what it takes up."""
        marks = f"Répond à{french.NBSP}: {self.marks}" if self.marks else ""
        return "\n".join(filter(None, [words_of(self["text"]), marks, words_of(self["takes"])]))

    def written(self) -> Point:
        """What is to be saved of a valid row."""
        data = self.cleaned_data
        keys = {name: [] for name in SOURCES}
        for taken in data["takes"]:
            name, _, key = taken.partition("-")
            keys[name].append(int(key))
        takes = {f"{name}s": tuple(found) for name, found in keys.items()}
        return Point(self.pk, data["text"], tuple(data["answers"]), **takes)


class MetForm(Quiet, forms.Form):
    """The objectives that were reached in the room."""

    met = forms.TypedMultipleChoiceField(
        label="Objectifs atteints en séance",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un objectif atteint en séance n’appelle pas de point de synthèse.",
    )


class Desk(Page):
    """The whole desk: what it shows of a synthesis, or what somebody sent."""

    def __init__(self, meeting: Meeting, data: QueryDict | None = None) -> None:
        self.meeting, self.data = meeting, data
        self.objectives = list(meeting.objectives.all())
        for index, objective in enumerate(self.objectives):
            objective.mark = letter(index)
        met = [objective.pk for objective in self.objectives if objective.met_in_session]
        self.form = MetForm(data, initial={"met": met})
        self.form.fields["met"].choices = [(o.pk, f"{o.mark} · {o.text}") for o in self.objectives]
        answers = [(objective.pk, objective.mark) for objective in self.objectives]
        rows = meeting.points.prefetch_related("point_answers", "needs", "obstacles", "commitments")
        takes = [(key, label) for key, label, _ in self.sources]
        options = {"answers": answers, "takes": takes}
        self.points = Rows(PointRow, PREFIX, rows, data, what="Point", most=MOST_POINTS, **options)
        self.lists = (self.points,)

    @cached_property
    def sources(self) -> list[tuple[str, str, str]]:
        """The needs, obstacles and commitments of the meeting: key, label, text."""
        found = {
            "need": self.meeting.needs.standing().select_related("organization"),
            "obstacle": self.meeting.obstacles.standing().select_related("organization"),
            "commitment": self.meeting.commitments.select_related("organization"),
        }
        return [
            (f"{name}-{row.pk}", _label(SOURCES[name], row), row.text)
            for name, rows in found.items()
            for row in rows
        ]

    @property
    def taken(self) -> set[str]:
        """The sources that some point takes up already."""
        return {key for row in self.points for key in sent(row["takes"])}

    @property
    def left(self) -> list[tuple[str, str, str]]:
        """The sources that no point takes up."""
        taken = self.taken
        return [source for source in self.sources if source[0] not in taken]

    def parts(self) -> Iterator[Part]:
        """What it says, part by part: the objectives reached in the room, then each point."""
        yield Part.of("met", "met", str(self.form["met"].label), [self.form["met"]])
        yield from self.row_parts()

    @property
    def answered(self) -> set[str]:
        """The objectives that some point answers, by their keys as typed."""
        return {key for row in self.points for key in sent(row["answers"])}

    @property
    def states(self) -> list[dict[str, Any]]:
        """Each objective with its box, and how it stands: answered, reached in the room, or open."""
        answered, met = self.answered, sent(self.form["met"])
        found = []
        for objective, box in zip(self.objectives, self.form["met"], strict=True):
            key = str(objective.pk)
            state = "answered" if key in answered else "met" if key in met else "open"
            found.append({"objective": objective, "box": box, "state": state})
        return found

    def written(self) -> tuple[list[Point], list[int]]:
        """What is to be saved of a valid page: the points in order, and the objectives that were reached."""
        points = [row.written() for row in self.points if not row.is_blank]
        return points, self.form.cleaned_data["met"]

    def take(self, data: QueryDict, key: str, source: str) -> None:
        """Write a source of the meeting in a new row of what somebody sent."""
        text = next((text for known, _, text in self.sources if known == source), "")
        data[f"{PREFIX}-{key}-text"] = text
        data.setlist(f"{PREFIX}-{key}-takes", [source] if text else [])


def _label(kind: str, row: Any) -> str:
    of = f", {row.organization}" if row.organization else ""
    return f"{kind}{of}{french.NBSP}: {french.shortened(row.text, 80)}"
