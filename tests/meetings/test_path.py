"""The drawing of the path: who answers what, and where a thought went."""

import datetime as dt

import pytest

from meetings import path
from meetings.models import Meeting
from tests import factories as f

pytestmark = pytest.mark.django_db


def built(cycle):
    return path.build(cycle, cycle.meetings.with_thread())


@pytest.fixture
def spring(cycle):
    """A meeting with three objectives: the second answered twice, the third once, the first in session."""
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 1, 28))
    a, b, c = (f.MeetingObjectiveFactory(meeting=meeting, position=n) for n in (1, 2, 3))
    a.met_in_session = True
    a.save()
    one, two = (f.SynthesisPointFactory(meeting=meeting, position=n) for n in (1, 2))
    for point, objective in ((one, b), (one, c), (two, b)):
        f.PointAnswerFactory(point=point, objective=objective)
    return meeting


def test_letters_go_on_after_z():
    assert [path.letter(n) for n in (0, 1, 25, 26, 27, 51, 52)] == ["A", "B", "Z", "AA", "AB", "AZ", "BA"]


def test_each_point_says_which_objectives_it_answers(cycle, spring):
    step = built(cycle).steps[0]
    assert [(point.mark, point.marks_linked) for point in step.points] == [("1", "B et C"), ("2", "B")]


def test_an_objective_reached_in_session_is_not_called_unanswered(cycle, spring):
    assert [node.state for node in built(cycle).steps[0].objectives] == ["met", "answered", "answered"]


def test_an_objective_that_no_point_answers_shows_as_open(cycle, spring):
    f.MeetingObjectiveFactory(meeting=spring, position=4)
    found = built(cycle)
    assert [node.mark for _, node in found.open] == ["D"]
    assert found.steps[0].stubs == ["M0 87.5h26"]


def test_an_objective_of_a_meeting_to_come_is_not_called_unanswered(cycle):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    f.MeetingObjectiveFactory(meeting=meeting)
    assert built(cycle).steps[0].objectives[0].state == "ahead"


def test_curves_join_the_middles_of_the_rows(cycle, spring):
    drawn = [curve.d for curve in built(cycle).steps[0].curves]
    assert drawn == [
        "M0 50C45 50 55 25 100 25",
        "M0 83.33C45 83.33 55 25 100 25",
        "M0 50C45 50 55 75 100 75",
    ]


def test_on_a_telephone_each_line_runs_from_its_objective_to_its_last_point(cycle, spring):
    step = built(cycle).steps[0]
    assert [node.lanes for node in [*step.objectives, *step.points]] == [
        ["none", "none"],
        ["start", "none"],
        ["through", "start"],
        ["dot", "end"],
        ["end", "none"],
    ]


def test_an_objective_says_where_it_comes_from_and_the_point_where_it_went(cycle, spring):
    later = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    point = spring.points.last()
    f.MeetingObjectiveFactory(meeting=later, comes_from=point)
    first, second = built(cycle).steps
    assert [(m.words, m.label, m.url) for m in second.objectives[0].mentions] == [
        ("Vient du ", "28\xa0janvier, point 2", "#r2021-01-28-2")
    ]
    assert [(m.words, m.label, m.url) for m in first.points[1].mentions] == [
        ("Repris le ", "9\xa0mars, objectif A", "#r2021-03-09-A")
    ]


def test_a_point_of_an_earlier_cycle_is_named_by_its_date(cycle, spring):
    next_year = f.MeetingFactory(cycle=f.CycleFactory(chantier=cycle.chantier), date=dt.date(2021, 10, 1))
    f.MeetingObjectiveFactory(meeting=next_year, comes_from=spring.points.first())
    mention = built(next_year.cycle).steps[0].objectives[0].mentions[0]
    assert (mention.words, mention.label, mention.url) == ("Vient du ", "28\xa0janvier\xa02021", "")


def test_a_point_says_which_objective_of_the_cycle_it_became(cycle, spring):
    point = spring.points.first()
    point.became_objective = f.ObjectiveFactory(cycle=cycle, position=1)
    point.save()
    mention = built(cycle).steps[0].points[0].mentions[0]
    assert (mention.words + mention.label, mention.url) == ("Devenu l’objectif 1 du chantier", "#objectif-1")


def test_the_ruler_goes_from_the_first_month_to_the_last(cycle, spring):
    f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    found = built(cycle)
    assert [month.name for month in found.months] == ["janvier", "février", "mars"]
    assert [mark.x for mark in found.marks] == ["30.00%", "74.44%"]


def test_a_statement_moved_to_another_position_takes_another_letter(cycle, spring):
    first = spring.objectives.first()
    first.position = 9
    first.save()
    assert built(cycle).steps[0].objectives[-1].text == first.text


def test_a_draft_takes_the_slug_of_its_new_date_and_a_convened_meeting_keeps_its_own(cycle):
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9), draft=True)
    meeting.date = dt.date(2021, 4, 20)
    meeting.save()
    assert meeting.slug == "2021-04-20"
    meeting.state = Meeting.State.CONVENED
    meeting.date = dt.date(2021, 5, 4)
    meeting.save()
    assert meeting.slug == "2021-04-20"


def test_two_meetings_of_one_day_have_two_addresses(cycle):
    day = dt.date(2021, 3, 9)
    assert [f.MeetingFactory(date=day).slug for _ in range(3)] == [
        "2021-03-09",
        "2021-03-09-2",
        "2021-03-09-3",
    ]
