"""The thread walked over pages: need, objective of the cycle, of a meeting, point, commitment, and back."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings import path as paths
from meetings.actions.publishing import publish
from meetings.models import Meeting
from meetings.thread import tie
from tests import factories as f
from tests.pages import text_of
from tests.security.hostile import SCRIPTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(cycle, member):
    """Everything from a need to a commitment, its synthesis published."""
    return make_thread(cycle, member.organization, dt.date(2021, 1, 28))


def make_thread(cycle, organization, day, rank=1):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=day)
    aim = f.ObjectiveFactory(cycle=cycle, position=rank, text=f"Trouver des clauses {rank}")
    need = f.NeedFactory(meeting=meeting, organization=organization, objective=aim, text="Des exemples")
    objective = f.MeetingObjectiveFactory(meeting=meeting, text="Partager des exemples")
    objective.objectives.add(aim)
    point = f.SynthesisPointFactory(meeting=meeting, text="Des exemples sont à compiler")
    point.needs.add(need)
    chantier = {"chantier": cycle.chantier, "organization": organization}
    point.obstacles.add(f.ObstacleFactory(meeting=meeting, text="Peu de modèles", **chantier))
    f.PointAnswerFactory(point=point, objective=objective)
    made = f.CommitmentFactory(
        meeting=meeting, organization=organization, point=point, text="Compiler dix clauses"
    )
    publish(meeting, by=None, tell=False)
    return made


def links(page):
    """The links of the page: address by words."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    return {text_of_html(words): address for address, words in found}


def text_of_html(words):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", words)).replace("\u00a0", " ").strip()


def stands(page, anchor):
    return f'id="{anchor}"' in page.text


def test_from_a_commitment_up_to_the_objective_of_the_cycle_and_down_again(sign_in, member, cycle, thread):
    client, slug = sign_in(member), thread.meeting.slug
    page = client.get(thread.get_absolute_url())
    up = links(page)
    point = up["Point 1 de la rencontre du 28 janvier 2021"]
    assert point == f"/rencontres/{slug}/#r{slug}-1"
    objective, aim = up["objectif A de la rencontre"], up["objectif 1 du chantier"]
    meeting = client.get(point.partition("#")[0])
    assert stands(meeting, point.partition("#")[2])
    assert stands(meeting, objective.partition("#")[2])
    assert re.search(rf'class="answers">.*?href="#r{slug}-A"', meeting.text)  # what the point answers
    assert re.search(rf'class="answered-by">.*?href="#r{slug}-1"', meeting.text)  # what answers the objective
    assert links(meeting)["objectif 1 du chantier"] == aim  # which leads to what it serves
    whole = client.get(aim.partition("#")[0])
    assert stands(whole, aim.partition("#")[2])
    down = links(whole)
    assert down["28 janvier, objectif A"] == f"#r{slug}-A"
    words = f"{member.organization}, « Compiler dix clauses »"
    assert down[words] == thread.get_absolute_url()


def test_from_a_need_to_a_commitment_and_back_over_pages_only(sign_in, member, cycle, thread):
    client, slug = sign_in(member), thread.meeting.slug
    need = f"besoin-{thread.meeting.needs.get().pk}"
    table = client.get(f"/rencontres/{slug}/tour-de-table/")
    assert stands(table, need)
    # Forth: the objective that it became, the meeting's, the point that answers it, what was committed to.
    aim = links(table)["objectif 1 du cycle"]
    whole = client.get(aim.partition("#")[0])
    assert stands(whole, aim.partition("#")[2])
    assert stands(whole, links(whole)["28 janvier, objectif A"].removeprefix("#"))
    assert re.search(rf'class="answered-by">.*?href="#r{slug}-1"', whole.text)
    made = client.get(links(whole)[f"{member.organization}, « Compiler dix clauses »"])
    # Back: its point, the meeting's objective, the chantier's, the need.
    back = links(made)
    meeting = client.get(back["Point 1 de la rencontre du 28 janvier 2021"].partition("#")[0])
    assert re.search(rf'class="answers">.*?href="#r{slug}-A"', meeting.text)
    whole = client.get(links(meeting)["objectif 1 du chantier"].partition("#")[0])
    origin = links(whole)["tour de table du 28 janvier 2021"]
    assert origin == f"/rencontres/{slug}/tour-de-table/#{need}"
    assert stands(client.get(origin.partition("#")[0]), need)


