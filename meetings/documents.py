"""The files that this app can produce: the synthesis of a meeting, the bilan of a cycle."""

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from chantier import trace
from chantier.models import Cycle
from ecpar_portal import french
from ecpar_portal.prepared import Prepared
from meetings import path
from meetings.models import Meeting, MeetingQuerySet, SynthesisVersion
from reports.pdf import html_to_pdf, renderer_key

SYNTHESIS = "meetings/synthesis_pdf.html"
BILAN = "meetings/bilan_pdf.html"
DRAWING = "meetings/_drawing_pdf.html"

TALLEST = 190  # a drawing does not break over two pages: above that, words alone say what answers what


@dataclass(frozen=True)
class Scale:
    """The drawing of a meeting on paper, in millimetres: rows of equal height, as high as their texts ask.

    A text may be higher than its row where its neighbours are lower: centres stand half the two texts apart.
    """

    line: float
    gap: float  # between two texts
    margin: float  # what is free above the first row and below the last
    objective_letters: int  # in a line
    point_letters: int
    links: float = 30  # the width between the two sides
    runs_on: bool = False  # what is said below a statement follows it on its line; its links are only drawn

    def height(self, nodes: list[path.Node], letters: int) -> float:
        """How high a list of statements is."""
        if not nodes:
            return 0
        texts = [self.line * self.lines(node, letters) + self.gap for node in nodes]
        between = [(above + below) / 2 for above, below in pairwise(texts)]
        return len(nodes) * max([*between, texts[0] - 2 * self.margin, texts[-1] - 2 * self.margin])

    def lines(self, node: path.Node, letters: int) -> int:
        """How many lines a statement takes, with what is said of it."""
        said = " · ".join(f"{mention.words}{mention.label}" for mention in node.mentions)
        said += {path.MET: "Atteint en séance", path.OPEN: "Aucun point de synthèse n’y répond"}.get(
            node.state, ""
        )
        if self.runs_on:
            return -(-(len(node.text) + len(said)) // letters)
        said += f"Répond à {node.marks_linked}" if node.linked else ""
        return -(-len(node.text) // letters) + -(-len(said) // letters)


ONE_MEETING = Scale(line=5, gap=4.5, margin=0, objective_letters=36, point_letters=42)
WHOLE_CYCLE = Scale(line=3.6, gap=1.2, margin=2, objective_letters=50, point_letters=58, runs_on=True)


@dataclass(frozen=True)
class Drawing:
    """A meeting with what its template needs to draw it."""

    step: path.Step
    scale: Scale

    @property
    def height(self) -> float:
        """How high the drawing is."""
        return max(
            self.scale.height(self.step.objectives, self.scale.objective_letters),
            self.scale.height(self.step.points, self.scale.point_letters),
        )

    @property
    def is_drawn(self) -> bool:
        """Whether its links are drawn: there are some, and they fit on a page."""
        return bool(self.step.points) and self.height <= TALLEST

    @property
    def box(self) -> str:
        """The sizes of the box of the links, as an SVG says them."""
        return f"0 0 {self.scale.links:g} {self.height:g}"

    @property
    def description(self) -> str:
        """The links in words, for who does not see them."""
        said = [f"{point.mark} répond à {point.marks_linked}" for point in self.step.points if point.linked]
        return f"Liens\u00a0: {'; '.join(said) or 'aucun'}."

    @property
    def curves(self) -> list[path.Curve]:
        """The links."""
        return self.step.curves_in(self.scale.links, self.height)

    @property
    def stubs(self) -> list[str]:
        """The dashed stubs of what remains open."""
        return self.step.stubs_in(self.scale.links, self.height)

    @property
    def objective_height(self) -> str:
        """The height of each row of objectives."""
        return f"{self.height / max(1, len(self.step.objectives)):.3f}"

    @property
    def point_height(self) -> str:
        """The height of each row of points."""
        return f"{self.height / max(1, len(self.step.points)):.3f}"


# The synthesis of a meeting ---------------------------------------------------------------------------


def synthesis_title(version: SynthesisVersion) -> str:
    """« Synthèse de la rencontre du 9 mars 2021 »."""
    return f"Synthèse de la rencontre du {french.long_date(version.meeting.date)}"


def synthesis_filename(version: SynthesisVersion) -> str:
    """« synthese-2021-03-09.pdf », then « synthese-2021-03-09-v2.pdf »."""
    suffix = "" if version.number == 1 else f"-v{version.number}"
    return f"synthese-{version.meeting.slug}{suffix}.pdf"


def synthesis_html(version: SynthesisVersion) -> str:
    """The document of a version, ready to print, with its mentions of the other published meetings."""
    meeting = version.meeting
    meetings = published(meeting.cycle_id).with_thread()
    built = path.build(meeting.cycle, meetings, shown={meeting.pk: version.content})
    context = {
        "version": version,
        "meeting": meeting,
        "title": synthesis_title(version),
        "drawing": Drawing(built.step_of(meeting), ONE_MEETING),
        "portal_url": settings.PORTAL_URL,
    }
    return render_to_string(SYNTHESIS, context)


def synthesis_key(version: SynthesisVersion) -> str:
    """Change with whatever the document shows or how it is drawn; one query, since each download asks it."""
    meeting = version.meeting
    facts = [version.number, version.digest, str(meeting.cycle.chantier), meeting.cycle.name]
    around = [
        (other.slug, other.date, other.title, other.current_version_id)
        for other in _published_in(cycle_id=meeting.cycle_id)
    ]
    return _key(repr([settings.PORTAL_URL, sources(SYNTHESIS), facts, around]))


def synthesis_pdf(version: SynthesisVersion) -> bytes:
    """The synthesis as PDF/UA-1; in a worker only."""
    return html_to_pdf(synthesis_html(version))


def synthesis_asked(version: SynthesisVersion, by: Any) -> None:
    """Note on its meeting that a person asked for a synthesis."""
    trace.record("file_asked", by=by, on=version.meeting, file="synthèse", version=version.number)


# The bilan of a cycle ---------------------------------------------------------------------------------


def bilan_title(cycle: Cycle) -> str:
    """« Bilan 2020-2021 du chantier Économie sociale »."""
    return f"Bilan {cycle.name} du chantier {cycle.chantier}"


def bilan_filename(cycle: Cycle) -> str:
    """« bilan-2020-2021.pdf »."""
    return f"bilan-{cycle.slug}.pdf"


def bilan_html(cycle: Cycle) -> str:
    """The document of a cycle, in the order of the bilan of 2020-2021."""
    built = path.build(cycle, read_by_members(cycle))
    context = {
        "cycle": cycle,
        "title": bilan_title(cycle),
        "path": built,
        "drawings": [Drawing(step, WHOLE_CYCLE) for step in built.steps],
        "portal_url": settings.PORTAL_URL,
    }
    return render_to_string(BILAN, context)


def bilan_key(cycle: Cycle) -> str:
    """Change with whatever the document shows or how it is drawn."""
    return _key(bilan_html(cycle))


def bilan_pdf(cycle: Cycle) -> bytes:
    """The bilan as PDF/UA-1; in a worker only."""
    return html_to_pdf(bilan_html(cycle))


def bilan_asked(cycle: Cycle, by: Any) -> None:
    """Note on its cycle that a person asked for a bilan."""
    trace.record("file_asked", by=by, on=cycle, file="bilan")


def published(cycle_id: int) -> MeetingQuerySet:
    """The meetings of a cycle whose synthesis is published: what they say is frozen."""
    return Meeting.objects.filter(cycle=cycle_id, state=Meeting.State.PUBLISHED)


_published_in = Prepared(
    lambda cycle_id: published(cycle_id).only("slug", "date", "title", "current_version"), cycle_id=int
)


@cache
def sources(name: str) -> str:
    """Change with the text of a template and of the drawing that it holds."""
    texts = [get_template(template).template.source for template in (name, DRAWING)]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def read_by_members(cycle: Cycle) -> list[Meeting]:
    """The meetings of a cycle, as its members read them."""
    return list(cycle.meetings.exclude(state=Meeting.State.DRAFT).with_thread())


def _key(content: str) -> str:
    return hashlib.sha256(f"{renderer_key()}\n{content}".encode()).hexdigest()
