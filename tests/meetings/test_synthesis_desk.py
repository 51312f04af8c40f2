"""The desk of a synthesis: what the coordinator writes is saved, linked, compared and brought back."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.actions import writing
from meetings.models import Commitment, Meeting, PointAnswer, Reading, SynthesisDraft
from tests import factories as f
from tests.prepare_form import controls

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD)
    f.MeetingObjectiveFactory(meeting=meeting, text="Comprendre le cadre", position=1)
    f.MeetingObjectiveFactory(meeting=meeting, text="Présenter les activités", position=2)
    return meeting


@pytest.fixture
def desk(client, coordinator, meeting):
    """The desk in a coordinator's browser: opened, changed and sent."""
    client.force_login(coordinator)
    return Desk(client, f"/rencontres/{meeting.slug}/synthese/")


class Desk:
    """What a browser holds of the page."""

    def __init__(self, client, address):
        self.client, self.address = client, address

    def open(self):
        answer = self.client.get(self.address)
        assert answer.status_code == 200
        self.sent = controls(answer, "desk")
        return self

    def write(self, *rows, met=()):
        """Put rows in place of those of the page: (key, text, objectives, sources)."""
        kept = {name: value for name, value in self.sent.items() if not name.startswith("points")}
        self.sent = kept | {"points-row": [row[0] for row in rows], "met": [o.pk for o in met]}
        for key, text, answers, *takes in rows:
            self.sent[f"points-{key}-text"] = [text]
            self.sent[f"points-{key}-answers"] = [objective.pk for objective in answers]
            self.sent[f"points-{key}-takes"] = list(takes)
        return self

    def send(self, *, autosave=False, **more):
        headers = {"X-Autosave": "1"} if autosave else {}
        return self.client.post(self.address, self.sent | more, headers=headers)


def texts(meeting):
    return [point.text for point in meeting.points.all()]


def answers(meeting):
    return [
        [link.objective.text for link in point.point_answers.all()]
        for point in meeting.points.prefetch_related("point_answers__objective")
    ]


def test_points_are_written_in_order_with_what_they_answer(desk, meeting):
    first, second = meeting.objectives.all()
    desk.open().write(("n1", "Le cadre est vaste.", [first]), ("n2", "Des initiatives.", [first, second]))
    assert desk.send().status_code == 302
    assert texts(meeting) == ["Le cadre est vaste.", "Des initiatives."]
    assert answers(meeting) == [[first.text], [first.text, second.text]]
    assert {link.reading for link in PointAnswer.objects.all()} == {Reading.CONFIRMED}


def test_a_saved_point_keeps_its_row_when_it_changes_and_moves(desk, meeting):
    one, two = (f.SynthesisPointFactory(meeting=meeting, position=n) for n in (1, 2))
    desk.open().write((str(two.pk), "Deux, mieux dit", []), (str(one.pk), "Un", []))
    desk.send()
    assert [(p.pk, p.text) for p in meeting.points.all()] == [(two.pk, "Deux, mieux dit"), (one.pk, "Un")]


def test_a_proposed_link_that_stays_is_not_confirmed_by_saving(desk, meeting):
    objective = meeting.objectives.first()
    link = f.PointAnswerFactory(point__meeting=meeting, objective=objective)
    desk.open().write((str(link.point_id), "Un point", [objective]))
    desk.send()
    assert PointAnswer.objects.get().reading == Reading.PROPOSED


def test_what_was_said_in_the_room_is_taken_up_in_a_point(desk, meeting):
    need = f.NeedFactory(meeting=meeting, text="Repérer les EES")
    obstacle = f.ObstacleFactory(chantier=meeting.cycle.chantier, meeting=meeting)
    commitment = f.CommitmentFactory(meeting=meeting)
    answer = desk.open().send(do=f"points-take-need-{need.pk}")
    desk.sent = controls(answer, "desk")
    key = desk.sent["points-row"][-1]
    assert desk.sent[f"points-{key}-text"] == ["Repérer les EES"]
    desk.sent[f"points-{key}-takes"] += [f"obstacle-{obstacle.pk}", f"commitment-{commitment.pk}"]
    desk.send()
    point = meeting.points.get()
    assert [*point.needs.all(), *point.obstacles.all()] == [need, obstacle]
    assert Commitment.objects.get().point == point


def test_the_desk_tells_which_objective_no_point_answers_and_which_point_answers_none(desk, meeting):
    first, second = meeting.objectives.all()
    f.PointAnswerFactory(point__meeting=meeting, objective=first)
    f.SynthesisPointFactory(meeting=meeting)
    page = desk.client.get(desk.address).text
    assert f'data-objective="{first.pk}" data-state="answered"' in page
    assert f'data-objective="{second.pk}" data-state="open"' in page


def test_an_objective_reached_in_the_room_is_noted(desk, meeting):
    first, second = meeting.objectives.all()
    desk.open().write(("n1", "Un point", [first]), met=[second])
    desk.send()
    assert [o.met_in_session for o in meeting.objectives.all()] == [False, True]


