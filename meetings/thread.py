"""The thread: need → objective of the cycle → objective of a meeting → point → commitment, walked both ways.

One query tells what a whole cycle ties together; the path then says it under each statement.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import DateField, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from chantier.models import Cycle, Objective
from ecpar_portal import french
from meetings.models import (
    Commitment,
    Meeting,
    MeetingObjective,
    Need,
    NeedSupport,
    Obstacle,
    SynthesisVersion,
)
from meetings.path import Mention, Node, Path, Step

NEED, OBSTACLE, COMMITMENT = "need", "obstacle", "commitment"
State = Commitment.State
STATES = {State.DONE: "Faites", State.OPEN: "À faire", State.DROPPED: "Abandonnées"}
SHOWN_LETTERS = 80


@dataclass
class Link:
    """A need, an obstacle or a commitment, with what it is tied to; an obstacle may be nobody's."""

    kind: str
    pk: int
    meeting_id: int
    organization: str | None
    slug: str | None
    tied_to: int | None  # of a need, the objective that it became; of a commitment, its point
    text: str
    state: str
    term: dt.date | None
    supporters: list[str] = field(default_factory=list)  # of a need, the organisations that have it too
    meeting: Meeting | None = None
    origin: Mention | None = None  # the point from which a commitment comes, where one reads it

    @property
    def is_open(self) -> bool:
        """Of a commitment: whether it is neither done nor dropped."""
        return self.state == State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Of a commitment: whether it is late."""
        return Commitment(state=self.state, term=self.term).is_overdue

    def get_absolute_url(self) -> str:
        """Where a commitment is read."""
        return reverse("commitment", args=[self.pk])


def links_of(cycle: Cycle) -> list[Link]:
    """What was said at the meetings of a cycle, the commitments by term; asked in one query."""
    said = Cast("text", TextField())
    needs = _rows(NEED, Need.objects.standing(), cycle, "objective_id", said)
    obstacles = _rows(
        OBSTACLE,
        Obstacle.objects.standing(),
        cycle,
        nothing(None, IntegerField()),
        nothing("", TextField()),
    )
    commitments = _rows(COMMITMENT, Commitment.objects.all(), cycle, "point_id", said, "state", "term")
    links = [Link(*row) for row in needs.union(obstacles, commitments, all=True)]
    return sorted(links, key=lambda link: (link.kind, link.term is None, link.term or dt.date.max, link.pk))


def nothing(value: Any, field: Any) -> Cast:
    """A column of the others that has nothing to say here; cast, so that PostgreSQL knows what it is."""
    return Cast(Value(value), field)


def _rows(
    kind: str, rows: QuerySet, cycle: Cycle, tied_to: Any, text: Any, state: Any = None, term: Any = None
) -> QuerySet:
    state, term = state or nothing("", TextField()), term or nothing(None, DateField())
    columns = ("meeting_id", "organization__name", "organization__slug", tied_to, text)
    found = rows.filter(meeting__cycle=cycle).order_by()
    return found.values_list(nothing(kind, TextField()), "pk", *columns, Cast(state, TextField()), term)


@dataclass
class Thread:
    """What ties the meetings of a cycle to what was said at them."""

    path: Path
    links: list[Link]
    objectives: list[Objective]
    served: dict[int, list[int]]

    @property
    def ranks(self) -> dict[int, int]:
        """How the page of the cycle numbers its objectives."""
        return {objective.pk: rank for rank, objective in enumerate(self.objectives, start=1)}

    def tell_origins(self) -> None:
        """Say from which needs each objective of the cycle came: `origins`; asked in one query more."""
        meetings = {step.meeting.pk: step.meeting for step in self.path.steps}
        needs = {
            link.pk: link
            for link in self.links
            if link.kind == NEED and link.tied_to and link.meeting_id in meetings
        }
        supports = NeedSupport.objects.filter(need__in=needs).values_list("need", "organization__name")
        for need, organization in supports if needs else ():
            needs[need].supporters.append(organization)
        for link in needs.values():
            link.meeting = meetings[link.meeting_id]
        for objective in self.objectives:
            objective.origins = [link for link in needs.values() if link.tied_to == objective.pk]

    def commitments_at(self, meeting: Meeting) -> list[Link]:
        """What was committed to at a meeting."""
        return [link for link in self.links if link.kind == COMMITMENT and link.meeting_id == meeting.pk]


def tie(built: Path, *, away: bool = False) -> Thread:
    """Say under each statement of a path what it takes up, serves and led to.

    `away` leads to the page of the cycle what stands there, for a page that shows one meeting.
    """
    served = served_by(MeetingObjective.objects.filter(meeting__cycle=built.cycle))
    thread = Thread(built, links_of(built.cycle), list(built.cycle.objectives.all()), served)
    for objective in thread.objectives:
        objective.led_to = []
    cycle_url = built.cycle.get_absolute_url() if away else ""
    found = {(link.kind, link.pk): link for link in thread.links}
    by_point: dict[int, list[Link]] = {}
    for link in thread.links:
        if link.kind == COMMITMENT and link.tied_to:
            by_point.setdefault(link.tied_to, []).append(link)
    for step in built.steps:
        for node in (*step.objectives, *step.points):
            node.mentions = [_led(mention, cycle_url) for mention in node.mentions]
        for node, item in zip(step.points, step.content["points"], strict=True):
            node.mentions += _taken_up(item, step.meeting, found)
            for link in by_point.get(node.pk, ()):
                node.mentions.append(_committed(link))
                link.origin = Mention("", f"point {node.mark}", f"#{node.anchor}")
        _serve(step, thread, cycle_url)
    return thread


def served_by(objectives: QuerySet) -> dict[int, list[int]]:
    """The objectives of the cycle that objectives of meetings serve, by their keys; asked in one query."""
    links = MeetingObjective.objectives.through.objects.filter(meetingobjective__in=objectives.order_by())
    ordered = links.order_by("objective__position", "objective_id")
    found: dict[int, list[int]] = {}
    for objective, served in ordered.values_list("meetingobjective_id", "objective_id"):
        found.setdefault(objective, []).append(served)
    return found


def place(commitments: Iterable[Commitment]) -> list[Commitment]:
    """Say from which published point each commitment comes: `origin`; asked in one query more."""
    rows = list(commitments)
    published = {row.meeting.current_version_id for row in rows if row.point_id and row.meeting.is_published}
    versions = SynthesisVersion.objects.in_bulk(published - {None})
    marks = {
        item["id"]: mark
        for version in versions.values()
        for mark, item in enumerate(version.content["points"], start=1)
    }
    for row in rows:
        mark = marks.get(row.point_id) if row.meeting.is_published else None
        url = f"{row.meeting.get_absolute_url()}{anchor_of(row.meeting, mark)}"
        row.origin = Mention("", f"point {mark}", url) if mark else None
    return rows


def anchor_of(meeting: Meeting, mark: Any) -> str:
    """Where a statement stands on the page of its meeting."""
    return f"#r{meeting.slug}-{mark}"


def _led(mention: Mention, to: str) -> Mention:
    return replace(mention, url=to + mention.url) if mention.url.startswith("#") else mention


def _taken_up(item: dict[str, Any], meeting: Meeting, found: dict[tuple[str, int], Link]) -> list[Mention]:
    """The needs and obstacles that a point takes up; not what was taken back since."""
    mentions = []
    for pk in item.get("needs", ()):
        if link := found.get((NEED, pk)):
            url = reverse("round_table", args=[meeting.slug]) + f"#besoin-{pk}"
            mentions.append(Mention("Reprend le besoin de ", link.organization, url))
    for pk in item.get("obstacles", ()):
        if link := found.get((OBSTACLE, pk)):
            label = f"l’obstacle de {link.organization}" if link.organization else "un obstacle"
            mentions.append(Mention("Reprend ", label, reverse("obstacle", args=[pk])))
    return mentions


def _committed(link: Link) -> Mention:
    state = "" if link.is_open else f" ({State(link.state).label})"
    said = french.shortened(link.text, SHOWN_LETTERS)
    label = f"{link.organization}, «\u00a0{said}\u00a0»{state}"
    return Mention("Action à entreprendre\u00a0: ", label, link.get_absolute_url())


def _serve(step: Step, thread: Thread, cycle_url: str) -> None:
    """Say which objectives of the cycle those of a meeting serve, and from which meetings each is served."""
    for node in step.objectives:
        for pk in thread.served.get(node.pk, ()):
            if rank := thread.ranks.get(pk):
                label = f"objectif {rank} du chantier"
                node.mentions.append(Mention("Sert l’", label, f"{cycle_url}#objectif-{rank}"))
                label = f"{french.day_month(step.meeting.date)}, objectif {node.mark}"
                objective = thread.objectives[rank - 1]
                objective.led_to.append(Mention("", label, f"{cycle_url}#{node.anchor}"))


# On paper ---------------------------------------------------------------------------------------------


def with_origins(built: Path) -> list[Objective]:
    """The objectives of a cycle, each with how many needs it came from and the organisations that said them.

    Of the meetings of the path only: those that members read.
    """
    seen = [step.meeting.pk for step in built.steps]
    needs = Need.objects.standing().filter(objective__cycle=built.cycle, meeting__in=seen)
    found: dict[int, list[str]] = {}
    for objective, organization in needs.values_list("objective", "organization__name"):
        found.setdefault(objective, []).append(organization)
    objectives = list(built.cycle.objectives.all())
    for objective in objectives:
        names = found.get(objective.pk, [])
        objective.need_count = len(names)
        objective.said_by = french.enumeration(sorted(set(names)))
    return objectives


def commitments_by_state(built: Path) -> list[tuple[str, list[Commitment]]]:
    """What was committed to at the meetings of a path, by how it stands; states without any are left out."""
    seen = [step.meeting.pk for step in built.steps]
    rows = list(Commitment.objects.filter(meeting__in=seen).told().order_by("meeting__date", "pk"))
    groups = [
        (STATES[state], [row for row in rows if row.state == state])
        for state in (State.DONE, State.OPEN, State.DROPPED)
    ]
    return [(label, found) for label, found in groups if found]


# Up from one of them -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Origin:
    """Where a commitment comes from, as somebody reads it: its point, then what that answers and serves."""

    meeting: Meeting
    point: Node | None
    served: list[tuple[int, Objective]]


def origin_of(commitment: Commitment, step: Step) -> Origin:
    """The point from which a commitment comes, where its reader reads it, and the objectives up from it."""
    point = next((node for node in step.points if node.pk == commitment.point_id), None)
    answered = [node.pk for node in point.linked] if point else []
    tied = served_by(MeetingObjective.objects.filter(pk__in=answered))
    served = {key for keys in tied.values() for key in keys}
    objectives = list(enumerate(step.meeting.cycle.objectives.all(), start=1)) if served else []
    return Origin(step.meeting, point, [(rank, row) for rank, row in objectives if row.pk in served])
