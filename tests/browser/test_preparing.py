"""A meeting is prepared in a browser: by button, by keyboard and by hand, with a script and without."""

import datetime as dt

import pytest
from django.utils import timezone

from meetings.models import Meeting
from tests import factories as f
from tests.security.files import PDF

pytestmark = pytest.mark.browser


@pytest.fixture
def meeting(visitor):
    cycle = f.CycleFactory()
    f.ObjectiveFactory.create_batch(2, cycle=cycle)
    f.ParticipationFactory(cycle=cycle, organization__name="Ville de Québec")
    day = timezone.localdate() + dt.timedelta(days=30)
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, title="Cadre")
    for position, text in enumerate(("Premier", "Deuxième", "Troisième"), start=1):
        f.MeetingObjectiveFactory(meeting=meeting, text=text, position=position)
    f.AgendaLineFactory(meeting=meeting, text="Accueil", minutes=15)
    return meeting


@pytest.fixture
def coordinator(visitor):
    return f.UserFactory(coordinator=True)


def open_page(visitor, user, meeting, **more):
    someone = visitor(user, **more)
    someone.open(f"/rencontres/{meeting.slug}/preparer/")
    return someone


def texts(page):
    return [box.input_value() for box in page.locator("[data-rows=objectives] textarea").all()]


def test_objectives_are_moved_by_keyboard_and_each_move_is_said(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting).page
    button = page.get_by_role("button", name="Monter : objectif 3")
    button.focus()
    page.keyboard.press("Enter")
    assert texts(page) == ["Premier", "Troisième", "Deuxième"]
    page.wait_for_function("document.querySelector('[data-said]').textContent.includes('position 2 sur 3')")
    assert page.evaluate("document.activeElement.textContent").startswith("Monter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".toast")
    assert [item.text for item in meeting.objectives.all()] == ["Troisième", "Premier", "Deuxième"]


def test_objectives_are_moved_by_hand(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting).page
    page.set_viewport_size({"width": 1280, "height": 1600})
    handles = page.locator("[data-rows=objectives] .handle")
    last = page.locator("[data-rows=objectives] .row").last
    handles.first.scroll_into_view_if_needed()
    box, target = handles.first.bounding_box(), last.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + target["height"] - 4, steps=12)
    page.mouse.up()
    assert texts(page) == ["Deuxième", "Troisième", "Premier"]
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".toast")
    assert [item.text for item in meeting.objectives.all()] == ["Deuxième", "Troisième", "Premier"]


def test_rows_are_added_and_taken_away_and_the_clock_follows(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting).page
    page.get_by_label("Heure de début").fill("13:30")
    page.get_by_label("Heure de fin").fill("14:00")
    page.get_by_role("button", name="Ajouter un point").click()
    line = page.locator("[data-rows=agenda] .row").last
    assert page.evaluate("document.activeElement.name") == "agenda-n1-text"
    line.get_by_label("Point").fill("Échange")
    line.get_by_label("Minutes").fill("45")
    clock = page.locator("[data-clock]").inner_text().replace("\u00a0", " ")
    assert clock == "Total : 1 h sur 30 min; la rencontre déborde de 30 min."
    assert line.locator("[data-starts]").inner_text().replace("\u00a0", " ") == "13 h 45"
    page.get_by_role("button", name="Retirer : objectif 2").click()
    page.get_by_role("button", name="Ajouter une personne").click()
    page.get_by_label("Courriel").fill("elle@ailleurs.example")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".toast")
    # What the script says of the agenda is what the server says.
    assert page.locator("[data-clock]").inner_text().replace("\u00a0", " ") == clock
    assert [(row.text, row.minutes) for row in meeting.agenda.all()] == [("Accueil", 15), ("Échange", 45)]
    assert [item.text for item in meeting.objectives.all()] == ["Premier", "Troisième"]
    assert meeting.guests.get().email == "elle@ailleurs.example"


def test_who_is_chosen_is_asked_only_where_not_all_are_invited(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting).page
    assert not page.get_by_label("Ville de Québec").is_visible()
    page.get_by_label("Celles que je choisis").check()
    page.get_by_label("Ville de Québec").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".toast")
    assert Meeting.objects.get().organizations.get().name == "Ville de Québec"


def test_without_a_script_the_same_buttons_do_the_same(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting, scripts=False).page
    page.get_by_label("Lieu").fill("Salle A")
    page.get_by_role("button", name="Monter : objectif 2").click()
    assert texts(page) == ["Deuxième", "Premier", "Troisième"]
    assert page.get_by_label("Lieu").input_value() == "Salle A"
    page.get_by_role("button", name="Ajouter un objectif").click()
    assert page.locator("[data-rows=objectives] .row").count() == 4
    page.locator("[data-rows=objectives] textarea").last.fill("Quatrième")
    # Enter in a field saves, whatever buttons stand before it.
    page.get_by_label("Titre").press("Enter")
    page.wait_for_selector(".toast")
    assert [item.text for item in meeting.objectives.all()] == [
        "Deuxième",
        "Premier",
        "Troisième",
        "Quatrième",
    ]
    meeting.refresh_from_db()
    assert meeting.place == "Salle A"


def test_a_document_is_added_then_taken_away(visitor, coordinator, meeting):
    page = open_page(visitor, coordinator, meeting).page
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Ajouter des documents").set_input_files(file)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="plan.pdf").wait_for()
    page.get_by_role("button", name="Retirer : plan.pdf").click()
    page.get_by_text("Retirer « plan.pdf »?").wait_for()
    page.get_by_role("button", name="Retirer ce document").click()
    page.get_by_text("Aucun document pour l’instant.").wait_for()
    assert not meeting.documents.exists()


@pytest.mark.once
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nobody_meets_an_obstacle_where_two_wrote_or_something_is_wrong(
    visitor, coordinator, meeting, width, theme
):
    first = open_page(visitor, coordinator, meeting, width=width, theme=theme)
    second = open_page(visitor, coordinator, meeting, width=width, theme=theme)
    first.page.get_by_label("Titre").fill("Selon Anne")
    first.page.get_by_role("button", name="Enregistrer", exact=True).click()
    first.page.wait_for_selector(".toast")
    second.page.get_by_label("Titre").fill("Selon Luc")
    second.page.get_by_role("button", name="Enregistrer", exact=True).click()
    second.page.get_by_role("heading", name="Quelqu’un a écrit en même temps que vous").wait_for()
    assert second.obstacles() == []
    assert not second.overflows()
    second.page.get_by_role("button", name="Enregistrer ces choix").click()
    second.page.get_by_text("Il reste à choisir").wait_for()
    assert second.obstacles() == []
    first.page.get_by_label("Date").first.fill("2020-01-01")
    first.page.get_by_role("button", name="Ajouter un point").click()
    first.page.locator("[data-rows=agenda] .row").last.get_by_label("Minutes").fill("5")
    first.page.get_by_role("button", name="Enregistrer", exact=True).click()
    first.page.wait_for_selector(".error-summary")
    assert first.obstacles() == []
    assert not first.overflows()