def test_a_point_says_which_needs_obstacles_and_commitments_it_holds(sign_in, member, cycle, thread):
    for address in (cycle.get_absolute_url(), thread.meeting.get_absolute_url()):
        page = text_of(sign_in(member).get(address))
        assert f"Reprend le besoin de {member.organization}" in page
        assert f"Reprend l’obstacle de {member.organization}" in page
        assert f"Action à entreprendre : {member.organization}, « Compiler dix clauses »" in page


def test_a_need_that_was_taken_back_is_no_longer_told(sign_in, member, thread):
    thread.meeting.needs.update(withdrawn_at=thread.written_at)
    page = text_of(sign_in(member).get(thread.meeting.get_absolute_url()))
    assert "Reprend le besoin" not in page


def test_a_need_leads_to_its_place_in_the_tour_de_table(thread):
    built = paths.build(thread.meeting.cycle, Meeting.objects.with_thread())
    tie(built)
    mention = built.steps[0].points[0].mentions[0]
    table = f"/rencontres/{thread.meeting.slug}/tour-de-table/"
    assert mention.url == f"{table}#besoin-{thread.meeting.needs.get().pk}"


def test_a_commitment_from_a_point_that_is_not_published_shows_its_meeting_only(
    sign_in, member, coordinator, cycle
):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=dt.date(2021, 3, 9))
    point = f.SynthesisPointFactory(meeting=meeting, text="Pas encore dit")
    made = f.CommitmentFactory(meeting=meeting, point=point)
    for who, shown in ((member, False), (coordinator, True)):
        client = sign_in(who)
        page = client.get(made.get_absolute_url())
        assert ("Pas encore dit" in text_of(page)) == shown
        assert links(page)["Rencontre du 9 mars 2021"].partition("#")[0] == meeting.get_absolute_url()
        assert ("Pas encore dit" in text_of(client.get(meeting.get_absolute_url()))) == shown
        assert str(made.text) in text_of(client.get(meeting.get_absolute_url()))


def test_a_member_reads_the_point_as_its_version_says_it(sign_in, member, coordinator, thread):
    thread.point.text = "Un brouillon que personne ne lit"
    thread.point.save()
    assert "à compiler" in text_of(sign_in(member).get(thread.get_absolute_url()))
    assert "Un brouillon" in text_of(sign_in(coordinator).get(thread.get_absolute_url()))


def test_on_the_page_of_a_meeting_what_stands_elsewhere_leads_to_the_path(sign_in, member, cycle, thread):
    later = f.MeetingFactory(cycle=cycle, state=Meeting.State.CONVENED, date=dt.date(2021, 3, 9))
    f.MeetingObjectiveFactory(meeting=later, comes_from=thread.point)
    page = sign_in(member).get(later.get_absolute_url())
    there = f"{cycle.get_absolute_url()}#r{thread.meeting.slug}-1"
    assert links(page)["28 janvier, point 1"] == there
    assert stands(sign_in(member).get(cycle.get_absolute_url()), f"r{thread.meeting.slug}-1")


# What a path is narrowed to ---------------------------------------------------------------------------


@pytest.fixture
def two_years(cycle, member, thread):
    """Three meetings over two years: of the member's organisation, of another, and one without a word."""
    other = f.member_of(cycle).organization
    second = make_thread(cycle, other, dt.date(2021, 3, 9), rank=2)
    silent = f.MeetingFactory(cycle=cycle, date=dt.date(2020, 11, 3))
    return {"mine": thread.meeting, "other": second.meeting, "silent": silent, "organization": other}


