"""The path (cheminement): meetings down a line of time, objectives on one side, synthesis on the other.

One description of the drawing, for the screen, the telephone and paper. Both lists of a meeting have rows of
equal height, so the middle of row i of n stands at (i + 0.5) / n: curves are exact without any script.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property

from chantier.models import Cycle
from ecpar_portal import french
from meetings.models import Meeting, Reading

Content = dict[str, Any]

ANSWERED, MET, OPEN, AHEAD = "answered", "met", "open", "ahead"


def letter(index: int) -> str:
    """The mark of an objective: 0 is A, 25 is Z, 26 is AA."""
    return (letter(index // 26 - 1) if index > 25 else "") + chr(ord("A") + index % 26)


def anchor(slug: str, mark: str) -> str:
    """Where a statement stands on a page: « r2021-03-09-A », « r2021-03-09-2 »."""
    return f"r{slug}-{mark}"


@dataclass(frozen=True)
class Mention:
    """Where a statement comes from or what it led to: « Vient du » « 20 avril, point 2 »."""

    words: str
    label: str
    url: str = ""


@dataclass
class Node:
    """A statement on the path. `row` counts from 0; `lanes` tells the telephone what each line does here."""

    mark: str
    row: int
    anchor: str
    text: str
    pk: int
    state: str = ANSWERED
    mentions: list[Mention] = field(default_factory=list)
    linked: list["Node"] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)

    @property
    def marks_linked(self) -> str:
        """The marks at the other end of its links: « A », « A et B », « A, B et C »."""
        return french.enumeration([node.mark for node in self.linked])

    @property
    def anchors_linked(self) -> str:
        """The anchors at the other end of its links, for the script that shows a chosen link."""
        return " ".join(node.anchor for node in self.linked)


@dataclass(frozen=True)
class Curve:
    """The link from a point to an objective, and the anchors of its ends."""

    d: str
    ends: str


@dataclass
class Step:
    """One meeting of the path."""

    meeting: Meeting
    number: int
    content: Content
    objectives: list[Node]
    points: list[Node]

    @property
    def has_proposals(self) -> bool:
        """Whether a link is a proposed reading that the coordinator has not confirmed."""
        links = [*self.content["points"], *self.content["objectives"]]
        return any(item["reading"] == Reading.PROPOSED for item in links)

    @cached_property
    def curves(self) -> list[Curve]:
        """Every link of the meeting, in the box of the screen."""
        return self.curves_in(100, 100)

    def curves_in(self, width: float, height: float) -> list[Curve]:
        """Every link of the meeting, drawn from the objective to the point in a box of these sizes."""
        return [
            Curve(
                curve(middle(o, self.objectives, height), middle(p, self.points, height), width),
                f"{o.anchor} {p.anchor}",
            )
            for p in self.points
            for o in p.linked
        ]

    @cached_property
    def stubs(self) -> list[str]:
        """The dashed stubs of objectives that no point answers, in the box of the screen."""
        return self.stubs_in(100, 100)

    def stubs_in(self, width: float, height: float) -> list[str]:
        """The dashed stubs, in a box of these sizes."""
        open_ones = [o for o in self.objectives if o.state == OPEN]
        return [f"M0 {middle(o, self.objectives, height)}h{width * 0.26:g}" for o in open_ones]

    @property
    def summary(self) -> str:
        """« 3 objectifs, 2 points de synthèse »."""
        objectives = french.counted(len(self.objectives), "objectif")
        if not self.points:
            return objectives
        points = french.counted(len(self.points), "point de synthèse", "points de synthèse")
        return f"{objectives}, {points}"


@dataclass(frozen=True)
class Month:
    """A month of the ruler above the path; `x` in percent of its width."""

    name: str
    x: str


@dataclass(frozen=True)
class Mark:
    """A meeting on the ruler above the path; `x` in percent of its width."""

    step: Step
    x: str


@dataclass
class Path:
    """The meetings of a cycle, in order."""

    cycle: Cycle
    steps: list[Step]

    def step_of(self, meeting: Meeting) -> Step:
        """The meeting's step."""
        return next(step for step in self.steps if step.meeting.pk == meeting.pk)

    @cached_property
    def planned(self) -> list[Step]:
        """The meetings that took place or are to."""
        return [step for step in self.steps if step.meeting.state != Meeting.State.CANCELLED]

    @property
    def has_proposals(self) -> bool:
        """Whether a link of some meeting is a proposed reading."""
        return any(step.has_proposals for step in self.steps)

    @cached_property
    def objectives(self) -> list[Node]:
        """Every objective of every meeting, but for those that were cancelled."""
        return [node for step in self.planned for node in step.objectives]

    def in_state(self, state: str) -> list[Node]:
        """The objectives that stand so: answered, met in session, open, or of a meeting to come."""
        return [node for node in self.objectives if node.state == state]

    @property
    def answered(self) -> int:
        """How many objectives a point of synthesis answers."""
        return len(self.in_state(ANSWERED))

    @property
    def met(self) -> int:
        """How many objectives were reached in session."""
        return len(self.in_state(MET))

    @property
    def settled(self) -> int:
        """How many objectives were answered or reached in session."""
        return self.answered + self.met

    @property
    def summary(self) -> str:
        """« 9 des 11 objectifs de rencontre ont reçu une réponse dans une synthèse, 1 a été… »"""
        total = len(self.objectives)
        objectives = f"{french.counted(total, 'objectif')} de rencontre"
        if total == 1:
            verb = "a" if self.answered else "n’a pas encore"
            words = f"L’objectif de rencontre {verb} reçu une réponse dans une synthèse"
        elif self.answered:
            verb = french.plural(self.answered, "a", "ont")
            words = f"{self.answered} des {objectives} {verb} reçu une réponse dans une synthèse"
        else:
            words = f"Aucun des {objectives} n’a encore reçu de réponse dans une synthèse"
        if self.met:
            words += f", {self.met} {french.plural(self.met, 'a été atteint', 'ont été atteints')} en séance"
        return f"{words}."

    @property
    def open(self) -> list[tuple[Step, Node]]:
        """What no point answers, with its meeting."""
        return [(step, node) for step in self.planned for node in step.objectives if node.state == OPEN]

    @property
    def held(self) -> int:
        """How many meetings took place."""
        return sum(step.meeting.state in (Meeting.State.HELD, Meeting.State.PUBLISHED) for step in self.steps)

    @cached_property
    def months(self) -> list[Month]:
        """The months from the first meeting to the last, each at its first day."""
        return [Month(french.MONTHS[day.month - 1], self._x(day)) for day in self._first_days()]

    @cached_property
    def marks(self) -> list[Mark]:
        """The meetings, each at its day."""
        return [Mark(step, self._x(step.meeting.date)) for step in self.steps]

    def _first_days(self) -> list[dt.date]:
        day, last = self.steps[0].meeting.date.replace(day=1), self.steps[-1].meeting.date
        days = []
        while day <= last:
            days.append(day)
            day = next_month(day)
        return days

    def _x(self, day: dt.date) -> str:
        start = self.steps[0].meeting.date.replace(day=1)
        end = next_month(self.steps[-1].meeting.date.replace(day=1))
        return f"{100 * (day - start).days / (end - start).days:.2f}%"


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after `day`."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def middle(node: Node, nodes: list[Node], height: float = 100) -> str:
    """The height of the middle of a row, of rows that fill `height`."""
    return f"{height * (node.row + 0.5) / len(nodes):.4g}"


