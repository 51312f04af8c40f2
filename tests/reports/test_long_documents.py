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
def test_a_synthesis_takes_the_pages_that_its_words_ask(paper, objectives, points, pages, tmp_path):
    meeting = held([text(letters) for letters in objectives], [text(letters) for letters in points])
    printed = synthesis(meeting, tmp_path)
    assert len(printed) <= pages
    assert all(page[-1].bottom > 500 or page is printed[-1] for page in printed)
    assert said(printed).count("Répond à") == len(points)


def test_a_line_is_spoken_of_only_where_one_is_drawn(tmp_path):
    drawn = said(synthesis(held([text(40)], [text(60)]), tmp_path))
    in_words = said(synthesis(held([text(40)], [text(600)] * 12), tmp_path))
    unlinked = said(synthesis(held([text(40)], [text(60)], linked=False), tmp_path))
    assert "Un trait relie chaque point" in drawn
    assert "Un trait" not in in_words
    assert "Sous chaque point, l’objectif auquel il répond." in in_words
    assert "auquel il répond" not in unlinked


def test_a_long_word_or_address_leaves_both_columns_on_the_paper(paper, tmp_path):
    [page] = synthesis(held([LONG_WORD, ADDRESS], [ADDRESS, "Une suite"]), tmp_path)
    width = 612 if paper == "Letter" else 595
    assert max(word.right for word in page) < width - 40
    objectives = [word for word in page if word.text in ("Objectifs", "Anticonstitutionnellement"[:10])]
    points = next(word for word in page if word.text == "Synthèse" and word.left > 200)
    assert points.left - objectives[0].left > 250


def test_the_long_title_of_a_meeting_stands_above_its_first_objective(tmp_path):
    meeting = held(["Alpha bravo"], ["Charlie"], title=("Titre " * 26 + "fin").strip())
    page = sheets(bilan_pdf(meeting.cycle), tmp_path)[-1]
    end = max(word.bottom for word in page if word.text in ("Titre", "fin"))
    assert next(word.top for word in page if word.text == "Alpha") > end - 2


def test_no_statement_of_the_real_cycle_touches_the_next_nor_is_lost(paper, tmp_path):
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    cycle = Cycle.objects.get(slug="2020-2021")
    content = bilan_pdf(cycle)
    pages = sheets(content, tmp_path)
    assert len(pages) == 2
    page = pages[1]
    warned = next(word for word in page if word.text == "n’y")
    below = min(
        word.bottom for word in page if word.bottom > warned.bottom + 2 and abs(word.left - warned.left) < 5
    )
    assert below - warned.bottom > 8 * 1.27 + 2
    words = squeezed("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages))
    assert [statement for statement in STATEMENTS if squeezed(statement) not in words] == []


def test_the_lines_of_a_point_are_kept(tmp_path):
    [page] = synthesis(held([text(40)], ["Une ligne\nUne autre"]), tmp_path)
    first, second = (word for word in page if word.text == "Une")
    assert second.top > first.top + 10
    assert second.left == first.left


HARD = (
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
