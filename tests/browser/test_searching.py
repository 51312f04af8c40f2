"""Searching with a keyboard, on a screen and on a telephone."""

import datetime as dt

import pytest

from tests import factories as f

pytestmark = pytest.mark.browser


@pytest.fixture
def member(visitor):
    cycle = f.CycleFactory(slug="2020-2021")
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    f.MeetingObjectiveFactory(meeting=meeting, text="Présenter la mise en œuvre de l’achat responsable")
    hostile = "<script>document.title = 'joué'</script>"
    f.NeedFactory(meeting=meeting, text=f"مشتريات مسؤولة {hostile} {'mot' * 60}")
    return f.member_of(cycle)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_key_leads_to_the_search_and_the_result_to_the_statement(visitor, member, width):
    someone = visitor(member, width=width, theme="light")
    page = someone.open("/rencontres/")
    page.keyboard.press("/")
    page.wait_for_url("**/recherche/")
    page.keyboard.press("/")
    page.keyboard.type("oeuvre achats")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=oeuvre+achats**")
    assert page.locator("mark").all_text_contents() == ["œuvre", "achat"]
    assert not someone.overflows()
    page.get_by_role("link", name="Objectif A").click()
    page.wait_for_url("**/rencontres/2021-03-09/#r2021-03-09-A")
    assert page.locator("#r2021-03-09-A").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nobody_meets_an_obstacle_in_the_results(visitor, member, width, theme):
    someone = visitor(member, width=width, theme=theme)
    for address in ("/recherche/", "/recherche/?q=مشتريات", "/recherche/?q=rien", "/syntheses/compilation/"):
        page = someone.open(address)
        assert someone.obstacles() == [], address
        assert not someone.overflows(), address
        assert page.title().endswith("Portail ECPAR")


def test_the_key_is_a_letter_in_a_field_and_may_be_turned_off(visitor, member):
    someone = visitor(member, width=1280, theme="light")
    page = someone.open("/recherche/")
    box = page.get_by_label("Ce que vous cherchez")
    box.press_sequentially("1/2")
    assert box.input_value() == "1/2"
    page.get_by_label("La touche / mène à la recherche").uncheck()
    page = someone.open("/rencontres/")
    page.keyboard.press("/")
    page.wait_for_timeout(300)
    assert page.url.endswith("/rencontres/")
