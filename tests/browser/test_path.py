"""The path in a real browser."""

import datetime as dt
import gzip

import pytest

from tests import factories as f

pytestmark = pytest.mark.browser


@pytest.fixture
def path(visitor):
    """A cycle with one meeting: A and B, answered by 1 (A and B) and 2 (B)."""
    meeting = f.MeetingFactory(date=dt.date(2021, 3, 9))
    a, b = f.MeetingObjectiveFactory.create_batch(2, meeting=meeting)
    one, two = f.SynthesisPointFactory.create_batch(2, meeting=meeting)
    for point, objective in ((one, a), (one, b), (two, b)):
        f.PointAnswerFactory(point=point, objective=objective)
    return meeting.cycle, f.member_of(meeting.cycle)


def boxes(page, selector):
    return [element.bounding_box() for element in page.query_selector_all(selector)]


def test_on_a_screen_each_curve_ends_at_its_marks(visitor, path):
    cycle, user = path
    page = visitor(user).open(cycle.get_absolute_url())
    centre = lambda box: box["y"] + box["height"] / 2  # noqa: E731
    marks = {
        page.evaluate("e => e.closest('.node').id", mark): mark.bounding_box()
        for mark in page.query_selector_all(".node .mark")
    }
    curves = page.query_selector_all(".time [data-ends]")
    assert len(curves) == 3
    for curve in curves:
        objective, point = curve.get_attribute("data-ends").split()
        ends = page.evaluate(
            """e => { const m = e.getScreenCTM(), at = (p) => p.matrixTransform(m);
                const a = at(e.getPointAtLength(0)), b = at(e.getPointAtLength(e.getTotalLength()));
                return [a.x, a.y, b.x, b.y]; }""",
            curve,
        )
        left, right = marks[objective], marks[point]
        assert ends[0] == pytest.approx(left["x"] + left["width"], abs=2)
        assert ends[1] == pytest.approx(centre(left), abs=2)
        assert ends[2] == pytest.approx(right["x"], abs=2)
        assert ends[3] == pytest.approx(centre(right), abs=2)


def test_on_a_telephone_there_is_one_column_and_words_say_what_answers_what(visitor, path):
    cycle, user = path
    someone = visitor(user, width=360)
    page = someone.open(cycle.get_absolute_url())
    assert not page.locator(".time").is_visible()
    assert page.locator(".answers").all_text_contents() == [
        "Répond à l’objectif → A et B",
        "Répond à l’objectif → B",
    ]
    left = {round(box["x"]) for box in boxes(page, ".node .mark")}
    assert len(left) == 1
    assert page.locator(".lanes").first.is_visible()
    assert not someone.overflows()


def test_the_keyboard_shows_what_an_objective_is_linked_to(visitor, path):
    cycle, user = path
    page = visitor(user).open(cycle.get_absolute_url())
    page.focus("#r2021-03-09-A .mark")
    chosen = page.eval_on_selector_all(".node.chosen", "nodes => nodes.map(node => node.id)")
    assert chosen == ["r2021-03-09-A", "r2021-03-09-1"]
    assert page.locator(".time path.chosen").count() == 1
    page.focus(".brand")
    assert page.locator(".chosen").count() == 0


def test_an_address_that_names_a_point_shows_its_links(visitor, path):
    cycle, user = path
    page = visitor(user).open(cycle.get_absolute_url() + "#r2021-03-09-2")
    assert page.eval_on_selector_all(".node.chosen", "nodes => nodes.map(node => node.id)") == [
        "r2021-03-09-B",
        "r2021-03-09-2",
    ]


def test_the_path_reads_without_scripts(visitor, path):
    cycle, user = path
    page = visitor(user, scripts=False).open(cycle.get_absolute_url())
    assert page.locator(".time [data-ends]").count() == 3
    assert page.locator(".node").count() == 4


def test_the_first_tab_leads_to_the_content_and_focus_is_seen(visitor, path):
    cycle, user = path
    page = visitor(user).open(cycle.get_absolute_url())
    page.keyboard.press("Tab")
    assert page.locator(".skip").evaluate(
        "e => e === document.activeElement && e.getBoundingClientRect().top >= 0"
    )
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_telephone_s_menu_opens_and_closes_with_the_keyboard(visitor, path):
    user = path[1]
    page = visitor(user, width=360).open("/")
    assert not page.locator("#menu").is_visible()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    assert page.locator("#menu").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#menu").is_visible()


def test_the_path_prints_without_its_menus(visitor, path):
    cycle, user = path
    page = visitor(user).open(cycle.get_absolute_url())
    page.emulate_media(media="print")
    assert not page.locator(".header").is_visible()
    assert page.locator(".node").first.is_visible()


def test_the_page_weighs_less_than_40_kb_in_at_most_6_requests_from_one_origin(visitor, path, live_server):
    cycle, user = path
    someone = visitor(user)
    answers = []
    someone.page.on("response", lambda response: answers.append((response.url, response.body())))
    someone.open(cycle.get_absolute_url())
    someone.page.wait_for_load_state("networkidle")
    assert all(url.startswith(live_server.url) for url, _ in answers)
    assert len(answers) <= 6
    assert sum(len(gzip.compress(body)) for _, body in answers) < 40_000
