"""The coordinator shows needs in the room and gathers them; the objective keeps where it comes from."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.models import Objective, TraceEntry
from meetings.models import Meeting, Need
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ASKED = {"HX-Request": "true"}


@pytest.fixture
def meeting(cycle):
    """A meeting that is convened, with two needs."""
    found = f.MeetingFactory(cycle=cycle, upcoming=True, title="Repérage des EES")
    for name, text in (("Ville de la Baie", "Une liste d’EES"), ("Collège du Nord", "Des clauses")):
        f.NeedFactory(meeting=found, organization=f.member_of(cycle, name=name).organization, text=text)
    return found


def address(meeting, name="round_table", *arguments):
    return reverse(name, args=[meeting.slug, *arguments])


def gather(client, meeting, needs, **more):
    return client.post(address(meeting, "gather_needs"), {"need": [need.pk for need in needs], **more})


def test_chosen_needs_become_a_new_objective_that_says_where_it_comes_from(
    sign_in, coordinator, member, meeting, cycle
):
    f.ObjectiveFactory(cycle=cycle, position=3)
    first, second = meeting.needs.all()
    f.NeedSupportFactory(need=second, organization__name="Ministère du Fleuve")
    answer = gather(sign_in(coordinator), meeting, [first, second], text="Trouver une EES sans chercher")
    assert answer["Location"] == address(meeting)
    objective = cycle.objectives.last()
    assert (objective.text, objective.position) == ("Trouver une EES sans chercher", 4)
    assert set(objective.needs.all()) == {first, second}
    assert TraceEntry.objects.get(event="needs_gathered").detail["objective"] == objective.pk
    page = sign_in(member).get(cycle.get_absolute_url())
    origin = page.text.partition('id="objectif-2"')[2].partition("</details>")[0]
    for words in ("Une liste d’EES", "Ville de la Baie", "Des clauses", "Ministère du Fleuve"):
        assert words in origin
    assert "Vient de 2 besoins du tour de table" in text_of(page)


def test_a_need_and_its_objective_lead_to_each_other(sign_in, coordinator, member, meeting, cycle):
    objective = f.ObjectiveFactory(cycle=cycle)
    first, second = meeting.needs.all()
    gather(sign_in(coordinator), meeting, [second], objective=objective.pk)
    client = sign_in(member)
    there = re.search(r'href="([^"]+#objectif-\d+)"', client.get(address(meeting)).text)[1]
    page, anchor = there.split("#")
    origin = client.get(page).text.partition(f'id="{anchor}"')[2].partition("</details>")[0]
    back = re.search(r'href="([^"]+)"', origin)[1]
    assert back == f"{address(meeting)}#besoin-{second.pk}"
    assert f'id="besoin-{second.pk}"' in client.get(address(meeting)).text
    assert f'id="besoin-{first.pk}"' not in origin


def test_a_need_leaves_its_objective_and_may_go_to_another(sign_in, coordinator, member, meeting, cycle):
    one, two = f.ObjectiveFactory.create_batch(2, cycle=cycle)
    need, _ = meeting.needs.all()
    client = sign_in(coordinator)
    gather(client, meeting, [need], objective=one.pk)
    gather(client, meeting, [need], objective=two.pk)
    need.refresh_from_db()
    assert need.objective == two
    client.post(address(meeting, "gather_needs"), {"out": need.pk})
    need.refresh_from_db()
    assert need.objective is None
    assert TraceEntry.objects.filter(event="need_let_out").count() == 1
    assert "Vient de" not in text_of(sign_in(member).get(cycle.get_absolute_url()))
    assert Objective.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"text": "Un objectif"}, "Choisissez au moins un besoin."),
        ({"need": "first"}, "Choisissez un objectif, ou écrivez-en un nouveau."),
        ({"need": "first", "text": "Les deux", "objective": "own"}, "pas les deux"),
        ({"need": "first", "objective": "other"}, "Sélectionnez un choix valide"),
        ({"need": "gone", "text": "Un objectif"}, "vient d’être retiré"),
        ({"need": "elsewhere", "text": "Un objectif"}, "vient d’être retiré"),
    ],
)
def test_what_cannot_be_gathered_is_said_with_what_was_written(
    sign_in, coordinator, meeting, cycle, sent, words
):
    first, gone = meeting.needs.all()
    Need.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
    values = {
        "first": first.pk,
        "gone": gone.pk,
        "elsewhere": f.NeedFactory(meeting=f.MeetingFactory(cycle=cycle)).pk,
        "own": f.ObjectiveFactory(cycle=cycle).pk,
        "other": f.ObjectiveFactory().pk,
    }
    sent = {name: values.get(value, value) for name, value in sent.items()}
    answer = sign_in(coordinator).post(address(meeting, "gather_needs"), sent)
    assert words in text_of(answer)
    assert sent.get("text", "") in answer.text
    if sent.get("need") == first.pk:
        assert re.search(rf'id="choisir-{first.pk}"[^>]* checked', answer.text)
    assert not Need.objects.exclude(objective=None).exists()


def test_a_member_neither_gathers_nor_opens_the_screen(sign_in, member, meeting):
    client = sign_in(member)
    need = meeting.needs.first()
    assert gather(client, meeting, [need], text="x").status_code == 403
    assert client.get(address(meeting, "round_table_screen")).status_code == 403
    assert "Regrouper" not in client.get(address(meeting)).text


def test_needs_of_a_published_meeting_are_gathered_still(sign_in, coordinator, meeting, cycle):
    Meeting.objects.update(state=Meeting.State.PUBLISHED)
    gather(sign_in(coordinator), meeting, [meeting.needs.first()], text="Après coup")
    assert cycle.objectives.get().needs.count() == 1


def test_the_cycle_s_page_asks_as_many_queries_with_more_origins(sign_in, member, meeting, cycle):
    client, counts = sign_in(member), []
    for _ in range(2):
        for _ in range(3):
            need = f.NeedFactory(meeting=meeting, objective=f.ObjectiveFactory(cycle=cycle))
            f.NeedSupportFactory.create_batch(2, need=need)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(cycle.get_absolute_url()).text.count('class="origin"')
        counts.append((len(queries), shown))
    assert counts == [(counts[0][0], 3), (counts[0][0], 6)]


# The screen of the room.


def poll_of(page):
    return page.text.partition('hx-get="')[2].partition('"')[0]


def test_the_screen_shows_needs_the_last_first_and_nothing_of_who_wrote(
    sign_in, coordinator, member, meeting, cycle
):
    need = f.NeedFactory(
        meeting=meeting, written_by=member, organization=member.organization, text="Le dernier"
    )
    f.NeedSupportFactory.create_batch(2, need=need)
    f.NeedFactory(meeting=meeting, withdrawn_at=timezone.now(), text="Retiré")
    f.NeedFactory(meeting__cycle=cycle, text="D’une autre rencontre")
    gathered = meeting.needs.first()
    gathered.objective = f.ObjectiveFactory(cycle=cycle, text="Objectif commun")
    gathered.save()
    page = sign_in(coordinator).get(address(meeting, "round_table_screen"))
    words = text_of(page)
    assert words.index("Le dernier") < words.index("Des clauses") < words.index("Une liste d’EES")
    assert "et 2 autres organisations" in words
    assert "→ Objectif commun" in words
    assert words.count("3 besoins") == 1
    for hidden in ("Retiré", "D’une autre rencontre", member.name, member.email, str(coordinator)):
        assert hidden not in page.text


@pytest.mark.parametrize("needs", [0, 30])
def test_a_poll_asks_five_queries_at_most_and_nothing_new_is_no_content(
    sign_in, coordinator, meeting, django_assert_num_queries, needs
):
    Need.objects.all().delete()
    f.NeedFactory.create_batch(needs, meeting=meeting)
    client = sign_in(coordinator)
    asked = poll_of(client.get(address(meeting, "round_table_screen")))
    with django_assert_num_queries(5):  # session, person, group, second factor, needs
        nothing = client.get(asked, headers=ASKED)
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert sum(len(name) + len(value) + 4 for name, value in nothing.items()) < 900
    f.NeedFactory(meeting=meeting, text="Tout neuf")
    with django_assert_num_queries(5):
        new = client.get(asked, headers=ASKED)
    assert new.status_code == 200
    assert new.text.count("<li>") == needs + 1
    assert "<html" not in new.text


def test_a_wall_holds_the_last_needs_and_counts_them_all(sign_in, coordinator, meeting):
    f.NeedFactory.create_batch(200, meeting=meeting)
    page = sign_in(coordinator).get(address(meeting, "round_table_screen"))
    assert "202 besoins, dont voici les 200 derniers" in text_of(page)
    assert page.text.count("<li>") == 200
    assert "Une liste d’EES" not in page.text


def change_text(need):
    Need.objects.filter(pk=need.pk).update(text="Autrement dit")


@pytest.mark.parametrize(
    "change",
    [
        lambda need: f.NeedFactory(meeting=need.meeting),
        lambda need: f.NeedSupportFactory(need=need),
        lambda need: Need.objects.filter(pk=need.pk).update(withdrawn_at=timezone.now()),
        lambda need: Need.objects.filter(pk=need.pk).update(
            objective=f.ObjectiveFactory(cycle=need.meeting.cycle)
        ),
        change_text,
    ],
    ids=["a need", "a support", "one taken back", "one gathered", "other words"],
)
def test_whatever_is_shown_makes_the_screen_new(sign_in, coordinator, meeting, change):
    client = sign_in(coordinator)
    asked = poll_of(client.get(address(meeting, "round_table_screen")))
    assert client.get(asked, headers=ASKED).status_code == 204
    change(meeting.needs.first())
    assert client.get(asked, headers=ASKED).status_code == 200


def test_there_is_no_screen_of_a_draft_nor_of_what_does_not_exist(sign_in, coordinator, cycle):
    draft = f.MeetingFactory(cycle=cycle, draft=True)
    client = sign_in(coordinator)
    assert client.get(address(draft, "round_table_screen")).status_code == 404
    assert client.get("/rencontres/1999-01-01/tour-de-table/ecran/").status_code == 404


# Where people find it.


def test_home_and_the_meeting_lead_to_the_tour_de_table(sign_in, member, meeting):
    client = sign_in(member)
    assert address(meeting) in client.get("/").text
    assert "Tour de table (2 besoins)" in text_of(client.get(meeting.get_absolute_url()))


def test_a_past_meeting_without_needs_speaks_of_none(sign_in, member, cycle):
    meeting = f.MeetingFactory(cycle=cycle)
    assert "Tour de table" not in text_of(sign_in(member).get(meeting.get_absolute_url()))
    f.NeedFactory(meeting=meeting)
    assert "Tour de table (1 besoin)" in text_of(sign_in(member).get(meeting.get_absolute_url()))