def curve(from_y: str, to_y: str, width: float = 100) -> str:
    """A thin curve from an objective on the left to a point on the right."""
    return f"M0 {from_y}C{width * 0.45:g} {from_y} {width * 0.55:g} {to_y} {width:g} {to_y}"


def build(
    cycle: Cycle,
    meetings: Iterable[Meeting],
    *,
    unpublished: bool = False,
    shown: dict[int, Content] | None = None,
) -> Path:
    """Describe the path of a cycle; `meetings` come from `with_thread()` or `thread_for()`.

    Of a published meeting it tells the current version, or the one that `shown` gives by the meeting's key;
    `unpublished` tells what stands in the database instead.
    """
    steps = [
        _step(number, meeting, (shown or {}).get(meeting.pk) or content_of(meeting, unpublished))
        for number, meeting in enumerate(meetings, start=1)
    ]
    _mention(steps)
    return Path(cycle, steps)


def content_of(meeting: Meeting, unpublished: bool) -> Content:
    """What people read of a meeting, or what its next version would say."""
    version = None if unpublished else meeting.version_to_read
    return version.content if version else meeting.content()


def _step(number: int, meeting: Meeting, content: Content) -> Step:
    objectives = [
        Node(letter(row), row, anchor(meeting.slug, letter(row)), item["text"], item["id"])
        for row, item in enumerate(content["objectives"])
    ]
    points = [
        Node(str(row + 1), row, anchor(meeting.slug, str(row + 1)), item["text"], item["id"])
        for row, item in enumerate(content["points"])
    ]
    _link(content, objectives, points)
    for node, item in zip(objectives, content["objectives"], strict=True):
        node.state = _state(meeting, node, item)
    draw_lanes(objectives, points)
    return Step(meeting, number, content, objectives, points)


