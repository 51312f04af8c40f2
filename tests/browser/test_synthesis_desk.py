"""A synthesis is written in a browser: it saves by itself, survives a crash, is undone and compared."""

import pytest
from playwright.sync_api import expect

from meetings.actions import writing
from meetings.models import Meeting
from tests import factories as f

pytestmark = pytest.mark.browser


@pytest.fixture
def meeting(visitor):
    meeting = f.MeetingFactory(state=Meeting.State.HELD)
    f.MeetingObjectiveFactory(meeting=meeting, text="Comprendre le cadre")
    f.SynthesisPointFactory(meeting=meeting, text="Le cadre est vaste.")
    return meeting


@pytest.fixture
def desk(visitor, meeting):
    someone = visitor(f.UserFactory(coordinator=True))
    someone.open(f"/rencontres/{meeting.slug}/synthese/")
    return someone


def boxes(page):
    return page.locator("[data-rows=points] textarea")


def is_saved(page):
    expect(page.locator("[data-kept-words]")).to_contain_text("Enregistré à", timeout=15_000)


def texts(meeting):
    return [point.text for point in meeting.points.all()]


def test_what_is_written_is_saved_by_itself_and_goes_on_in_the_same_point(desk, meeting):
    page = desk.page
    boxes(page).first.focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.type("Des initiatives")
    is_saved(page)
    assert texts(meeting) == ["Le cadre est vaste.", "Des initiatives"]
    pk = meeting.points.last().pk
    page.keyboard.type(" nouvelles")
    expect(page.locator("[name=revision]")).to_have_value("2", timeout=15_000)
    assert [(p.pk, p.text) for p in meeting.points.all()][1] == (pk, "Des initiatives nouvelles")


def test_a_point_is_linked_by_keyboard_and_the_objective_says_so(desk, meeting):
    page = desk.page
    objective = page.locator("[data-objective]")
    assert objective.get_attribute("data-state") == "open"
    assert page.get_by_text("Ne répond encore à aucun objectif").first.is_visible()
    boxes(page).first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert objective.get_attribute("data-state") == "answered"
    assert not page.get_by_text("Ne répond encore à aucun objectif").first.is_visible()
    is_saved(page)
    assert meeting.points.get().answers.get().text == "Comprendre le cadre"


def test_a_crash_of_the_browser_loses_nothing(desk, meeting):
    page = desk.page
    page.context.set_offline(True)
    boxes(page).first.fill("Écrit juste avant la panne")
    expect(page.locator("[data-kept-words]")).to_contain_text("gardé sur cet appareil", timeout=15_000)
    context = page.context
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{desk.base}/rencontres/{meeting.slug}/synthese/")
    assert boxes(again).first.input_value() == "Le cadre est vaste."
    again.get_by_role("button", name="Le reprendre").click()
    assert boxes(again).first.input_value() == "Écrit juste avant la panne"
    is_saved(again)
    assert texts(meeting) == ["Écrit juste avant la panne"]
    again.reload()
    assert not again.locator("[data-found]").is_visible()


def test_what_was_done_is_undone_and_done_again(desk, meeting):
    page = desk.page
    boxes(page).first.fill("Autrement dit")
    is_saved(page)
    page.get_by_role("button", name="Retirer : point 1").click()
    assert boxes(page).count() == 0
    page.get_by_role("button", name="Annuler").click()
    assert boxes(page).first.input_value() == "Autrement dit"
    page.get_by_role("button", name="Annuler").click()
    assert boxes(page).first.input_value() == "Le cadre est vaste."
    page.get_by_role("button", name="Rétablir").click()
    assert boxes(page).first.input_value() == "Autrement dit"
    is_saved(page)
    assert texts(meeting) == ["Autrement dit"]


def test_two_writers_at_once_compare_and_lose_nothing(desk, meeting):
    point, page = meeting.points.get(), desk.page
    writing.save(meeting, [writing.Point(point.pk, "Écrit par une autre")], [], revision=0, by=None)
    boxes(page).first.fill("Écrit par moi")
    page.get_by_role("button", name="Comparer").click()
    assert page.get_by_text("Écrit par une autre").is_visible()
    page.get_by_label("Écrit par moi").check()
    page.get_by_role("button", name="Enregistrer ces choix").click()
    page.wait_for_selector(".toast")
    assert texts(meeting) == ["Écrit par moi"]
    assert not page.locator("[data-found]").is_visible()


def test_a_need_of_the_room_is_taken_up_without_reload(visitor, meeting):
    f.NeedFactory(meeting=meeting, text="Repérer les EES")
    page = visitor(f.UserFactory(coordinator=True)).open(f"/rencontres/{meeting.slug}/synthese/")
    page.get_by_role("button", name="Reprendre").click()
    assert boxes(page).last.input_value() == "Repérer les EES"
    is_saved(page)
    assert [need.text for need in meeting.points.last().needs.all()] == ["Repérer les EES"]
