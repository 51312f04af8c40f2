"""The room on screens: two phones, one that loses its connection, the screen on the wall, the coordinator."""

import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import Attendance, Meeting, Need
from tests import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def meeting(visitor):
    """A meeting that is convened."""
    return f.MeetingFactory(cycle=f.CycleFactory(), upcoming=True, title="Repérage des EES")


@pytest.fixture
def table(meeting):
    """The address of its tour de table."""
    return reverse("round_table", args=[meeting.slug])


def write(page, text):
    page.get_by_label("Ce dont votre organisation a besoin").fill(text)
    page.get_by_role("button", name="Envoyer").click()


def kept_in(page):
    return page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('besoins:'))")


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_needs_of_two_phones_are_sent_once_shown_supported_gathered_and_kept_with_their_objective(
    visitor, meeting, table
):
    town, college = f.member_of(meeting.cycle, name="Ville"), f.member_of(meeting.cycle, name="Collège")
    near, far = visitor(town, width=360), visitor(college, width=360, theme="dark")
    coordinator = f.UserFactory(coordinator=True)
    wall = visitor(coordinator).open(reverse("round_table_screen", args=[meeting.slug]))
    wall.evaluate("window.stays = true")
    for phone in (near, far):
        phone.open(table)
    write(near.page, "Une liste d’EES")
    near.page.get_by_text("envoyé", exact=True).wait_for()
    wall.get_by_text("Une liste d’EES").wait_for(timeout=5000)

    far.page.context.set_offline(True)
    write(far.page, "Des exemples de clauses")
    write(far.page, "Un modèle de grille")
    assert far.page.get_by_text("en attente d’envoi").count() == 2
    assert far.obstacles() == []
    assert not far.overflows()
    assert Need.objects.count() == 1
    far.page.context.set_offline(False)
    far.page.get_by_text("2 besoins envoyés").wait_for()
    wall.get_by_text("Un modèle de grille").wait_for(timeout=5000)
    assert wall.evaluate("window.stays")
    assert sorted(Need.objects.values_list("text", "organization__name")) == [
        ("Des exemples de clauses", "Collège"),
        ("Un modèle de grille", "Collège"),
        ("Une liste d’EES", "Ville"),
    ]

    far.page.get_by_role("button", name="Nous aussi : besoin de Ville").click()
    far.page.get_by_text("avec l’appui de Collège").wait_for()
    wall.get_by_text("et 1 autre organisation").wait_for(timeout=5000)
    for screen in (near, far):
        assert screen.obstacles() == []
        assert not screen.overflows()

    desk = visitor(coordinator)
    page = desk.open(table)
    page.get_by_label("Choisir ce besoin de Ville").check()
    page.get_by_label("Choisir ce besoin de Collège").first.check()
    page.get_by_label("Énoncé du nouvel objectif").fill("Trouver une EES sans chercher")
    page.get_by_role("button", name="Regrouper").click()
    page.get_by_text("Les besoins sont regroupés").wait_for()
    wall.get_by_text("→ Trouver une EES sans chercher").first.wait_for(timeout=5000)

    page = near.open(meeting.cycle.get_absolute_url())
    page.get_by_text("Vient de 2 besoins du tour de table").click()
    origin = page.locator(".origin")
    assert "Ville, Collège" in origin.inner_text()
    assert near.obstacles() == []
    origin.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"#besoin-\d+$"))
    assert "Une liste d’EES" in page.locator(":target").inner_text()
    page.locator(":target").get_by_role("link", name="objectif 1 du cycle").click()
    assert page.url.endswith("#objectif-1")


def test_a_page_closed_before_the_text_left_sends_it_when_it_opens_again(visitor, meeting, table):
    phone = visitor(f.member_of(meeting.cycle), width=360)
    page = phone.open(table)
    page.context.set_offline(True)
    write(page, "Gardé")
    page.get_by_label("Ce dont votre organisation a besoin").fill("Encore en train d’écrire")
    page.close()
    page.context.set_offline(False)
    phone.page = page.context.new_page()
    phone.open(table)
    phone.page.get_by_text("envoyé", exact=True).wait_for()
    assert Need.objects.get().text == "Gardé"
    box = phone.page.get_by_label("Ce dont votre organisation a besoin")
    assert box.input_value() == "Encore en train d’écrire"
    phone.open(table)
    assert Need.objects.count() == 1
    assert [key for key, _ in kept_in(phone.page) if not key.endswith(":brouillon")] == []


def test_an_answer_that_was_lost_does_not_double_the_need(visitor, meeting, table):
    page = visitor(f.member_of(meeting.cycle), width=360).open(table)
    tries = []

    def lose_the_first_answer(route):
        if route.request.method == "POST":
            tries.append(route.fetch())
            if len(tries) == 1:
                route.abort()
                return
            route.fulfill(response=tries[-1])
            return
        route.continue_()

    page.route(f"**{table}*", lose_the_first_answer)
    write(page, "Arrivé sans que personne le sache")
    until(lambda: Need.objects.count() == 1)
    page.get_by_text("en attente d’envoi").wait_for()
    page.get_by_text("envoyé", exact=True).wait_for()
    assert len(tries) == 2
    assert Need.objects.count() == 1


