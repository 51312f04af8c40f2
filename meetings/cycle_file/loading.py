"""Brings the file of a cycle into the database, without doubling anything nor undoing what people changed.

File and database are laid out as records, each with its place: `meeting/2021-03-09/point/2`. Three versions
meet: the file, the database, and what the last load said. A record that the database does not have and that
no load brought is created; one that people left as it was loaded takes the file's correction; everything else
(changed, moved or deleted by somebody) is left as it is.
"""

from dataclasses import dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chantier import trace
from chantier.models import Chantier, Cycle
from ecpar_portal.french import NBSP
from meetings.actions.calling import keep_called
from meetings.actions.publishing import drafts_of, publish_loaded
from meetings.cycle_file.applying import Applying, Records
from meetings.cycle_file.content import Content, content_of
from meetings.cycle_file.reading import CycleFileError
from meetings.models import LoadedCycle, Meeting
from meetings.path import letter


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
    cycles = Cycle.objects.select_related("chantier").select_for_update()  # two loads at once take turns
    cycle = cycles.filter(slug=content["cycle"]["slug"]).first()
    _refuse_strangers(content, cycle, source)
    wanted = records_of(content)
    here = plain(records_of(content_of(cycle))) if cycle else {}
    loaded = LoadedCycle.objects.filter(cycle=cycle).first() if cycle else None
    before = loaded.records if loaded else {}
    if cycle is None and Chantier.objects.filter(slug=content["chantier"]["slug"]).exists():
        here["chantier"] = {}
    report = _compare(plain(wanted), here, before)
    drafts = drafts_of(cycle) if cycle else set()
    if report.created or report.updated:
        cycle = Applying(cycle, wanted, before, set(report.created), set(report.updated)).run()
        # Who has the page of preparation of one open compares before they save.
        cycle.meetings.update(revision=F("revision") + 1)
        for meeting in cycle.meetings.filter(date__gte=timezone.localdate()):
            keep_called(meeting)  # the file may have convened, moved or cancelled it
    publish_loaded(cycle, drafts)
    if report.created or report.updated:
        done = {"created": len(report.created), "updated": len(report.updated), "left": len(report.left)}
        trace.record("loaded", by=None, on=cycle, **done)
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
