"""The files that this app can produce."""

import hashlib

from django.conf import settings
from django.template.loader import render_to_string

from ecpar_portal import french
from meetings import path
from meetings.models import Meeting
from reports.pdf import html_to_pdf, renderer_key

SYNTHESIS = "meetings/synthesis_pdf.html"

# The drawing on paper, in millimetres: rows of equal height on each side, high enough for their text.
LINKS_WIDTH = 30
TALLEST = 190  # a drawing does not break over two pages: above that, words alone say what answers what
LINE, MENTION, GAP = 5.2, 4.2, 5.5
LETTERS_A_LINE = {"objectives": 34, "points": 40}


def synthesis_title(meeting: Meeting) -> str:
    """« Synthèse de la rencontre du 9 mars 2021 »."""
    return f"Synthèse de la rencontre du {french.long_date(meeting.date)}"


def synthesis_filename(meeting: Meeting) -> str:
    """« synthese-2021-03-09.pdf »."""
    return f"synthese-{meeting.slug}.pdf"


def synthesis_step(meeting: Meeting) -> path.Step:
    """The meeting as its cycle's path describes it, with its mentions of other meetings."""
    meetings = meeting.cycle.meetings.exclude(state=Meeting.State.DRAFT).with_thread()  # as members read it
    return path.build(meeting.cycle, meetings).step_of(meeting)


def synthesis_html(meeting: Meeting) -> str:
    """The document of a synthesis, ready to print."""
    step = synthesis_step(meeting)
    height = max(_height(step.objectives, "objectives"), _height(step.points, "points"))
    context = {
        "meeting": meeting,
        "title": synthesis_title(meeting),
        "step": step,
        "portal_url": settings.PORTAL_URL,
        "drawn": height <= TALLEST,
        "width": LINKS_WIDTH,
        "height": f"{height:g}",
        "curves": step.curves_in(LINKS_WIDTH, height),
        "stubs": step.stubs_in(LINKS_WIDTH, height),
        "objective_height": f"{height / max(1, len(step.objectives)):.3f}",
        "point_height": f"{height / max(1, len(step.points)):.3f}",
    }
    return render_to_string(SYNTHESIS, context)


def _height(nodes: list[path.Node], side: str) -> float:
    """How high a list is when each row is as high as the highest."""
    letters = LETTERS_A_LINE[side]
    rows = [LINE * -(-len(node.text) // letters) + MENTION * (len(node.mentions) + 1) + GAP for node in nodes]
    return len(rows) * max(rows, default=0)


def synthesis_key(meeting: Meeting) -> str:
    """Change with whatever the document shows or how it is drawn; computed at each download, so quick."""
    return hashlib.sha256(f"{renderer_key()}\n{synthesis_html(meeting)}".encode()).hexdigest()


def synthesis_pdf(meeting: Meeting) -> bytes:
    """The synthesis as PDF/UA-1; in a worker only."""
    return html_to_pdf(synthesis_html(meeting))
