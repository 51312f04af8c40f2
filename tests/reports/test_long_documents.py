"""Documents of long meetings: whole pages, nothing over anything else, nothing off the paper."""

import html
import io
import re
import subprocess
from typing import NamedTuple

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from chantier.models import Cycle
from meetings.actions.publishing import publish
from meetings.documents import bilan_pdf, synthesis_pdf
from reports import pdf
from tests import factories as f
from tests.bilan import STATEMENTS

pytestmark = pytest.mark.django_db

WORDS = "Mettre en place une démarche d’accompagnement des organismes publics qui intègrent des EES "
LONG_WORD = "Anticonstitutionnellement" * 8
ADDRESS = "https://exemple.example/" + "approvisionnement/" * 13


class Word(NamedTuple):
    """A word on a sheet, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def text(letters):
    return (WORDS * 20)[:letters].strip()


def held(objectives, points, linked=True, **fields):
    meeting = f.MeetingFactory(state="held", **fields)
    aims = [f.MeetingObjectiveFactory(meeting=meeting, text=words) for words in objectives]
    for rank, words in enumerate(points):
        point = f.SynthesisPointFactory(meeting=meeting, text=words)
        if linked:
            f.PointAnswerFactory(point=point, objective=aims[rank % len(aims)])
    publish(meeting, by=None)
    return meeting


def sheets(content, tmp_path):
    """The words of each sheet, as they are printed."""
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    command = ["pdftotext", "-bbox", path, "-"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    form = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    return [
        [Word(*map(float, found[:4]), found[4]) for found in re.findall(form, sheet)]
        for sheet in page.split("<page ")[1:]
    ]


def synthesis(meeting, tmp_path):
    return sheets(synthesis_pdf(meeting.current_version), tmp_path)


def said(pages):
    return " ".join(word.text for page in pages for word in page).replace("\xa0", " ")


def squeezed(words):
    return "".join(words.split())


@pytest.fixture(params=["Letter", "A4"])
def paper(request, settings):
    settings.PAPER = request.param
    pdf._engine.cache_clear()
    yield request.param
    pdf._engine.cache_clear()


@pytest.mark.parametrize(
    ("objectives", "points", "pages"),
    [
        ([100] * 3, [170] * 3, 1),
        ([100] * 3, [170] * 5, 1),
        ([100] * 3, [170] * 6, 1),
        ([100] * 3, [170] * 8, 2),
        ([100] * 3, [600] * 3, 2),
        ([100] * 3, [600] * 12, 4),
        ([100] * 5, [170] * 80, 8),
        ([40] * 300, [170] * 3, 19),
    ],
)
    "<script>alert(1)</script>",
    "مرحبا بالعالم",
    "Merci 🤝🏽 à toutes",
    "<p class=MsoNormal>Collé Word</p>",
)


def test_two_hundred_points_in_every_script_make_a_whole_document(tmp_path):
    points = [f"{HARD[rank % len(HARD)]} n{rank}." for rank in range(200)]
    printed = html.unescape(said(synthesis(held([text(60)] * 4, points), tmp_path)))
    assert all(f"n{rank}." in printed for rank in range(200))
    for words in ("<script>alert(1)</script>", "<pclass=MsoNormal>ColléWord</p>"):
        assert squeezed(printed).count(words) == 50
