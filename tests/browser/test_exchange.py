"""Between meetings, at a screen and on a telephone: an obstacle, what helps, an activity in its month."""

import datetime as dt

import pytest
from django.utils import timezone

from meetings.models import Activity, Obstacle, Trial
from tests import factories as f

pytestmark = pytest.mark.browser


def test_an_obstacle_told_on_a_telephone_is_answered_and_tried_by_others(visitor):
    cycle = f.CycleFactory()
    teller, helper = f.member_of(cycle, name="Ville de Gaspé"), f.member_of(cycle, name="Cégep de Matane")
    page = (phone := visitor(teller, width=360)).open("/echanges/")
    page.get_by_role("link", name="Raconter un obstacle").click()
    page.get_by_label("Ce qui a fait obstacle").fill("مرحبا 🌱 Nos contrats sont trop gros\nvraiment")
    page.get_by_label("Étape du guide").select_option("2")
    page.get_by_role("button", name="Publier l’obstacle").click()
    page.get_by_role("heading", name="Nos contrats sont trop gros").wait_for()
    assert page.get_by_role("img", name="Étape 2").count() == 1
    assert not phone.overflows()
    other = visitor(helper).open(Obstacle.objects.get().get_absolute_url())
    other.get_by_label("Ce qui peut aider").fill("Diviser en lots")
    other.get_by_role("button", name="Publier la solution").click()
    other.get_by_role("link", name="Nous l’avons essayée").click()
    other.get_by_label("Ce qu’il en est ressorti").fill("Trois lots, trois gagnants.")
    other.get_by_role("button", name="Noter l’essai").click()
    other.get_by_text("Trois lots, trois gagnants.").wait_for()
    page.reload()
    assert (
        "Cégep de Matane" in page.get_by_role("listitem").filter(has_text="Trois lots").first.text_content()
    )
    page.get_by_role("link", name="Retirer cet obstacle").click()
    page.get_by_role("button", name="Retirer ce texte").click()
    page.get_by_text("personne ne le lit plus").wait_for()
    assert Trial.objects.exists()
    assert other.reload().status == 404


def test_a_text_too_long_is_refused_beside_its_field_and_stays_in_it(visitor):
    member = visitor(f.member_of(f.CycleFactory()), width=360)
    page, long = member.open("/echanges/obstacles/nouveau/"), "mot 🌱 " * 4000
    page.get_by_label("Ce qui a fait obstacle").fill(long)
    page.get_by_role("button", name="Publier l’obstacle").click()
    page.locator(".error-summary:focus").wait_for()
    assert page.get_by_label("Ce qui a fait obstacle").input_value() == long
    assert "au plus" in page.locator("#id_text_error").text_content()
    assert member.obstacles() == []


@pytest.mark.parametrize(("width", "role"), [(1280, "table"), (360, "list")])
def test_a_month_is_a_table_on_a_screen_and_a_list_on_a_telephone(visitor, width, role):
    cycle = f.CycleFactory()
    day = timezone.localdate() + dt.timedelta(days=40)
    f.ActivityFactory(chantier=cycle.chantier, title="Salon " * 25, date=day, cancelled_at=timezone.now())
    member = visitor(f.member_of(cycle), width=width)
    page = member.open("/echanges/activites/")
    page.get_by_role("link", name="Calendrier", exact=True).click()
    page.goto(f"{member.base}/echanges/activites/calendrier/?mois={day:%Y-%m}")
    assert page.get_by_role("table").count() == (role == "table")
    links = page.get_by_role(role).get_by_role("link", name="Salon")
    assert links.count() >= 1
    assert not member.overflows()
    assert member.obstacles() == []
    links.first.click()
    page.wait_for_url(f"**{Activity.objects.get().get_absolute_url()}")