def _link(content: Content, objectives: list[Node], points: list[Node]) -> None:
    by_pk = {node.pk: node for node in objectives}
    for node, point in zip(points, content["points"], strict=True):
        answered = {answer["id"] for answer in point["answers"]}
        node.linked = [by_pk[pk] for pk in by_pk if pk in answered]
        for objective in node.linked:
            objective.linked.append(node)


def _state(meeting: Meeting, node: Node, item: dict[str, Any]) -> str:
    if node.linked:
        return ANSWERED
    if item["met_in_session"]:
        return MET
    return OPEN if meeting.is_published else AHEAD


def draw_lanes(objectives: list[Node], points: list[Node]) -> None:
    """Draw the telephone's lines: from each linked objective down to the last point that answers it."""
    linked = [node for node in objectives if node.linked]
    column = [*objectives, *points]
    place = {id(node): index for index, node in enumerate(column)}
    for here, node in enumerate(column):
        for lane in linked:
            start, end = place[id(lane)], place[id(lane.linked[-1])]
            if node is lane:
                node.lanes.append("start")
            elif node in lane.linked:
                node.lanes.append("end" if here == end else "dot")
            else:
                node.lanes.append("through" if start < here < end else "none")


def _mention(steps: list[Step]) -> None:
    """Say where statements come from, and what they led to, by meeting and mark."""
    points = {node.pk: node for step in steps for node in step.points}
    days = {node.pk: step.meeting.date for step in steps for node in step.points}
    for step in steps:
        for node, item in zip(step.objectives, step.content["objectives"], strict=True):
            if not (origin := item["comes_from"]):
                continue
            if source := points.get(origin["id"]):
                words = f"{french.day_month(days[source.pk])}, point {source.mark}"
                node.mentions.append(Mention("Vient du ", words, f"#{source.anchor}"))
                words = f"{french.day_month(step.meeting.date)}, objectif {node.mark}"
                source.mentions.append(Mention("Repris le ", words, f"#{node.anchor}"))
            elif origin["date"]:  # a point of another cycle: its page knows its number
                day = dt.date.fromisoformat(origin["date"])
                node.mentions.append(Mention("Vient du ", french.long_date(day)))
        for node, item in zip(step.points, step.content["points"], strict=True):
            if rank := item["became_rank"]:
                words = f"objectif {rank} du chantier"
                node.mentions.append(Mention("Devenu l’", words, f"#objectif-{rank}"))