def test_a_session_that_ended_keeps_the_text_for_its_person_and_for_nobody_else(visitor, meeting, table):
    member, other = f.member_of(meeting.cycle), f.member_of(meeting.cycle)
    phone = visitor(member, width=360)
    page = phone.open(table)
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "session")
    page.context.clear_cookies(name="session")
    write(page, "Écrit trop tard")
    page.get_by_text("Votre session est terminée.").wait_for()
    assert phone.obstacles() == []

    client = Client()
    client.force_login(other)
    page.context.add_cookies([{**session, "value": client.cookies["session"].value}])
    phone.open(table)
    page.get_by_label("Ce dont votre organisation a besoin").wait_for()
    assert page.get_by_text("Écrit trop tard").count() == 0
    page.wait_for_timeout(500)
    assert not Need.objects.exists()

    page.context.add_cookies([session])
    phone.open(table)
    page.get_by_text("envoyé", exact=True).wait_for()
    assert Need.objects.get().written_by == member


def test_a_page_left_open_under_another_account_sends_nothing(visitor, meeting, table):
    member, other = f.member_of(meeting.cycle), f.member_of(meeting.cycle)
    page = visitor(member, width=360).open(table)
    client = Client()
    client.force_login(other)
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "session")
    page.context.add_cookies([{**session, "value": client.cookies["session"].value}])
    write(page, "Le mien")
    page.get_by_text("Votre session est terminée.").wait_for()
    assert not Need.objects.exists()
    assert "Le mien" in str(kept_in(page))


def test_what_is_refused_comes_back_to_its_box(visitor, meeting, table):
    page = visitor(f.member_of(meeting.cycle), width=360).open(table)
    Meeting.objects.update(state=Meeting.State.PUBLISHED)
    write(page, "Trop tard")
    page.get_by_text("La synthèse est publiée").wait_for()
    page.get_by_role("button", name="Reprendre le texte").click()
    assert page.get_by_label("Ce dont votre organisation a besoin").input_value() == "Trop tard"
    assert not Need.objects.exists()


def test_one_past_the_limit_waits_and_loses_nothing(visitor, meeting, table, settings):
    settings.LIMITS = {**settings.LIMITS, "needs": (1, 2)}
    page = visitor(f.member_of(meeting.cycle), width=360).open(table)
    for number in range(3):
        write(page, f"Besoin {number}")
    page.get_by_text("3 besoins envoyés").wait_for(timeout=20000)
    assert Need.objects.count() == 3


def test_who_signs_out_is_asked_then_leaves_nothing_in_the_browser(visitor, meeting, table):
    page = visitor(f.member_of(meeting.cycle)).open(table)
    page.get_by_label("Ce dont votre organisation a besoin").fill("Pas encore dit")
    asked = []

    def answer(dialog):
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    page.on("dialog", answer)
    page.locator(".who summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    assert len(kept_in(page)) == 1
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/")
    assert kept_in(page) == []
    assert "pas encore envoyé" in asked[0]


def test_without_scripts_the_same_page_writes_and_supports(visitor, meeting, table):
    f.NeedFactory(meeting=meeting, organization=f.member_of(meeting.cycle, name="Collège").organization)
    page = visitor(f.member_of(meeting.cycle, name="Ville"), width=360, scripts=False).open(table)
    write(page, "Sans script")
    page.get_by_text("Votre besoin est inscrit.").wait_for()
    page.get_by_role("button", name="Nous aussi : besoin de Collège").click()
    page.get_by_text("avec l’appui de Ville").wait_for()
    assert Need.objects.count() == 2


def test_who_is_there_is_noted_in_a_tap_each_without_a_reload(visitor, meeting):
    member = f.member_of(meeting.cycle, name="Ville")
    Meeting.objects.update(date=timezone.localdate())
    f.ConvocationFactory(meeting=meeting, user=member, organization=member.organization)
    desk = visitor(f.UserFactory(coordinator=True), width=360)
    page = desk.open(reverse("attendance", args=[meeting.slug]))
    page.evaluate("window.stays = true")
    page.get_by_role("button", name=member.name).click()
    page.get_by_text("1 personne et 1 organisation présentes").wait_for()
    page.get_by_role("button", name="Sans nommer personne : Ville").click()
    until(lambda: Attendance.objects.count() == 2)
    page.get_by_role("button", name=member.name, pressed=True).click()
    page.get_by_text("0 personne et 1 organisation").wait_for()
    assert page.evaluate("window.stays && document.activeElement.textContent.trim()") == member.name
    assert Attendance.objects.get().names_nobody
    assert desk.obstacles() == []
    page.get_by_label("Nom").fill("Passante")
    page.get_by_role("button", name="Noter sa présence").click()
    page.get_by_text("Passante est là.").wait_for()
