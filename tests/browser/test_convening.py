"""A coordinator's year in a browser: prepare, convene, be answered from the mail, move, cancel."""

import datetime as dt

import pytest
from django.utils import timezone

from meetings.models import Meeting
from tests import factories as f
from tests.mailing.conftest import our_post_office, post_office  # noqa: F401  fixtures
from tests.meetings.invitations import Letter, Mailbox, link_in

pytestmark = pytest.mark.browser

GUEST = "invitee@ailleurs.example"


@pytest.fixture
def earlier(visitor):
    """A meeting of the year, from which the next one is prepared; one organisation takes part."""
    cycle = f.CycleFactory(chantier__name="Économie sociale")
    aim = f.ObjectiveFactory(cycle=cycle)
    meeting = f.MeetingFactory(cycle=cycle, title="Cadre de référence", place="Québec")
    f.MeetingObjectiveFactory(meeting=meeting, text="Choisir deux mesures").objectives.add(aim)
    f.AgendaLineFactory(meeting=meeting, text="Tour de table", minutes=20)
    f.MeetingGuestFactory(meeting=meeting, email=GUEST)
    return meeting


@pytest.fixture
def received(our_post_office):  # noqa: F811
    return Mailbox(our_post_office)


def answer(visitor, link, button):
    """Open the link of a letter, without an account, and press a button of its page."""
    page = visitor().open(link)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
    return page


def test_prepare_convene_answer_move_answer_again_and_cancel(visitor, earlier, received):
    member = f.member_of(earlier.cycle).email
    page = visitor(f.UserFactory(coordinator=True)).open(earlier.get_absolute_url())
    day = timezone.localdate() + dt.timedelta(days=30)

    # Prepared from an earlier one.
    page.get_by_role("link", name="Reprendre pour une nouvelle rencontre").click()
    page.get_by_label("Date").fill(str(day))
    page.get_by_label("Heure de début").fill("13:30")
    page.get_by_role("button", name="Créer le brouillon").click()
    page.get_by_role("heading", name="Préparer la rencontre").wait_for()
    assert page.locator("[data-rows=objectives] textarea").first.input_value() == "Choisir deux mesures"
    page.get_by_label("Titre").fill("Mesures")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.locator(".toast").wait_for()
    assert received() == ({}, [])

    # Convened, once its message was looked at.
    meeting = Meeting.objects.get(title="Mesures")
    page.goto(page.url.replace("preparer/", ""))
    page.get_by_role("button", name="Convoquer").or_(page.get_by_role("link", name="Convoquer")).click()
    page.get_by_role("button", name="Envoyer la convocation à 2 personnes").click()
    page.get_by_text("La rencontre est convoquée").wait_for()
    letters, told = received()
    assert told == [Letter(to, "Convocation", "REQUEST", 0) for to in sorted([GUEST, member])]

    # Answered from the letters, and seen by the coordinator.
    answer(visitor, link_in(letters[member]), "Je serai là").get_by_text("vous serez là").wait_for()
    answer(visitor, link_in(letters[GUEST]), "Je ne peux pas").get_by_text("ne pouvez pas").wait_for()
    page.get_by_role("link", name="Qui vient").click()
    assert page.locator(".figures").inner_text().split()[:3] == ["1", "sera", "là"]

    # Moved: one message each, and another answer.
    page.goto(page.url.replace("suivi/", "preparer/"))
    page.get_by_label("Date").fill(str(day + dt.timedelta(days=1)))
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.locator(".toast").wait_for()
    letters, told = received()
    assert told == [Letter(to, "Déplacée", "REQUEST", 1) for to in sorted([GUEST, member])]
    assert set(meeting.convocations.values_list("answer", flat=True)) == {""}
    answer(visitor, link_in(letters[member]), "Je serai là").get_by_text("vous serez là").wait_for()

    # Cancelled: one message each, and nothing more.
    page.goto(page.url.replace("preparer/", ""))
    page.get_by_role("link", name="Annuler la rencontre").click()
    page.get_by_text("2 personnes sont convoquées").wait_for()
    page.get_by_role("button", name="Annuler la rencontre").click()
    page.get_by_text("La rencontre est annulée").wait_for()
    _, told = received()
    assert told == [Letter(to, "Annulée", "CANCEL", 2) for to in sorted([GUEST, member])]
    assert received() == ({}, [])
