"""What happens to meetings, cycles and files is written down: by whom, on what, and no more than that."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from chantier.models import Cycle, TraceEntry
from ecpar_portal.refusal import Refusal
from meetings.actions import convening, publishing
from meetings.models import Meeting, SynthesisPoint
from reports import actions as reports
from reports.models import ReportRequest
from tests import factories as f
from tests.admin_form import filled_in

pytestmark = pytest.mark.django_db

State = Meeting.State


def told(thing):
    """The events of a thing, the first one first, with their facts."""
    return [(entry.event, entry.detail) for entry in reversed(TraceEntry.objects.on(thing))]


@pytest.fixture
def held(cycle):
    """A meeting that took place, with a synthesis to publish."""
    meeting = f.MeetingFactory(cycle=cycle, state=State.HELD, date=dt.date(2021, 3, 9))
    f.SynthesisPointFactory(meeting=meeting)
    return meeting


def test_a_meeting_is_convened_held_and_cancelled_with_a_trace_of_each(coordinator, cycle):
    first, second = f.MeetingFactory.create_batch(2, cycle=cycle, draft=True)
    convening.convene(first, by=coordinator)
    convening.hold(first, by=coordinator)
    convening.cancel(second, by=coordinator)
    assert told(first) == [("convened", {"date": str(first.date), "people": 0}), ("held", {})]
    assert told(second) == [("cancelled", {})]
    assert set(TraceEntry.objects.values_list("by", flat=True)) == {coordinator.pk}


def test_a_moved_meeting_says_from_which_day_to_which(sign_in, coordinator, cycle):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    after = meeting.date + dt.timedelta(days=7)
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    client.post(address, filled_in(client, address, date=after))
    assert told(meeting) == [("moved", {"before": str(meeting.date), "after": str(after)})]


def test_a_meeting_whose_hours_alone_change_says_so(coordinator, cycle):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    noon = timezone.make_aware(dt.datetime.combine(meeting.date, dt.time(12)))
    convening.move(meeting, date=meeting.date, starts_at=noon, ends_at=None, by=coordinator)
    assert TraceEntry.objects.get().detail["hours_only"] is True


def test_each_version_of_a_synthesis_is_told_once(coordinator, held):
    publishing.publish(held, by=coordinator)
    publishing.publish(held, by=coordinator)
    SynthesisPoint.objects.update(text="Corrigé")
    publishing.publish(held, by=coordinator)
    published = [detail["version"] for event, detail in told(held) if event == "synthesis_published"]
    assert published == [1, 2]


def test_a_confirmed_reading_is_told_once(coordinator, held):
    for _ in range(2):
        publishing.confirm_reading(held, by=coordinator)
    assert told(held) == [("reading_confirmed", {})]


@pytest.mark.parametrize(
    ("event", "state"), [("convene", State.HELD), ("hold", State.PUBLISHED), ("cancel", State.HELD)]
)
def test_what_is_refused_leaves_no_trace(coordinator, cycle, event, state):
    meeting = f.MeetingFactory(cycle=cycle, state=state)
    with pytest.raises(Refusal):
        getattr(convening, event)(meeting, by=coordinator)
    assert not TraceEntry.objects.exists()


def test_an_event_that_cannot_be_written_down_does_not_happen(coordinator, cycle, monkeypatch):
    meeting = f.MeetingFactory(cycle=cycle, draft=True)
    monkeypatch.setattr("chantier.trace.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        convening.convene(meeting, by=coordinator)
    meeting.refresh_from_db()
    assert meeting.state == State.DRAFT


def test_a_load_is_told_by_the_portal_and_one_that_changes_nothing_is_not():
    for _ in range(2):
        call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    cycle = Cycle.objects.get(slug="2020-2021")
    ((event, detail),) = told(cycle)
    assert event == "loaded"
    assert detail["created"] == 35
    assert (detail["updated"], detail["left"]) == (0, 0)
    assert TraceEntry.objects.on(cycle).get().by_id is None


def test_a_file_is_told_the_first_time_that_a_person_asks_for_it(sign_in, member, coordinator, held):
    version = publishing.publish(held, by=None)
    assert told(held) == [("synthesis_published", {"version": 1})]
    for user in (member, member, coordinator):
        sign_in(user).get(reverse("synthesis_pdf", args=[held.slug]))
        sign_in(user).get(reverse("bilan_pdf", args=[held.cycle.slug]))
    assert told(held)[1:] == [("file_asked", {"file": "synthèse", "version": version.number})] * 2
    assert told(held.cycle) == [("file_asked", {"file": "bilan"})] * 2
    assert TraceEntry.objects.filter(event="file_asked").count() == ReportRequest.objects.count()
    assert set(TraceEntry.objects.on(held.cycle).values_list("by", flat=True)) == {member.pk, coordinator.pk}


def test_a_file_that_is_made_in_advance_was_asked_by_nobody(held):
    reports.ask("bilan", held.cycle, by=None)
    assert not TraceEntry.objects.exists()
