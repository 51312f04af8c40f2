"""The drawing of a meeting on paper, in millimetres: how high its texts are, and whether it fits on a page.

Heights are reckoned here and not by the renderer, since both lists need them before they are laid out: see
`static/pdf/document.css`, which holds the same widths and sizes.
"""

from dataclasses import dataclass
from itertools import pairwise

from django.conf import settings
from django.utils.functional import cached_property

from ecpar_portal import french
from meetings import path

PAGE = {"Letter": (215.9, 279.4), "A4": (210.0, 297.0)}
POINT = 25.4 / 72
HEAD = 8.3  # the rule and the line at the top of a first page
LEDE = "Un trait relie chaque point à l’objectif auquel il répond."
WIDTHS = {
    0.2: " \u00a0",
    0.255: "iîïjlI.,:;’'!|",
    0.335: "frt()[]-/",
    0.465: "cçszxvkyJ",
    0.83: "mwMWœŒæÆ@%—…",
}
EMS = {letter: width for width, letters in WIDTHS.items() for letter in letters}


def ems(text: str) -> float:
    """How wide a text is in Source Sans, in ems, to some hundredths."""
    return sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if letter in EMS:
        return EMS[letter]
    if letter > "\u0fff":  # other scripts, signs
        return 0.9
    return 0.6 if letter.isupper() else 0.525


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a width given in ems; a word that is longer than a line is broken."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in paragraph.split(" "):
            needed = ems(word)
            if used and used + needed > width:
                lines, used = lines + 1, 0.0
            broken = int(needed // width)
            lines, used = lines + broken, used + needed - broken * width + EMS[" "]
    return lines


@dataclass(frozen=True)
class Scale:
    """The sizes of a drawing, in millimetres: rows of equal height, as high as their texts ask.

    A text may be higher than its row where its neighbours are lower: centres stand half the two texts apart.
    """

    em: float
    small_em: float  # of what is said below a statement
    line: float
    gap: float  # between two texts
    margin: float  # what is free above the first row and below the last
    mark: float  # the width that a mark and its margin take beside a text
    links: float = 30  # the width between the two sides
    runs_on: bool = False  # what is said below a statement follows it on its line; its links are only drawn

    @property
    def objective_width(self) -> float:
        """The width of the text of an objective."""
        return 72 - self.mark

    @property
    def point_width(self) -> float:
        """The width of the text of a point, in what the paper of the settings leaves."""
        return PAGE[settings.PAPER][0] - 2 * 16 - 72 - self.links - self.mark

    def height(self, nodes: list[path.Node], width: float) -> float:
        """How high a list of statements is."""
        if not nodes:
            return 0
        texts = [self.line * self.lines(node, width) + self.gap for node in nodes]
        between = [(above + below) / 2 for above, below in pairwise(texts)]
        return len(nodes) * max([*between, texts[0] - 2 * self.margin, texts[-1] - 2 * self.margin])

    def lines(self, node: path.Node, width: float) -> int:
        """How many lines a statement takes, with what is said of it."""
        said = [f"{mention.words}{mention.label}" for mention in node.mentions]
        said += {path.MET: ["Atteint en séance"], path.OPEN: ["Aucun point de synthèse n’y répond"]}.get(
            node.state, []
        )
        if self.runs_on:
            return lines_of(" ".join([node.text, *said]), width / self.em)
        said += [f"Répond à {node.marks_linked}"] if node.linked else []
        below = lines_of(" · ".join(said), width / self.small_em) if said else 0
        return lines_of(node.text, width / self.em) + below


ONE_MEETING = Scale(em=10.5 * POINT, small_em=8.5 * POINT, line=5.2, gap=4, margin=0, mark=8.14)
WHOLE_CYCLE = Scale(em=8 * POINT, small_em=7.2 * POINT, line=3.6, gap=1.2, margin=2, mark=7.14, runs_on=True)


@dataclass(frozen=True)
class Drawing:
    """A meeting with what its template needs to draw it; `room` is the height that its page leaves."""

    step: path.Step
    scale: Scale
    room: float

    @cached_property
    def height(self) -> float:
        """How high the drawing is."""
        return max(
            self.scale.height(self.step.objectives, self.scale.objective_width),
            self.scale.height(self.step.points, self.scale.point_width),
        )

    @property
    def is_drawn(self) -> bool:
        """Whether both lists stand side by side: a drawing does not break over two pages."""
        return self.height <= self.room

    @property
    def has_links(self) -> bool:
        """Whether a point answers an objective."""
        return any(point.linked for point in self.step.points)

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


def of_one_meeting(step: path.Step) -> Drawing:
    """The drawing of a synthesis, under its title on the first page, with its notes below."""
    title = lines_of(f"Synthèse de la rencontre du {french.long_date(step.meeting.date)}", 18)
    lede = lines_of(f"{step.meeting.title} {step.summary}. {LEDE}", 40)
    notes = 2 if step.has_proposals else 1
    above = HEAD + 5 + 10.2 * title + 9 + 5.9 * lede + 14.2
    return Drawing(step, ONE_MEETING, _body(42) - above - 12 * notes - 4)  # an address may take two lines


def of_one_of_many(step: path.Step) -> Drawing:
    """The drawing of a meeting in a bilan, under the title of the page and its own."""
    own = max(9, 2.2 + 4 * lines_of(step.meeting.title, 17))
    return Drawing(step, WHOLE_CYCLE, _body(34) - HEAD - 11.1 - own)


def _body(margins: float) -> float:
    return PAGE[settings.PAPER][1] - margins
