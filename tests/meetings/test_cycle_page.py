"""The page of a cycle: presentation, objectives, achievements, then the path."""

import datetime as dt

import pytest
from django.urls import reverse

from meetings.models import Meeting
from tests import factories as f
from tests.bilan import STATEMENTS
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bilan(db):
    """The real cycle, as `make run` loads it."""
    from django.core.management import call_command

    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_each_statement_of_the_bilan_is_on_the_page(bilan, sign_in, coordinator, statement):
    page = text_of(sign_in(coordinator).get("/chantier/2020-2021/"))
    assert page.count(statement) >= 1


def test_the_bilan_has_thirty_statements():
    assert len(STATEMENTS) == len(set(STATEMENTS)) == 30


def test_nothing_of_the_bilan_stands_in_a_template(settings):
    for template in settings.BASE_DIR.glob("templates/**/*.html"):
        source = template.read_text()
        assert not [statement for statement in STATEMENTS if statement in source], template


def test_the_page_goes_from_presentation_to_objectives_to_achievements_to_the_path(
    bilan, sign_in, coordinator
):
    page = text_of(sign_in(coordinator).get("/chantier/2020-2021/"))
    order = [
        "Offre un espace",
        "Objectifs du chantier",
        "Principales réalisations",
        "échéanciers et cheminement",
    ]
    assert sorted(order, key=page.index) == order


def test_the_cycle_says_what_remains_open(bilan, sign_in, coordinator):
    page = text_of(sign_in(coordinator).get("/chantier/2020-2021/"))
    assert (
        "9 des 11 objectifs de rencontre ont reçu une réponse dans une synthèse, 1 a été atteint en séance."
        in page
    )
    assert "1 objectif demeure ouvert : Partager des exemples de clauses et libellés" in page


def test_a_real_meeting_shows_no_invented_title_hour_or_participant(bilan, sign_in, coordinator):
    page = text_of(sign_in(coordinator).get("/rencontres/2021-03-09/"))
    assert "Rencontre du 9 mars 2021" in page
    assert " h " not in page.split("Ce qu’on voulait faire")[0].replace("Rencontre", "")
    assert "participant" not in page.lower().replace("participants du chantier", "")


def test_a_point_changed_in_the_database_changes_the_page(sign_in, member, cycle):
    point = f.SynthesisPointFactory(meeting__cycle=cycle, text="Avant")
    client = sign_in(member)
    assert "Avant" in text_of(client.get(cycle.get_absolute_url()))
    point.text = "Après"
    point.save()
    page = text_of(client.get(cycle.get_absolute_url()))
    assert "Après" in page
    assert "Avant" not in page


def test_what_people_type_is_shown_as_text_never_as_markup(sign_in, member, cycle):
    f.SynthesisPointFactory(meeting__cycle=cycle, text="<script>alert(1)</script>")
    response = sign_in(member).get(cycle.get_absolute_url())
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


def test_a_cycle_without_meetings_says_what_will_be_there(sign_in, member, cycle):
    assert "Aucune rencontre pour l’instant" in text_of(sign_in(member).get(cycle.get_absolute_url()))


def test_a_draft_is_on_the_coordinator_s_path_only(sign_in, member, coordinator, cycle):
    draft = f.MeetingFactory(cycle=cycle, draft=True, title="Encore en préparation")
    for user, status in ((member, 404), (coordinator, 200)):
        client = sign_in(user)
        shown = "Encore en préparation" in text_of(client.get(cycle.get_absolute_url()))
        assert shown == (status == 200)
        assert client.get(draft.get_absolute_url()).status_code == status
        assert client.get(reverse("synthesis_pdf", args=[draft.slug])).status_code == 404


@pytest.mark.parametrize("state", [Meeting.State.CONVENED, Meeting.State.HELD])
def test_a_synthesis_is_read_once_it_is_published(sign_in, member, coordinator, cycle, state):
    meeting = f.MeetingFactory(cycle=cycle, state=state, date=dt.date(2021, 3, 9))
    f.SynthesisPointFactory(meeting=meeting, text="Pas encore dit")
    for user, shown in ((member, False), (coordinator, True)):
        client = sign_in(user)
        for address in (cycle.get_absolute_url(), meeting.get_absolute_url()):
            assert ("Pas encore dit" in text_of(client.get(address))) == shown
    assert "1 point" not in text_of(sign_in(member).get(reverse("meeting_list")))


