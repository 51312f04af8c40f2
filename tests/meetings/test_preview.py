"""The coordinator reads a meeting as each role will."""

import datetime as dt

import pytest
from django.utils import timezone

from meetings.models import Meeting
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    day = timezone.localdate() + dt.timedelta(days=30)
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, title="Cadre")
    f.MeetingObjectiveFactory(meeting=meeting, text="Un objectif")
    f.AgendaLineFactory(meeting=meeting, text="Accueil")
    f.MeetingDocumentFactory(meeting=meeting, name="plan.pdf")
    return meeting


def preview(client, meeting, role):
    return client.get(f"/rencontres/{meeting.slug}/apercu/?role={role}")


@pytest.mark.parametrize("role", ["membre", "reseau", "inconnu", ""])
def test_a_draft_is_read_as_members_will_read_it(sign_in, coordinator, meeting, role):
    answer = preview(sign_in(coordinator), meeting, role)
    page = text_of(answer)
    assert "une fois la rencontre convoquée" in page
    for words in ("Un objectif", "Accueil", "plan.pdf"):
        assert words in page
    for button in ("Modifier", "Historique", "Convoquer"):
        assert button not in page


def test_a_preview_shows_no_other_draft_and_no_synthesis_that_is_not_published(
    sign_in, coordinator, cycle, meeting
):
    f.MeetingFactory(
        cycle=cycle, draft=True, date=meeting.date - dt.timedelta(days=9), title="Autre brouillon"
    )
    held = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, title="Tenue")
    f.SynthesisPointFactory(meeting=held, text="Pas encore publié")
    page = preview(sign_in(coordinator), meeting, "membre")
    assert "rencontre 2 sur 2" in text_of(page)
    assert "Pas encore publié" not in text_of(preview(sign_in(coordinator), held, "membre"))
    assert "Pas encore publié" in text_of(sign_in(coordinator).get(held.get_absolute_url()))


def test_a_guest_reads_the_agenda_and_nothing_that_asks_for_an_account(sign_in, coordinator, meeting):
    f.MeetingGuestFactory(meeting=meeting)
    page = text_of(preview(sign_in(coordinator), meeting, "invite"))
    assert "Accueil" in page
    for words in ("plan.pdf", "Situer dans le cheminement", "Cheminement 2020-2021"):
        assert words not in page


def test_it_says_where_nobody_of_a_role_is_invited(sign_in, coordinator, cycle, meeting):
    client = sign_in(coordinator)
    assert "Aucune personne sans compte n’est invitée." in text_of(preview(client, meeting, "invite"))
    assert "Aucun réseau partenaire n’est invité." in text_of(preview(client, meeting, "reseau"))
    f.ParticipationFactory(cycle=cycle, organization__kind="partner_network")
    assert "Aucun réseau" not in text_of(preview(client, meeting, "reseau"))
    Meeting.objects.update(invites_all=False)
    assert "Aucun réseau" in text_of(preview(client, meeting, "reseau"))
