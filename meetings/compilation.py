"""Several published syntheses as one file, in the order of their days, with what it contains and where."""

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string

from chantier import trace
from chantier.models import Cycle
from ecpar_portal import french
from meetings import paper, path
from meetings.documents import sources
from meetings.models import Compilation, Meeting, SynthesisVersion
from reports.pdf import html_to_pdf, renderer_key

TEMPLATE = "meetings/compilation_pdf.html"


@dataclass(frozen=True)
class Part:
    """A synthesis of a compilation, ready to print."""

    version: SynthesisVersion
    drawing: paper.Drawing

    @property
    def anchor(self) -> str:
        """Where it begins in the document."""
        return f"synthese-{self.version.meeting.slug}"


def versions_of(compilation: Compilation) -> list[SynthesisVersion]:
    """Its syntheses in the order of their days; fetched once for many by `may_download_compilation`."""
    prefetch_related_objects([compilation], "versions__meeting__cycle__chantier")
    versions = compilation.versions.all()
    return sorted(versions, key=lambda one: (one.meeting.date, one.meeting.begins_at, one.meeting_id))


def title(compilation: Compilation) -> str:
    """« Compilation de 3 synthèses, du 28 janvier au 20 avril 2021 »."""
    versions = versions_of(compilation)
    first, last = versions[0].meeting.date, versions[-1].meeting.date
    days = french.long_date(last)
    if first != last:
        begun = french.day_month(first) if first.year == last.year else french.long_date(first)
        days = f"{begun} au {days}"
    count = "d’une synthèse" if len(versions) == 1 else f"de {french.counted(len(versions), 'synthèse')}"
    return f"Compilation {count}, du {days}"


def filename(compilation: Compilation) -> str:
    """« syntheses-2021-01-28-2021-04-20.pdf »."""
    versions = versions_of(compilation)
    return f"syntheses-{versions[0].meeting.date}-{versions[-1].meeting.date}.pdf"


def html(compilation: Compilation) -> str:
    """The document: what it contains, then each synthesis from the top of a page."""
    versions = versions_of(compilation)
    context = {
        "title": title(compilation),
        "parts": parts_of(versions),
        "chantiers": french.enumeration(sorted({str(one.meeting.cycle.chantier) for one in versions})),
        "portal_url": settings.PORTAL_URL,
    }
    return render_to_string(TEMPLATE, context)


def parts_of(versions: list[SynthesisVersion]) -> list[Part]:
    """Each synthesis with its mentions of the other published meetings of its cycle."""
    shown = {one.meeting_id: one.content for one in versions}
    steps: dict[int, path.Step] = {}
    by_cycle = sorted(versions, key=lambda one: one.meeting.cycle_id)
    for cycle, _ in groupby(by_cycle, key=lambda one: one.meeting.cycle):
        meetings = _published(cycle).with_thread()
        steps |= {step.meeting.pk: step for step in path.build(cycle, meetings, shown=shown).steps}
    return [Part(one, paper.of_one_meeting(steps[one.meeting_id])) for one in versions]


def key(compilation: Compilation) -> str:
    """Change with whatever the document shows or how it is drawn."""
    versions = versions_of(compilation)
    cycles = {one.meeting.cycle for one in versions}
    named = sorted((cycle.pk, str(cycle)) for cycle in cycles)
    facts = [(one.pk, one.number, one.digest) for one in versions]
    around = Meeting.objects.filter(cycle__in=cycles, state=Meeting.State.PUBLISHED).order_by("pk")
    told = list(around.values_list("slug", "date", "title", "current_version"))
    drawn = [renderer_key(), settings.PORTAL_URL, sources(TEMPLATE), paper.ONE_MEETING]
    return hashlib.sha256(repr([drawn, named, facts, told]).encode()).hexdigest()


def pdf(compilation: Compilation) -> bytes:
    """The compilation as PDF/UA-1; in a worker only."""
    return html_to_pdf(html(compilation))


def asked(compilation: Compilation, by: Any) -> None:
    """Note on it that a person asked for a compilation."""
    count = len(versions_of(compilation))
    trace.record("file_asked", by=by, on=compilation, file="compilation de synthèses", count=count)


def _published(cycle: Cycle) -> Any:
    return Meeting.objects.filter(cycle=cycle, state=Meeting.State.PUBLISHED)
