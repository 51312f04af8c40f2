"""A prepared query finds what the queryset would, each time with its own values."""

import threading

import pytest
from django.db import connection
from django.db.models import F

from chantier.models import Cycle
from ecpar_portal.prepared import Prepared
from meetings.access import may_download_synthesis, synthesis_to_download
from meetings.actions.publishing import publish
from meetings.models import Meeting
from tests import factories as f

pytestmark = pytest.mark.django_db


def of(slug: str, cycle_id: int):
    meetings = Meeting.objects.filter(cycle__slug=slug, cycle=cycle_id, state="published")
    return meetings.select_related("cycle__chantier").annotate(year=F("cycle__starting_year"))


def test_it_returns_what_the_queryset_returns_related_objects_and_annotations_included(
    django_assert_num_queries,
):
    find = Prepared(of, slug=str, cycle_id=int)
    for _ in range(2):
        cycle = f.CycleFactory()
        expected = f.MeetingFactory.create_batch(2, cycle=cycle)
        with django_assert_num_queries(1):
            found = find(slug=cycle.slug, cycle_id=cycle.pk)
            assert [meeting.cycle.chantier.name for meeting in found] == [cycle.chantier.name] * 2
        assert found == expected
        plain = list(of(cycle.slug, cycle.pk))
        for ours, theirs in zip(found, plain, strict=True):
            assert (ours.date, ours.starts_at, ours.year) == (theirs.date, theirs.starts_at, theirs.year)


def test_it_finds_nothing_where_there_is_nothing(cycle):
    find = Prepared(of, slug=str, cycle_id=int)
    assert find(slug="nulle-part", cycle_id=cycle.pk) == []
    assert find.first(slug="nulle-part", cycle_id=cycle.pk) is None


def test_a_value_that_would_not_stand_in_the_query_as_it_is_is_refused():
    contains = Prepared(lambda name: Cycle.objects.filter(slug__contains=name), name=str)
    with pytest.raises(ValueError, match="name"):
        contains(name="2020")


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection(cycle):
    find, answers = Prepared(of, slug=str, cycle_id=int), []
    meeting = f.MeetingFactory(cycle=cycle)

    def ask():
        answers.append(find(slug=cycle.slug, cycle_id=cycle.pk))
        connection.close()

    ask()
    other = threading.Thread(target=ask)
    other.start()
    other.join()
    assert answers == [[meeting], [meeting]]


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("labelled", [True, False])
def test_a_synthesis_is_open_to_the_same_people_by_its_address_and_in_the_list_of_their_files(
    settings, demo, labelled, coordinator
):
    meeting = f.MeetingFactory(state="held", cycle__is_demonstration=labelled)
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None)
    here, gone = f.member_of(meeting.cycle), f.member_of(meeting.cycle)
    gone.memberships.update(until="2026-01-01")
    left = f.member_of(meeting.cycle)
    left.organization.participations.update(left="2026-01-01")
    elsewhere = f.member_of(f.CycleFactory())
    settings.DEMO = demo
    for person in (here, gone, left, elsewhere, coordinator):
        listed = may_download_synthesis(person).first()
        assert synthesis_to_download(person, meeting.slug) == listed
        assert bool(listed) == (person in (here, coordinator) and (demo or not labelled))
