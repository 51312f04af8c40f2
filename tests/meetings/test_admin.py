"""The coordinator's desk for meetings."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.actions import calling, convening
from meetings.models import Meeting, MeetingObjective, PointAnswer, Reading, SynthesisPoint
from tests import factories as f
from tests.admin_form import filled_in
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    """A published meeting with two objectives and a point that answers the first."""
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    first, _ = f.MeetingObjectiveFactory.create_batch(2, meeting=meeting)
    point = f.SynthesisPointFactory(meeting=meeting)
    f.PointAnswerFactory(point=point, objective=first)
    return meeting


def change_address(meeting):
    return reverse("admin:meetings_meeting_change", args=[meeting.pk])


def test_a_point_changed_in_the_admin_changes_the_page(sign_in, coordinator, member, meeting):
    client = sign_in(coordinator)
    sent = filled_in(client, change_address(meeting), **{"points-0-text": "Une précision de dernière heure"})
    assert client.post(change_address(meeting), sent).status_code == 302

    page = text_of(sign_in(member).get(meeting.cycle.get_absolute_url()))
    assert "Une précision de dernière heure" in page


def test_what_is_not_touched_stays_as_it_was(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    before = list(PointAnswer.objects.values())
    assert client.post(change_address(meeting), filled_in(client, change_address(meeting))).status_code == 302
    assert list(PointAnswer.objects.values()) == before


def test_a_link_that_the_coordinator_makes_is_confirmed_and_the_others_keep_their_reading(
    sign_in, coordinator, meeting
):
    client, (first, second) = sign_in(coordinator), meeting.objectives.all()
    sent = filled_in(client, change_address(meeting), **{"points-0-answered": [first.pk, second.pk]})
    assert client.post(change_address(meeting), sent).status_code == 302

    readings = dict(meeting.points.get().point_answers.values_list("objective", "reading"))
    assert readings == {first.pk: Reading.PROPOSED, second.pk: Reading.CONFIRMED}


def test_statements_without_a_number_go_to_the_end_in_the_order_they_stand(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    changes = {
        "objectives-TOTAL_FORMS": 4,
        "objectives-0-position": 7,
        "objectives-2-text": "Le troisième",
        "objectives-2-reading": "proposed",
        "objectives-3-text": "Le quatrième",
        "objectives-3-reading": "proposed",
    }
    answer = client.post(change_address(meeting), filled_in(client, change_address(meeting), **changes))
    assert answer.status_code == 302
    assert [item.text for item in meeting.objectives.all()][-2:] == ["Le troisième", "Le quatrième"]
    assert meeting.objectives.count() == 4


def test_a_point_cannot_answer_an_objective_of_another_meeting(sign_in, coordinator, meeting):
    client, stranger = sign_in(coordinator), f.MeetingObjectiveFactory()
    sent = filled_in(client, change_address(meeting), **{"points-0-answered": [stranger.pk]})
    answer = client.post(change_address(meeting), sent)
    assert answer.status_code == 200
    assert "Sélectionnez un choix valide" in text_of(answer)
    assert not PointAnswer.objects.filter(objective=stranger).exists()


def test_an_objective_takes_up_points_of_earlier_meetings_of_its_chantier_only(sign_in, coordinator, meeting):
    january = f.SynthesisPointFactory(
        meeting=f.MeetingFactory(cycle=meeting.cycle, date=dt.date(2021, 1, 28))
    )
    for stranger in (
        f.SynthesisPointFactory(meeting__date=dt.date(2021, 1, 2)),
        f.SynthesisPointFactory(meeting__cycle=meeting.cycle, meeting__date=dt.date(2021, 6, 11)),
    ):
        client = sign_in(coordinator)
        sent = filled_in(client, change_address(meeting), **{"objectives-0-comes_from": stranger.pk})
        assert client.post(change_address(meeting), sent).status_code == 200
    sent = filled_in(client, change_address(meeting), **{"objectives-0-comes_from": january.pk})
    assert client.post(change_address(meeting), sent).status_code == 302
    assert meeting.objectives.first().comes_from == january


@pytest.mark.parametrize("button", ["page", "list"])
def test_the_coordinator_confirms_the_reading_of_a_synthesis(sign_in, coordinator, meeting, button):
    client = sign_in(coordinator)
    if button == "page":
        sent = filled_in(client, change_address(meeting), _confirm="1")
        assert client.post(change_address(meeting), sent)["Location"] == change_address(meeting)
    else:
        chosen = {"action": "confirm_reading", "_selected_action": [meeting.pk]}
        client.post(reverse("admin:meetings_meeting_changelist"), chosen)
    for links in (meeting.objectives, meeting.points, PointAnswer.objects):
        assert set(links.values_list("reading", flat=True)) == {Reading.CONFIRMED}


def test_a_new_meeting_is_given_its_day_then_its_statements(sign_in, coordinator, cycle):
    client = sign_in(coordinator)
    sent = {
        "cycle": cycle.pk,
        "date": "2021-10-14",
        "start_time": "13:30",
        "end_time": "16:00",
        "state": "draft",
    }
    answer = client.post(reverse("admin:meetings_meeting_add"), sent)
    meeting = Meeting.objects.get()
    assert answer["Location"] == change_address(meeting)
    assert (meeting.slug, meeting.starts_at) == (
        "2021-10-14",
        dt.datetime(2021, 10, 14, 17, 30, tzinfo=dt.UTC),
    )
    assert "Points de synthèse" in text_of(client.get(change_address(meeting)))


@pytest.mark.parametrize(
    ("hours", "refusal"),
    [
        ({"start_time": "02:30"}, "Cette heure n’existe pas ce jour-là"),
        ({"end_time": "16:00"}, "Donnez aussi l’heure de début."),
        ({"start_time": "16:00", "end_time": "13:30"}, "La fin vient après le début."),
    ],
)
def test_hours_that_cannot_be_are_refused_beside_their_field(sign_in, coordinator, cycle, hours, refusal):
    sent = {"cycle": cycle.pk, "date": "2027-03-14", "title": "Gardé", "state": "draft", **hours}
    answer = sign_in(coordinator).post(reverse("admin:meetings_meeting_add"), sent)
    assert refusal in text_of(answer)
    assert 'value="Gardé"' in answer.text
    assert not Meeting.objects.exists()


def test_a_draft_may_be_deleted_but_not_what_people_were_called_to(sign_in, coordinator, cycle):
    client = sign_in(coordinator)
    for state, status in ((Meeting.State.DRAFT, 302), (Meeting.State.CONVENED, 403)):
        meeting = f.MeetingFactory(cycle=cycle, state=state)
        address = reverse("admin:meetings_meeting_delete", args=[meeting.pk])
        assert client.post(address, {"post": "yes"}).status_code == status
    assert Meeting.objects.get().state == Meeting.State.CONVENED


def test_the_admin_finds_a_meeting_by_the_words_of_its_synthesis(sign_in, coordinator, meeting):
    f.MeetingFactory(cycle=meeting.cycle)
    SynthesisPoint.objects.update(text="Les zones grises du cadre")
    page = sign_in(coordinator).get(reverse("admin:meetings_meeting_changelist"), {"q": "zones grises"})
    assert [row.pk for row in page.context["cl"].result_list] == [meeting.pk]


def test_the_page_of_a_meeting_asks_no_more_for_twice_as_many_statements(
    sign_in, coordinator, meeting, django_assert_max_num_queries
):
    client = sign_in(coordinator)
    client.get(change_address(meeting))
    with django_assert_max_num_queries(30) as few:
        client.get(change_address(meeting))
    f.MeetingObjectiveFactory.create_batch(6, meeting=meeting, comes_from=f.SynthesisPointFactory())
    for objective in MeetingObjective.objects.all():
        f.PointAnswerFactory(point__meeting=meeting, objective=objective)
    with django_assert_max_num_queries(len(few)):
        client.get(change_address(meeting))


def test_deleting_an_objective_and_editing_its_point_at_once_loses_nothing_else(
    sign_in, coordinator, meeting, django_capture_on_commit_callbacks
):
    client = sign_in(coordinator)
    changes = {"objectives-0-DELETE": "on", "points-0-text": "Reformulé"}
    assert (
        client.post(
            change_address(meeting), filled_in(client, change_address(meeting), **changes)
        ).status_code
        == 302
    )
    point = meeting.points.get()
    assert point.text == "Reformulé"
    assert not point.point_answers.exists()


def test_two_points_swap_the_objectives_that_they_became(sign_in, coordinator, meeting):
    one, two = f.ObjectiveFactory.create_batch(2, cycle=meeting.cycle)
    first = meeting.points.get()
    second = f.SynthesisPointFactory(meeting=meeting, became_objective=two)
    first.became_objective = one
    first.save()
    client = sign_in(coordinator)
    changes = {"points-0-became_objective": two.pk, "points-1-became_objective": one.pk}
    assert (
        client.post(
            change_address(meeting), filled_in(client, change_address(meeting), **changes)
        ).status_code
        == 302
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.became_objective, second.became_objective) == (two, one)


def test_an_objective_comes_from_one_point_only(sign_in, coordinator, meeting):
    aim = f.ObjectiveFactory(cycle=meeting.cycle)
    f.SynthesisPointFactory(meeting=f.MeetingFactory(cycle=meeting.cycle), became_objective=aim)
    client = sign_in(coordinator)
    sent = filled_in(client, change_address(meeting), **{"points-0-became_objective": aim.pk})
    assert "Un autre point est déjà devenu cet objectif." in client.post(change_address(meeting), sent).text


def test_what_people_have_read_does_not_become_a_draft_again(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    client.post(change_address(meeting), filled_in(client, change_address(meeting), state="draft"))
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.PUBLISHED


def test_a_meeting_does_not_overtake_one_that_takes_up_its_points(sign_in, coordinator, meeting):
    later = f.MeetingFactory(cycle=meeting.cycle, date=dt.date(2021, 4, 20))
    f.MeetingObjectiveFactory(meeting=later, comes_from=meeting.points.get())
    client = sign_in(coordinator)
    for moved, day in ((meeting, "2021-04-20"), (later, "2021-03-09")):
        sent = filled_in(client, change_address(moved), date=day)
        assert "l’ordre des deux ne peut pas changer" in client.post(change_address(moved), sent).text


@pytest.mark.parametrize("day", ["0021-10-14", "9999-12-31"])
def test_a_date_out_of_time_is_refused(sign_in, coordinator, cycle, day):
    sent = {"cycle": cycle.pk, "date": day, "start_time": "23:00", "state": "draft"}
    answer = sign_in(coordinator).post(reverse("admin:meetings_meeting_add"), sent)
    assert "Donnez une date de 2007 à 2200." in answer.text


def test_zero_puts_a_statement_first(sign_in, coordinator, meeting):
    client, last = sign_in(coordinator), meeting.objectives.last()
    sent = filled_in(client, change_address(meeting), **{"objectives-1-position": 0})
    assert client.post(change_address(meeting), sent).status_code == 302
    assert meeting.objectives.first() == last


@pytest.fixture
def convened(cycle, member):
    """A convened meeting with hours, whose reminders wait."""
    day = timezone.localdate() + dt.timedelta(days=20)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True, date=day, starts_at=start)
    calling.keep_called(meeting)
    return meeting


@pytest.mark.parametrize("hours", [{"end_time": "09:00"}, {"start_time": "25:99"}, {"start_time": ""}])
def test_a_convened_meeting_moved_with_hours_that_cannot_be_is_refused_in_words(
    sign_in, coordinator, convened, hours
):
    client = sign_in(coordinator)
    later = convened.date + dt.timedelta(days=7)
    sent = filled_in(client, change_address(convened), date=later, **{"end_time": "15:00"} | hours)
    answer = client.post(change_address(convened), sent)
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert Meeting.objects.get().date == convened.date


@pytest.mark.parametrize(
    "happens",
    [
        lambda meeting: convening.cancel(meeting, by=None),
        lambda meeting: convening.move(
            meeting, date=meeting.date + dt.timedelta(days=3), starts_at=None, ends_at=None, by=None
        ),
        lambda meeting: Meeting.objects.update(title="Écrit par une autre personne"),
    ],
    ids=["cancelled", "moved", "renamed"],
)
def test_a_page_opened_before_somebody_else_changed_the_meeting_undoes_nothing(
    sign_in, coordinator, convened, happens
):
    client = sign_in(coordinator)
    sent = filled_in(client, change_address(convened), place="Une autre salle")
    happens(Meeting.objects.get())
    before = Meeting.objects.values().get()
    answer = client.post(change_address(convened), sent)
    assert "Quelqu’un a changé cette rencontre" in text_of(answer)
    assert 'value="Une autre salle"' in answer.text
    assert Meeting.objects.values().get() == before


def test_a_title_on_two_lines_is_refused_beside_it(sign_in, coordinator, cycle):
    sent = {"cycle": cycle.pk, "date": "2027-03-14", "title": "Une\u2028autre", "state": "draft"}
    answer = sign_in(coordinator).post(reverse("admin:meetings_meeting_add"), sent)
    assert "Écrivez sur une seule ligne." in text_of(answer)
