"""From a draft to what members read: convene, hold, publish, publish again, give up."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from ecpar_portal.refusal import Refusal
from meetings.actions import publishing
from meetings.models import Meeting, SynthesisPoint, SynthesisVersion
from reports.models import Report
from tests import factories as f
from tests.admin_form import filled_in
from tests.pages import text_of

pytestmark = pytest.mark.django_db

State = Meeting.State


@pytest.fixture
def meeting(cycle):
    """A meeting that took place, with a synthesis not yet published."""
    meeting = f.MeetingFactory(cycle=cycle, state=State.HELD, date=dt.date(2021, 3, 9))
    point = f.SynthesisPointFactory(meeting=meeting, text="Première rédaction")
    f.PointAnswerFactory(point=point, objective=f.MeetingObjectiveFactory(meeting=meeting))
    return meeting


def start(client, meeting, name):
    return client.post(reverse("meeting_event", args=[meeting.slug, name]), follow=True)


def test_publishing_freezes_a_version_and_asks_for_its_file_at_once(sign_in, coordinator, member, meeting):
    page = start(sign_in(coordinator), meeting, "publier")
    assert "La synthèse est publiée" in text_of(page)
    meeting.refresh_from_db()
    version = meeting.current_version
    assert (meeting.state, version.number, version.published_by) == (State.PUBLISHED, 1, coordinator)
    assert Report.objects.get().object_id == version.pk
    assert "Première rédaction" in text_of(sign_in(member).get(meeting.get_absolute_url()))


def test_members_read_the_version_until_it_is_published_anew(sign_in, coordinator, member, meeting):
    publishing.publish(meeting, by=coordinator)
    SynthesisPoint.objects.update(text="Seconde rédaction")
    addresses = (meeting.get_absolute_url(), meeting.cycle.get_absolute_url())
    for address in addresses:
        assert "Première rédaction" in text_of(sign_in(member).get(address))
    draft = text_of(sign_in(coordinator).get(meeting.get_absolute_url()))
    assert "Seconde rédaction" in draft
    assert "les membres lisent la version 1" in draft

    start(sign_in(coordinator), meeting, "publier")
    for address in addresses:
        assert "Seconde rédaction" in text_of(sign_in(member).get(address))
    assert list(meeting.versions.values_list("number", flat=True)) == [2, 1]


def test_publishing_the_same_again_makes_no_new_version(coordinator, meeting):
    first = publishing.publish(meeting, by=coordinator)
    assert publishing.publish(meeting, by=coordinator) == first
    assert SynthesisVersion.objects.count() == Report.objects.count() == 1


def test_a_deleted_point_stays_in_the_version_that_people_read(sign_in, member, meeting):
    publishing.publish(meeting, by=None)
    SynthesisPoint.objects.all().delete()
    assert "Première rédaction" in text_of(sign_in(member).get(meeting.get_absolute_url()))


def test_nothing_is_half_done_when_the_file_cannot_be_asked_for(meeting, monkeypatch):
    monkeypatch.setattr("reports.actions.ask", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publishing.publish(meeting, by=None)
    meeting.refresh_from_db()
    assert meeting.state == State.HELD
    assert not SynthesisVersion.objects.exists()


@pytest.mark.parametrize(
    ("state", "days", "event", "refusal"),
    [
        (State.DRAFT, -1, "publier", "Convoquez d’abord cette rencontre."),
        (State.CANCELLED, -1, "publier", "Convoquez d’abord cette rencontre."),
        (State.CONVENED, 3, "publier", "Cette rencontre n’a pas encore eu lieu."),
        (State.HELD, -1, "convoquer", "Cette rencontre est déjà convoquée."),
        (State.CONVENED, 3, "tenir", "Cette rencontre n’a pas encore eu lieu."),
        (State.PUBLISHED, -1, "annuler", "Cette rencontre a eu lieu."),
        (State.HELD, -1, "inconnu", "Cette action n’existe pas."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(sign_in, coordinator, cycle, state, days, event, refusal):
    day = timezone.localdate() + dt.timedelta(days=days)
    meeting = f.MeetingFactory(cycle=cycle, state=state, date=day)
    assert refusal in text_of(start(sign_in(coordinator), meeting, event))
    meeting.refresh_from_db()
    assert meeting.state == state


def test_a_synthesis_without_a_point_is_not_published(cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=State.HELD, date=dt.date(2021, 3, 9))
    with pytest.raises(Refusal, match="au moins un point"):
        publishing.publish(meeting, by=None)


@pytest.mark.parametrize(("event", "state"), [("convoquer", State.CONVENED), ("annuler", State.CANCELLED)])
def test_a_draft_is_convened_and_a_convened_meeting_given_up(sign_in, coordinator, cycle, event, state):
    before = State.DRAFT if event == "convoquer" else State.CONVENED
    meeting = f.MeetingFactory(cycle=cycle, state=before)
    start(sign_in(coordinator), meeting, event)
    meeting.refresh_from_db()
    assert meeting.state == state


def test_only_the_coordinator_starts_an_event(sign_in, member, meeting):
    assert start(sign_in(member), meeting, "publier").status_code == 403
    assert "Publier" not in text_of(sign_in(member).get(meeting.get_absolute_url()))


def test_a_visit_starts_nothing(sign_in, coordinator, meeting):
    sign_in(coordinator).get(reverse("meeting_event", args=[meeting.slug, "publier"]))
    meeting.refresh_from_db()
    assert meeting.state == State.HELD


def test_the_admin_publishes_what_was_just_typed(sign_in, coordinator, member, meeting):
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    sent = filled_in(client, address, **{"points-0-text": "Corrigé en publiant", "_event": "publier"})
    assert client.post(address, sent)["Location"] == address
    assert "Corrigé en publiant" in text_of(sign_in(member).get(meeting.get_absolute_url()))


def test_the_admin_says_why_it_does_not_publish_and_keeps_what_was_typed(sign_in, coordinator, cycle):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    page = client.post(address, filled_in(client, address, title="Gardé", _event="publier"), follow=True)
    assert "Cette rencontre n’a pas encore eu lieu." in text_of(page)
    meeting.refresh_from_db()
    assert meeting.title == "Gardé"


def test_the_five_loaded_meetings_have_a_first_version_quietly():
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    versions = SynthesisVersion.objects.values_list("number", "published_by")
    assert list(versions) == [(1, None)] * 5
    assert Report.objects.count() == 5
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    assert SynthesisVersion.objects.count() == 5


def test_a_load_does_not_publish_what_people_keep_as_a_draft(member):
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    SynthesisPoint.objects.filter(meeting__slug="2021-03-09").update(text="Brouillon de la coordination")
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    assert not Meeting.objects.get(slug="2021-03-09").versions.filter(number=2).exists()