def test_a_page_that_saves_by_itself_learns_the_keys_of_its_new_points(desk, meeting):
    desk.open().write(("n1", "Écrit sans y penser", []))
    answer = json.loads(desk.send(autosave=True).content)
    point = meeting.points.get()
    assert answer["keys"] == {"n1": str(point.pk)}
    meeting.refresh_from_db()
    assert answer["revision"] == meeting.synthesis_revision == 1
    # It goes on from there: the same row, not another.
    desk.sent |= {"revision": answer["revision"], "base": answer["base"]}
    desk.write((str(point.pk), "Écrit, puis relu", []))
    assert desk.send(autosave=True).status_code == 200
    assert texts(meeting) == ["Écrit, puis relu"]


def test_saving_what_has_not_changed_keeps_no_draft(desk, meeting):
    f.SynthesisPointFactory(meeting=meeting)
    desk.open().send()
    assert not SynthesisDraft.objects.exists()


def test_a_point_left_empty_is_refused_beside_its_field_and_the_rest_is_kept(desk, meeting):
    first = meeting.objectives.first()
    answer = desk.open().write(("n1", "", [first]), ("n2", "Gardé", [])).send()
    assert "Écrivez le point, ou retirez-le." in answer.text
    assert "Gardé" in answer.text
    assert desk.send(autosave=True).status_code == 422
    assert texts(meeting) == []


def test_two_who_write_at_once_compare_and_lose_nothing(desk, meeting, coordinator):
    point = f.SynthesisPointFactory(meeting=meeting, text="Au départ")
    desk.open()
    colleague = f.UserFactory(coordinator=True, name="Alix Roy")
    writing.save(meeting, [writing.Point(point.pk, "Écrit par Alix")], [], revision=0, by=colleague)
    desk.write((str(point.pk), "Écrit par moi", []), ("n1", "Un autre", []))
    assert desk.send(autosave=True).status_code == 409
    page = desk.send()
    assert page.status_code == 409
    for words in ("Écrit par Alix", "Écrit par moi", "Un autre", "Alix Roy"):
        assert words in page.text
    sent = controls(page, "compare") | {f"choice-points-{point.pk}": ["mine"], "merge": ["save"]}
    assert desk.client.post(desk.address, sent).status_code == 302
    assert texts(meeting) == ["Écrit par moi", "Un autre"]


def test_what_was_saved_before_is_brought_back(desk, meeting):
    first = meeting.objectives.first()
    desk.open().write(("n1", "Un", [first]), ("n2", "Deux", []))
    desk.send()
    two = meeting.points.last()
    desk.open().write((str(two.pk), "Deux seulement", []))
    desk.send()
    assert texts(meeting) == ["Deux seulement"]
    drafts = f"{desk.address}brouillons/"
    assert "Deux seulement" in desk.client.get(f"{drafts}?brouillon=2").text
    assert desk.client.post(drafts, {"draft": "1"}).status_code == 302
    assert texts(meeting) == ["Un", "Deux"]
    assert answers(meeting) == [[first.text], []]
    assert meeting.points.last().pk == two.pk
    # Coming back is one more saving, which may be undone in its turn.
    desk.client.post(drafts, {"draft": "2"})
    assert texts(meeting) == ["Deux seulement"]


def test_a_point_from_which_something_comes_is_not_taken_out(desk, meeting):
    point = f.SynthesisPointFactory(meeting=meeting, text="Repris plus tard")
    f.MeetingObjectiveFactory(comes_from=point)
    answer = desk.open().write(("n1", "Un autre", [])).send()
    assert "Un objectif vient d’un point que vous retirez" in answer.text
    assert texts(meeting) == ["Repris plus tard"]


def test_two_hundred_points_are_written_and_one_more_is_refused(desk, meeting):
    rows = [(f"n{n}", f"Point {n}", []) for n in range(1, 202)]
    assert "Gardez au plus 200 lignes" in desk.open().write(*rows).send().text
    assert desk.open().write(*rows[:200]).send().status_code == 302
    assert meeting.points.count() == 200


def test_the_desk_asks_no_more_for_twice_as_many_points(desk, meeting):
    def asked():
        with CaptureQueriesContext(connection) as counted:
            assert desk.client.get(desk.address).text.count('class="row-place"') == meeting.points.count() + 1
        return len(counted)

    def more(count):
        for _ in range(count):
            link = f.PointAnswerFactory(point__meeting=meeting)
            link.point.needs.add(f.NeedFactory(meeting=meeting))

    more(3)
    asked()  # what is read once for all
    few = asked()
    more(3)
    assert asked() == few


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_a_meeting_that_does_not_take_place_has_no_desk(desk, meeting, state):
    Meeting.objects.filter(pk=meeting.pk).update(state=state)
    assert desk.client.get(desk.address).status_code == 302


def test_a_member_has_no_desk(client, cycle, meeting):
    client.force_login(f.member_of(cycle))
    assert client.get(f"/rencontres/{meeting.slug}/synthese/").status_code == 403
