"""The bilan 2020-2021 beside the page that shows it."""

import tomllib

import pytest
from django.core.management import call_command

from tests import factories as f
from tests.bilan import STATEMENTS

pytestmark = pytest.mark.browser

# Each statement of the page with its place, in the order in which the bilan prints them.
SHOWN = """() => {
  const words = (e) => e.innerText.replace(/\\s+/g, " ").trim();
  const own = (p) => { const c = p.cloneNode(true);
                       c.querySelectorAll(".answers, .answered-by").forEach((e) => e.remove());
                       return c.textContent.replace(/\\s+/g, " ").trim(); };
  const all = (selector, read = words) => [...document.querySelectorAll(selector)].map(read);
  const steps = [...document.querySelectorAll(".step")].flatMap((step) =>
    [...step.querySelectorAll(".node > div > p:first-child")].map(own));
  return [...all(".presentation"), ...all(".panel"), ...all(".statements li"), ...steps];
}"""
ANSWERED = """() => [...document.querySelectorAll(".points .node")].map((point) =>
  [point.closest(".step").id.slice(1), point.querySelector(".mark").textContent,
   [...point.querySelectorAll(".answers a")].map((link) => link.textContent.trim())])"""


@pytest.fixture
def page(visitor):
    """The page of the real cycle, as the coordinator sees it."""
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    return visitor(f.UserFactory(coordinator=True)).open("/chantier/2020-2021/")


def test_the_page_shows_the_thirty_statements_each_in_its_place_and_nothing_else(page):
    for shown, statement in zip(page.evaluate(SHOWN), STATEMENTS, strict=True):
        assert shown == statement


def test_each_point_is_linked_to_what_the_file_says_that_it_answers(page, settings):
    file = tomllib.loads((settings.BASE_DIR / "data/2020-2021.toml").read_text())
    said = [
        [str(meeting["date"]), str(number), point.get("answers", [])]
        for meeting in file["meeting"]
        for number, point in enumerate(meeting["point"], start=1)
    ]
    assert page.evaluate(ANSWERED) == said
