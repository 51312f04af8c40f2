"""Brings the file of a cycle into the database, without doubling anything nor undoing what people changed.

File and database are laid out as records, each with its place: `meeting/2021-03-09/point/2`. Three versions
meet: the file, the database, and what the last load said. A record that the database does not have and that
no load brought is created; one that people left as it was loaded takes the file's correction; everything else
(changed, moved or deleted by somebody) is left as it is.
"""

from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.functional import cached_property

from chantier.models import Achievement, Chantier, Cycle, Objective
from ecpar_portal.french import NBSP
from meetings.cycle_file.content import Content, content_of
from meetings.cycle_file.links import instant
from meetings.cycle_file.reading import CycleFileError
from meetings.models import LoadedCycle, Meeting, MeetingObjective, PointAnswer, Reading, SynthesisPoint
from meetings.path import letter

Records = dict[str, dict[str, Any]]


@dataclass
class Report:
    """What a load did, by place."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def records_of(content: Content) -> Records:
    """Lay a content out by place; links name places, so that they compare like texts."""
    records = {"chantier": content["chantier"], "cycle": content["cycle"]}
    for kind in ("objective", "achievement"):
        records |= {f"{kind}/{rank}": item for rank, item in enumerate(content[kind], start=1)}
    for meeting in content["meeting"]:
        place = f"meeting/{meeting['slug']}"
        records[place] = {name: meeting[name] for name in meeting if name not in ("objective", "point")}
        for index, item in enumerate(meeting["objective"]):
            records[f"{place}/objective/{letter(index)}"] = item
        for rank, item in enumerate(meeting["point"], start=1):
            records[f"{place}/point/{rank}"] = item
    return records


def plain(records: Records) -> Records:
    """The same records as JSON gives them back: dates and hours as text."""
    encoder = DjangoJSONEncoder()
    as_text = lambda value: encoder.default(value) if hasattr(value, "isoformat") else value  # noqa: E731
    return {place: {k: as_text(v) for k, v in record.items()} for place, record in records.items()}


@transaction.atomic
def load(content: Content, source: str) -> Report:
    """Bring a checked content into the database, all or nothing.

    Raises CycleFileError when it meets another cycle's chantier or meeting.
    """
    cycle = Cycle.objects.select_related("chantier").filter(slug=content["cycle"]["slug"]).first()
    _refuse_strangers(content, cycle, source)
    wanted = records_of(content)
    here = plain(records_of(content_of(cycle))) if cycle else {}
    loaded = LoadedCycle.objects.filter(cycle=cycle).first() if cycle else None
    before = loaded.records if loaded else {}
    if cycle is None and Chantier.objects.filter(slug=content["chantier"]["slug"]).exists():
        here["chantier"] = {}
    report = _compare(plain(wanted), here, before)
    if report.created or report.updated:
        cycle = Writer(cycle, wanted, set(report.created), set(report.updated)).write()
    if before != (kept := {**before, **plain(wanted)}):
        LoadedCycle.objects.update_or_create(cycle=cycle, defaults={"records": kept})
    return report


def _compare(wanted: Records, here: Records, before: Records) -> Report:
    report = Report()
    for place, record in wanted.items():
        if place not in here and place not in before and _parent(place) not in before.keys() - here.keys():
            report.created.append(place)
        elif here.get(place) != record:
            untouched = place in here and place in before and here[place] == before[place]
            (report.updated if untouched else report.left).append(place)
    return report


def _parent(place: str) -> str:
    """The meeting of a statement: nothing is added to a meeting that somebody deleted."""
    return "/".join(place.split("/")[:2]) if place.count("/") == 3 else ""


def _refuse_strangers(content: Content, cycle: Cycle | None, source: str) -> None:
    """Refuse slugs and names that belong to something else."""
    problems = []
    chantier = content["chantier"]
    if cycle and cycle.chantier.slug != chantier["slug"]:
        problems.append(
            f"cycle, champ «{NBSP}slug{NBSP}»{NBSP}: «{NBSP}{cycle.slug}{NBSP}» est déjà l’adresse d’un "
            f"cycle du chantier {cycle.chantier}."
        )
    namesake = Chantier.objects.filter(name=chantier["name"]).exclude(slug=chantier["slug"]).first()
    if namesake:
        problems.append(
            f"chantier, champ «{NBSP}slug{NBSP}»{NBSP}: le chantier {namesake} existe déjà à l’adresse "
            f"«{NBSP}{namesake.slug}{NBSP}»."
        )
    slugs = [meeting["slug"] for meeting in content["meeting"]]
    strangers = Meeting.objects.filter(slug__in=slugs).exclude(cycle=cycle).select_related("cycle__chantier")
    problems += [
        f"rencontre {meeting.slug}{NBSP}: une rencontre du cycle {meeting.cycle} a déjà cette adresse; "
        f"donnez à celle-ci un autre «{NBSP}slug{NBSP}», par exemple «{NBSP}{meeting.slug}-2{NBSP}»."
        for meeting in strangers
    ]
    if problems:
        raise CycleFileError(source, problems)


class Writer:
    """Writes the records to create and to update: statements first, then the links between them."""

    def __init__(self, cycle: Cycle | None, records: Records, created: set[str], updated: set[str]) -> None:
        self.cycle = cycle
        self.records = records
        self.created = created
        self.changed = created | updated

    def write(self) -> Cycle:
        """Write everything; return the cycle."""
        self._cycle()
        self._ranked("objective", Objective)
        self._ranked("achievement", Achievement)
        for place in self._places("meeting", 1):
            self._meeting(place)
        for place in self._places("meeting", 3):
            self._statement(place)
        for place in self._places("meeting", 3):
            self._links(place)
        return self.cycle

    def _places(self, kind: str, depth: int) -> list[str]:
        return [
            place
            for place in self.records
            if place in self.changed and place.startswith(kind) and place.count("/") == depth
        ]

    def _cycle(self) -> None:
        slug = self.records["chantier"]["slug"]
        if "chantier" in self.changed:
            Chantier.objects.update_or_create(slug=slug, defaults=self.records["chantier"])
        if "cycle" in self.changed:
            values = {**self.records["cycle"], "chantier": Chantier.objects.get(slug=slug)}
            self.cycle, _ = Cycle.objects.update_or_create(slug=values.pop("slug"), defaults=values)

    def _ranked(self, kind: str, model: type[Objective] | type[Achievement]) -> None:
        rows = list(model.objects.filter(cycle=self.cycle))
        for place in self._places(kind, 1):
            rank = int(place.split("/")[1])
            row = model(cycle=self.cycle, position=rank) if place in self.created else rows[rank - 1]
            row.text = self.records[place]["text"]
            row.save()

    def _meeting(self, place: str) -> None:
        record = self.records[place]
        values = {
            "cycle": self.cycle,
            **{name: record[name] for name in ("date", "title", "place", "state")},
            "starts_at": instant(record["date"], record["start"]),
            "ends_at": instant(record["date"], record["end"]),
        }
        Meeting.objects.update_or_create(slug=record["slug"], defaults=values)

    @cached_property
    def _meetings(self) -> dict[str, Meeting]:
        return {meeting.slug: meeting for meeting in self.cycle.meetings.all()}

    def _statement(self, place: str) -> None:
        _, slug, kind, _mark = place.split("/")
        record = self.records[place]
        model = MeetingObjective if kind == "objective" else SynthesisPoint
        rank = self._rank(place)
        if place in self.created:
            row = model(meeting=self._meetings[slug], position=rank)
        else:
            row = model.objects.filter(meeting=self._meetings[slug])[rank - 1]
        row.text, row.reading = record["text"], record["reading"]
        if kind == "objective":
            row.met_in_session = record["met_in_session"]
        row.save()

    def _rank(self, place: str) -> int:
        """The place of a statement in its list, from 1."""
        siblings = place.rsplit("/", 1)[0] + "/"
        return [other for other in self.records if other.startswith(siblings)].index(place) + 1

    @cached_property
    def _rows(self) -> dict[str, MeetingObjective | SynthesisPoint]:
        """Every statement of every meeting by its place, once they are all written."""
        rows: dict[str, MeetingObjective | SynthesisPoint] = {}
        for meeting in self.cycle.meetings.prefetch_related("objectives", "points"):
            for index, row in enumerate(meeting.objectives.all()):
                rows[f"{meeting.slug}/objective/{letter(index)}"] = row
            for rank, row in enumerate(meeting.points.all(), start=1):
                rows[f"{meeting.slug}/point/{rank}"] = row
        return rows

    @cached_property
    def _aims(self) -> list[Objective]:
        return list(self.cycle.objectives.all())

    def _links(self, place: str) -> None:
        row = self._rows[place.removeprefix("meeting/")]
        record = self.records[place]
        if isinstance(row, MeetingObjective):
            origin, _, rank = record["comes_from"].partition("/")
            row.comes_from = self._rows.get(f"{origin}/point/{rank}")
            row.save()
            row.objectives.set(self._aims[number - 1] for number in record["objectives"])
        else:
            number = record["became_objective"]
            row.became_objective = self._aims[number - 1] if number else None
            row.save()
            self._answers(row, record)

    def _answers(self, point: SynthesisPoint, record: dict[str, Any]) -> None:
        point.point_answers.all().delete()
        for mark in record["answers"]:
            reading = Reading.CONFIRMED if mark in record["confirmed"] else Reading.PROPOSED
            objective = self._rows.get(f"{point.meeting.slug}/objective/{mark}")
            if objective:  # absent when somebody deleted it
                PointAnswer.objects.create(point=point, objective=objective, reading=reading)