def test_an_objective_says_nothing_of_a_point_that_is_not_published(sign_in, member, cycle):
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=dt.date(2021, 1, 5))
    origin = f.SynthesisPointFactory(meeting=draft)
    later = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    f.MeetingObjectiveFactory(meeting=later, comes_from=origin)
    assert "5 janvier" not in text_of(sign_in(member).get(cycle.get_absolute_url()))


def test_an_objective_that_a_point_became_is_named_by_its_rank(sign_in, member, cycle):
    f.ObjectiveFactory(cycle=cycle, position=10)
    second = f.ObjectiveFactory(cycle=cycle, position=20)
    f.SynthesisPointFactory(meeting__cycle=cycle, became_objective=second)
    page = sign_in(member).get(cycle.get_absolute_url())
    assert "Devenu l’objectif 2 du chantier" in text_of(page)
    assert 'id="objectif-2"' in page.text
    assert 'href="#objectif-2"' in page.text


def test_a_cancelled_meeting_counts_for_nothing(sign_in, member, cycle):
    f.MeetingObjectiveFactory(meeting__cycle=cycle, meeting__state=Meeting.State.CANCELLED)
    f.MeetingObjectiveFactory(meeting__cycle=cycle)
    page = text_of(sign_in(member).get(cycle.get_absolute_url()))
    assert "L’objectif de rencontre n’a pas encore reçu une réponse dans une synthèse." in page
    assert "La rencontre a été annulée." in page
    assert "1 /1 rencontres tenues" in text_of(sign_in(member).get("/")).replace("1/1", "1 /1")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_that_are_read_take_nothing(sign_in, member, cycle, method):
    meeting = f.MeetingFactory(cycle=cycle)
    client = sign_in(member)
    for address in ("/", "/rencontres/", cycle.get_absolute_url(), meeting.get_absolute_url()):
        assert getattr(client, method)(address).status_code == 405


def test_somebody_of_another_chantier_gets_404_everywhere(sign_in, outsider, cycle):
    meeting = f.MeetingFactory(cycle=cycle, title="Secret de chantier")
    client = sign_in(outsider)
    for address in (
        cycle.get_absolute_url(),
        meeting.get_absolute_url(),
        reverse("synthesis_pdf", args=[meeting.slug]),
    ):
        assert client.get(address).status_code == 404
    for address in (
        reverse("home"),
        reverse("meeting_list"),
        reverse("meeting_list") + f"?cycle={cycle.slug}",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "Secret de chantier" not in page.text
        assert cycle.chantier.name not in page.text


@pytest.mark.parametrize(
    "address", ["/rencontres/1999-01-01/", "/chantier/1999-2000/", "/rencontres/1999-01-01/synthese.pdf"]
)
def test_an_unknown_address_is_a_clear_french_404(sign_in, member, address):
    response = sign_in(member).get(address)
    assert response.status_code == 404
    assert "Page introuvable" in response.text


def full_cycle(cycle, meetings):
    """Add meetings with everything that a path can show, each tied to the one before."""
    point = None
    for number in range(meetings):
        meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 1, 5) + dt.timedelta(days=7 * number))
        objectives = [f.MeetingObjectiveFactory(meeting=meeting, comes_from=point) for _ in range(3)]
        for objective in objectives:
            point = f.SynthesisPointFactory(meeting=meeting, became_objective=f.ObjectiveFactory(cycle=cycle))
            f.PointAnswerFactory(point=point, objective=objective)
    f.AchievementFactory(cycle=cycle)


@pytest.mark.parametrize(
    ("name", "most"), [("cycle", 13), ("meeting", 15), ("meeting_list", 12), ("home", 17)]
)
@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_pages_ask_the_same_number_of_queries_when_the_data_doubles(
    sign_in, request, cycle, django_assert_max_num_queries, name, most, who
):
    client = sign_in(request.getfixturevalue(who))
    most += 2 * (who == "coordinator")  # their group, and whether they have a second factor
    counts, shown = [], []
    for _ in range(2):
        full_cycle(cycle, 3)
        meeting = Meeting.objects.first()
        addresses = {"cycle": cycle.get_absolute_url(), "meeting": meeting.get_absolute_url()}
        with django_assert_max_num_queries(most) as queries:
            page = client.get(addresses.get(name) or reverse(name))
        counts.append(len(queries))
        shown.append(page.text.count('class="node') + page.text.count("date-block"))
    assert counts[0] == counts[1]
    if name in ("cycle", "meeting_list"):
        assert shown[1] == 2 * shown[0]