def steps(client, cycle, query=""):
    return [step.meeting for step in client.get(cycle.get_absolute_url() + query).context["steps"]]


def test_a_path_is_narrowed_to_an_objective_an_organisation_or_a_year(sign_in, member, cycle, two_years):
    client, mine, other, silent = sign_in(member), *(two_years[name] for name in ("mine", "other", "silent"))
    assert steps(client, cycle) == [silent, mine, other]
    assert steps(client, cycle, "?objective=1") == [mine]
    assert steps(client, cycle, "?objective=2") == [other]
    assert steps(client, cycle, f"?organization={member.organization.slug}") == [mine]
    assert steps(client, cycle, "?year=2020") == [silent]
    assert steps(client, cycle, f"?year=2020&organization={member.organization.slug}") == []
    page = text_of(client.get(cycle.get_absolute_url() + "?year=2021"))
    assert "2 rencontres sur 3" in page


@pytest.mark.parametrize("query", ["?objective=99", "?organization=rien", "?year=abc", "?objective=%00"])
def test_a_choice_that_does_not_exist_shows_the_whole_path(sign_in, member, cycle, two_years, query):
    assert len(steps(sign_in(member), cycle, query)) == 3


def test_a_cycle_of_one_year_offers_no_year(sign_in, member, cycle, thread):
    f.MeetingFactory(cycle=cycle, date=dt.date(2021, 5, 4))
    page = sign_in(member).get(cycle.get_absolute_url())
    assert "Toutes les années" not in text_of(page)
    assert "Tous les objectifs" in text_of(page)


def test_the_choices_say_nothing_of_a_draft(sign_in, member, cycle, two_years):
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=dt.date(2019, 9, 9))
    f.NeedFactory(meeting=draft, organization__name="Ville secrète")
    page = text_of(sign_in(member).get(cycle.get_absolute_url()))
    assert "Ville secrète" not in page
    assert "2019" not in page


@pytest.mark.parametrize("query", ["", "?objective=1", "?year=2021"])
@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_the_path_asks_as_many_queries_when_the_thread_doubles(request, sign_in, member, cycle, who, query):
    client, counts, shown = sign_in(request.getfixturevalue(who)), [], []
    for round_ in range(2):
        for number in range(2):
            day = dt.date(2021, 1, 5) + dt.timedelta(days=20 * round_ + 7 * number)
            make_thread(cycle, member.organization, day, rank=1 + 2 * round_ + number)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(cycle.get_absolute_url() + query)
        counts.append(len(queries))
        shown.append(page.text.count("Reprend le besoin"))
    assert counts[0] == counts[1] <= 13 + 3 * (who == "coordinator")
    assert shown[1] >= shown[0] > 0
    if not query:
        assert shown[1] == 2 * shown[0]


def test_two_hundred_points_in_every_script_are_told_whole(sign_in, member, cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=dt.date(2021, 3, 9))
    texts = [*SCRIPTS, "👩🏽‍🌾 🧺", "شراء من الاقتصاد الاجتماعي", "קנייה"]
    for number in range(200):
        text = f"{texts[number % len(texts)]} n{number}."
        point = f.SynthesisPointFactory(meeting=meeting, position=number + 1, text=text)
        point.needs.add(f.NeedFactory(meeting=meeting, organization=member.organization, text=text))
        f.CommitmentFactory(meeting=meeting, organization=member.organization, point=point, text=text)
    publish(meeting, by=None, tell=False)
    client = sign_in(member)
    for address in (cycle.get_absolute_url(), meeting.get_absolute_url()):
        page = client.get(address)
        assert "<script>window" not in page.text
        assert page.text.count("Reprend le besoin de") == 200
        assert all(f" n{number}." in page.text for number in range(200))
    last = meeting.commitments.last()
    assert links(client.get(last.get_absolute_url()))["Point 200 de la rencontre du 9 mars 2021"]
