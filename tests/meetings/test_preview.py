"""The coordinator reads a meeting as each role will."""

import datetime as dt

import pytest
from django.utils import timezone

from chantier.models import TraceEntry
from mailing.models import OutgoingEmail
from meetings.actions import convening
from meetings.models import AgendaLine, Meeting, MeetingObjective, Reminding
from tests import factories as f
from tests.pages import text_of
from tests.prepare_form import controls, filled_in

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


# Of what is not saved yet


def looked_at(client, meeting, do="preview", **changes):
    address = f"/rencontres/{meeting.slug}/preparer/"
    return client.post(address, filled_in(client, address, do=do, **changes))


def everything():
    """What a preview could have changed."""
    rows = [*Meeting.objects.values_list(), *MeetingObjective.objects.values_list()]
    return [*rows, *AgendaLine.objects.values_list(), *Reminding.objects.values_list()]


def test_what_is_not_saved_is_read_as_each_role_will_and_nothing_of_it_stays(sign_in, coordinator, meeting):
    client, before = sign_in(coordinator), everything()
    line = meeting.agenda.get().pk
    written = {"title": "Un autre titre", f"agenda-{line}-text": "Tour de table", "reminding-days": "3"}
    for do in ("preview", "preview-reseau", "preview-invite"):
        answer = looked_at(client, meeting, do=do, **written)
        page = text_of(answer)
        for words in ("Un autre titre", "Tour de table", "pas encore enregistré", "Un objectif"):
            assert words in page
        assert ("plan.pdf" in page) == (do != "preview-invite")
    assert everything() == before
    assert not TraceEntry.objects.exists()


def test_one_comes_back_from_a_preview_to_what_was_written(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    carried = controls(looked_at(client, meeting, title="Un autre titre"), "carries")
    answer = client.post(f"/rencontres/{meeting.slug}/preparer/", {**carried, "do": ["back"]})
    assert controls(answer)["title"] == ["Un autre titre"]
    assert client.post(f"/rencontres/{meeting.slug}/preparer/", controls(answer)).status_code == 302
    assert Meeting.objects.get().title == "Un autre titre"


def test_a_preview_of_a_convened_meeting_tells_nobody(sign_in, coordinator, meeting, member):
    convening.convene(meeting, by=None)
    before = list(OutgoingEmail.objects.order_by("pk").values_list())
    day = str(meeting.date + dt.timedelta(days=7))
    answer = looked_at(sign_in(coordinator), meeting, place="Montréal", date=day)
    assert "Montréal" in text_of(answer)
    assert list(OutgoingEmail.objects.order_by("pk").values_list()) == before
    assert Meeting.objects.get().sequence == 0


def test_what_cannot_be_saved_is_not_previewed_and_says_why(sign_in, coordinator, meeting):
    answer = looked_at(sign_in(coordinator), meeting, date="")
    assert "obligatoire" in text_of(answer)
    assert "Préparer la rencontre" in text_of(answer)
