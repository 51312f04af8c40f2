"""Between meetings: people tell obstacles, try solutions, ask and answer, and take back their own."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chantier.models import Membership, Organization, TraceEntry, User
from ecpar_portal.refusal import Refusal
from meetings.actions import exchanging
from meetings.models import Obstacle, Question, Reply, Solution, Trial
from tests import factories as f
from tests.pages import text_of
from tests.security.hostile import SCRIPTS

pytestmark = pytest.mark.django_db

PAGE = "/echanges/"
LONG = "Écriture · كتابة · 文字 · 🌱\n" * 1000  # above 20,000 characters


@pytest.fixture
def chantier(cycle):
    return cycle.chantier


@pytest.fixture
def obstacle(chantier):
    """An obstacle of an organisation that takes part."""
    return f.ObstacleFactory(chantier=chantier, text="Nos contrats sont trop gros", stage=2)


def someone(kind, cycle):
    """A person of the chantier by what they are."""
    if kind == "coordinator":
        return f.UserFactory(coordinator=True)
    if kind == "reader":
        organization = f.member_of(cycle).organization
        return f.MembershipFactory(organization=organization, role=Membership.Role.READER).user
    kinds = {"partner": Organization.Kind.PARTNER_NETWORK, "enterprise": Organization.Kind.ENTERPRISE}
    return f.member_of(cycle, kind=kinds.get(kind, Organization.Kind.MUNICIPALITY))


WRITERS = ["representative", "reader", "partner", "enterprise", "coordinator"]


# Writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITERS)
def test_everybody_of_the_chantier_tells_an_obstacle_for_their_organisation(sign_in, cycle, kind):
    person, theme = someone(kind, cycle), f.ThemeFactory(name="Prix et valeur")
    client = sign_in(person)
    sent = {"text": "Seul le prix compte.", "theme": theme.slug, "stage": "4", "organization": ""}
    page = client.post(f"{PAGE}obstacles/nouveau/", sent, follow=True)
    told = Obstacle.objects.get()
    assert page.redirect_chain == [(told.get_absolute_url(), 302)]
    assert (told.chantier, told.theme, told.stage) == (cycle.chantier, theme, 4)
    assert (told.written_by, told.organization) == (person, person.organization)
    words = text_of(page)
    for shown in ("Seul le prix compte.", "Prix et valeur", str(person.organization or "Coordination")):
        assert shown in words
    assert 'aria-label="Étape 4"' in page.text
    other = sign_in(f.member_of(cycle)).get(told.get_absolute_url())
    assert "Seul le prix compte." in text_of(other)
    assert person.name not in text_of(other)
    assert TraceEntry.objects.get(event="obstacle_told").by == person


def test_the_coordinator_writes_for_an_organisation_that_takes_part_and_for_no_other(
    sign_in, coordinator, cycle, member, outsider
):
    client = sign_in(coordinator)
    choices = client.get(f"{PAGE}obstacles/nouveau/").text
    assert str(member.organization) in choices
    assert str(outsider.organization) not in choices
    chantier = {"chantier": cycle.chantier.slug}
    client.post(
        f"{PAGE}obstacles/nouveau/",
        chantier | {"text": "Pour elle", "organization": member.organization.slug},
    )
    refused = client.post(
        f"{PAGE}obstacles/nouveau/",
        chantier | {"text": "Ailleurs", "organization": outsider.organization.slug},
    )
    assert [(o.text, o.organization) for o in Obstacle.objects.all()] == [("Pour elle", member.organization)]
    assert "Ailleurs" in refused.text
    with pytest.raises(Refusal):
        exchanging.tell_obstacle(cycle.chantier, "x", by=coordinator, organization=outsider.organization)
    with pytest.raises(Refusal):
        exchanging.tell_obstacle(cycle.chantier, "x", by=member, organization=outsider.organization)


def test_it_is_told_to_the_chantier_that_the_page_spoke_of(sign_in, member, cycle):
    second = f.CycleFactory(chantier__name="Zones froides")
    f.ParticipationFactory(cycle=second, organization=member.organization)
    client = sign_in(member)
    page = client.get(f"{PAGE}obstacles/nouveau/")
    assert f'name="chantier" value="{cycle.chantier.slug}"' in page.text
    client.post(f"/chantiers/{second.chantier.slug}/choisir/")
    client.post(f"{PAGE}obstacles/nouveau/", {"text": "Ici", "chantier": cycle.chantier.slug})
    client.post(f"{PAGE}obstacles/nouveau/", {"text": "Là"})
    assert dict(Obstacle.objects.values_list("text", "chantier")) == {
        "Ici": cycle.chantier.pk,
        "Là": second.chantier.pk,
    }
    elsewhere = f.ChantierFactory(slug="ailleurs")
    assert (
        client.post(f"{PAGE}obstacles/nouveau/", {"text": "Non", "chantier": elsewhere.slug}).status_code
        == 404
    )


def test_what_is_sent_twice_is_kept_once(sign_in, member, obstacle):
    client = sign_in(member)
    for _ in range(2):
        client.post(f"{PAGE}obstacles/nouveau/", {"text": "Trop lourd"})
        client.post(obstacle.get_absolute_url(), {"text": "Des lots"})
        client.post(f"{PAGE}questions/nouvelle/", {"text": "Qui a essayé?"})
        client.post(Question.objects.get().get_absolute_url(), {"text": "Nous"})
    assert [model.objects.count() for model in (Obstacle, Solution, Question, Reply)] == [2, 1, 1, 1]
    other = f.member_of(f.CycleFactory(chantier=obstacle.chantier))
    sign_in(other).post(obstacle.get_absolute_url(), {"text": "Des lots"})
    assert Solution.objects.count() == 2


def test_solutions_are_read_under_their_obstacle_with_who_tried_them_and_what_came_of_it(
    sign_in, member, cycle, obstacle
):
    client = sign_in(member)
    page = client.post(obstacle.get_absolute_url(), {"text": "Diviser en lots"}, follow=True)
    solution = Solution.objects.get()
    assert page.redirect_chain == [(f"{obstacle.get_absolute_url()}#solution-{solution.pk}", 302)]
    other = f.member_of(cycle, name="Ville de Gaspé")
    client = sign_in(other)
    assert "Nous l’avons essayée" in text_of(client.get(obstacle.get_absolute_url()))
    client.post(f"{PAGE}solutions/{solution.pk}/essai/", {"text": "Trois lots, trois gagnants.", "seen": ""})
    words = text_of(client.get(obstacle.get_absolute_url()))
    assert "Essayée par Ville de Gaspé" in words
    assert "Trois lots, trois gagnants." in words
    assert "Compléter notre essai" in words
    assert "1 solution 1 essai" in text_of(client.get(PAGE)).replace("solution1", "solution 1")


def test_an_organisation_tries_a_solution_once_and_completes_what_it_said(sign_in, member, obstacle):
    solution = f.SolutionFactory(obstacle=obstacle)
    address = f"{PAGE}solutions/{solution.pk}/essai/"
    client = sign_in(member)
    client.post(address, {"text": "", "seen": ""})
    seen = client.get(address).context["seen"]
    client.post(address, {"text": "Après six mois, oui.", "seen": seen})
    assert [(t.organization, t.note) for t in Trial.objects.all()] == [
        (member.organization, "Après six mois, oui.")
    ]
    client.post(address, {"remove": "1"})
    assert not Trial.objects.exists()


def test_two_colleagues_who_note_at_once_lose_nothing(sign_in, member, obstacle):
    solution = f.SolutionFactory(obstacle=obstacle)
    address = f"{PAGE}solutions/{solution.pk}/essai/"
    colleague = f.MembershipFactory(organization=member.organization).user
    sign_in(colleague).post(address, {"text": "Ce que dit la collègue", "seen": ""})
    client = sign_in(member)
    page = client.post(address, {"text": "Ce que je dis", "seen": ""})
    assert page.status_code == 409
    words = text_of(page)
    for shown in ("Ce que dit la collègue", "Ce que je dis", "a déjà noté autre chose"):
        assert shown in words
    assert Trial.objects.get().note == "Ce que dit la collègue"
    client.post(address, {"text": "Les deux", "seen": page.context["seen"]})
    assert Trial.objects.get().note == "Les deux"


def test_the_coordinator_notes_a_trial_for_an_organisation_and_must_say_which(
    sign_in, coordinator, member, obstacle
):
    solution = f.SolutionFactory(obstacle=obstacle)
    address, client = f"{PAGE}solutions/{solution.pk}/essai/", sign_in(coordinator)
    refused = client.post(address, {"text": "Oui", "organization": "", "seen": ""})
    assert refused.context["form"].errors["organization"]
    client.post(address, {"text": "Oui", "organization": member.organization.slug, "seen": ""})
    assert Trial.objects.get().organization == member.organization
    assert "Oui" in client.get(f"{address}?organization={member.organization.slug}").text
    assert client.get(f"{address}?organization=%00").status_code == 200


def test_questions_and_replies_go_between_members_networks_and_the_coordinator(sign_in, cycle, obstacle):
    asker, network, coordinator = (someone(k, cycle) for k in ("reader", "partner", "coordinator"))
    sent = {"text": "Qui l’a fait?", "obstacle": obstacle.pk, "theme": "ignored", "stage": "5"}
    page = sign_in(asker).post(f"{PAGE}questions/nouvelle/", sent, follow=True)
    question = Question.objects.get()
    assert (question.obstacle, question.stage, question.chantier) == (obstacle, 2, cycle.chantier)
    assert "Nos contrats sont trop gros" in text_of(page)
    for person, words in ((network, "Nous accompagnons."), (coordinator, "À la prochaine rencontre.")):
        sign_in(person).post(question.get_absolute_url(), {"text": words, "organization": ""})
    words = text_of(sign_in(asker).get(question.get_absolute_url()))
    assert words.index("Nous accompagnons.") < words.index("À la prochaine rencontre.")
    assert "Coordination" in words
    assert str(network.organization) in words
    assert "2 réponses" in text_of(sign_in(asker).get(f"{PAGE}questions/"))
    assert "Qui l’a fait?" in text_of(sign_in(asker).get(obstacle.get_absolute_url()))


# What is refused -------------------------------------------------------------------------------------


def pages_that_write(obstacle, question, solution):
    return [
        (f"{PAGE}obstacles/nouveau/", Obstacle),
        (obstacle.get_absolute_url(), Solution),
        (f"{PAGE}questions/nouvelle/", Question),
        (question.get_absolute_url(), Reply),
        (f"{PAGE}solutions/{solution.pk}/essai/", Trial),
    ]


@pytest.mark.parametrize("text", [LONG, "   \n ", "a\0b"])
def test_what_cannot_be_kept_is_said_beside_the_field_and_what_was_typed_stays(
    sign_in, member, obstacle, text
):
    solution, question = f.SolutionFactory(obstacle=obstacle), f.QuestionFactory(chantier=obstacle.chantier)
    client = sign_in(member)
    for address, model in pages_that_write(obstacle, question, solution):
        if model is Trial and not text.strip():
            continue
        before = model.objects.count()
        page = client.post(address, {"text": text})
        assert page.status_code == 200, address
        assert model.objects.count() == before
        (error,) = page.context["form"].errors["text"]
        assert error in page.text
        assert 'id="id_text_error"' in page.text
        if text == LONG:
            assert "au plus 4 000 caractères" in error.replace("\u00a0", " ")
            assert LONG.strip().splitlines()[0] in page.text
            assert page.text.count("🌱") >= 1000
        assert "maxlength" not in page.text  # a browser would cut what is pasted, in silence


@pytest.mark.parametrize(
    "text", ["مرحبا بالعالم", "👩🏽‍🌾 🌱", "\u202eabc", "e\u0301t\u00e9", *SCRIPTS[:6], "x" * 4000]
)
def test_any_writing_is_shown_as_it_was_typed_and_scripts_as_text(sign_in, member, obstacle, text):
    solution, question = f.SolutionFactory(obstacle=obstacle), f.QuestionFactory(chantier=obstacle.chantier)
    client = sign_in(member)
    for address, model in pages_that_write(obstacle, question, solution):
        page = client.post(address, {"text": text}, follow=True)
        kept = model.objects.latest("pk")
        assert (kept.note if model is Trial else kept.text) == text.strip()
        if text in SCRIPTS:
            assert text not in page.text.replace("&#x27;", "'")
            assert "window.ran" in text_of(page).replace("'", "’") or "javascript" in text_of(page)
        else:
            assert text[:100] in page.text
            assert 'dir="auto"' in page.text


def test_lines_are_counted_as_people_count_them(sign_in, member, obstacle):
    text = "\r\n".join(["a"] * 2000) + "b"  # 4,000 characters for who typed it
    sign_in(member).post(obstacle.get_absolute_url(), {"text": text})
    assert len(Solution.objects.get().text) == 4000


# Taking back -----------------------------------------------------------------------------------------


def test_one_takes_back_one_s_own_after_a_question_and_nobody_reads_it_any_more(sign_in, member, obstacle):
    solution = f.SolutionFactory(
        obstacle=obstacle, text="À oublier", organization=member.organization, written_by=member
    )
    client, address = sign_in(member), f"{PAGE}solutions/{solution.pk}/retirer/"
    page = client.get(obstacle.get_absolute_url())
    assert f'href="{address}"' in page.text
    assert "À oublier" in text_of(client.get(address))
    solution.refresh_from_db()
    assert solution.withdrawn_at is None
    page = client.post(address, follow=True)
    assert page.redirect_chain == [(obstacle.get_absolute_url(), 302)]
    assert "À oublier" not in text_of(page)
    assert Solution.objects.get().withdrawn_at  # kept
    assert client.post(address).status_code == 404
    assert TraceEntry.objects.filter(event="said_taken_back", by=member.pk).count() == 1


def test_an_obstacle_that_is_taken_back_takes_its_page_its_solutions_and_its_questions_along(
    sign_in, coordinator, member, obstacle
):
    solution, question = (
        f.SolutionFactory(obstacle=obstacle),
        f.QuestionFactory(chantier=obstacle.chantier, obstacle=obstacle),
    )
    reply = f.ReplyFactory(question=question)
    sign_in(coordinator).post(f"{PAGE}obstacles/{obstacle.pk}/retirer/")
    client = sign_in(member)
    addresses = [obstacle.get_absolute_url(), question.get_absolute_url()]
    addresses += [f"{PAGE}solutions/{solution.pk}/essai/", f"{PAGE}reponses/{reply.pk}/retirer/"]
    assert [client.get(address).status_code for address in addresses] == [404] * 4
    assert question.text not in text_of(client.get(f"{PAGE}questions/"))
    with pytest.raises(Refusal):
        exchanging.propose_solution(obstacle, "Trop tard", by=member, organization=member.organization)


def test_who_speaks_for_the_organisation_takes_back_what_a_colleague_wrote_and_a_reader_only_their_own(
    sign_in, member, cycle, obstacle
):
    reader = f.MembershipFactory(organization=member.organization, role=Membership.Role.READER).user
    theirs, hers = (
        f.SolutionFactory(obstacle=obstacle, organization=member.organization, written_by=person)
        for person in (reader, member)
    )
    assert sign_in(reader).get(f"{PAGE}solutions/{hers.pk}/retirer/").status_code == 403
    assert sign_in(member).post(f"{PAGE}solutions/{theirs.pk}/retirer/").status_code == 302
    assert Solution.objects.standing().get() == hers
    other = f.member_of(cycle)
    page = sign_in(other).get(obstacle.get_absolute_url())
    assert "/retirer/" not in page.text
    with pytest.raises(Refusal):
        exchanging.take_back(hers, by=other)
    # Who changed organisation leaves behind what they said for the other one.
    Membership.objects.filter(user=member).update(until=timezone.localdate())
    f.MembershipFactory(user=member, organization=other.organization)
    assert (
        sign_in(User.objects.get(pk=member.pk)).get(f"{PAGE}solutions/{hers.pk}/retirer/").status_code == 403
    )


def test_an_example_wears_its_badge_until_the_coordinator_adopts_it(sign_in, coordinator, member, chantier):
    example = f.ObstacleFactory(chantier=chantier, is_example=True, text="Un exemple")
    for address in (PAGE, example.get_absolute_url()):
        page = sign_in(member).get(address)
        assert "Exemple à relire" in text_of(page)
        assert "/adopter/" not in page.text
    address, client = f"{PAGE}obstacles/{example.pk}/adopter/", sign_in(coordinator)
    assert f'action="{address}"' in client.get(example.get_absolute_url()).text
    client.get(address)
    assert Obstacle.objects.get().is_example
    page = client.post(address, follow=True)
    assert "Exemple à relire" not in text_of(page)
    assert "déjà adopté" in text_of(client.post(address, follow=True))


# Reading ---------------------------------------------------------------------------------------------


def test_one_reads_the_current_chantier_and_never_another(sign_in, member, outsider, obstacle, coordinator):
    hidden = [
        f.ObstacleFactory(text="Ailleurs", chantier=outsider.chantiers[0]),
        f.QuestionFactory(text="Ailleurs aussi", chantier=outsider.chantiers[0]),
    ]
    client = sign_in(member)
    for address in (PAGE, f"{PAGE}questions/", f"{PAGE}?q=ailleurs"):
        assert "Ailleurs" not in text_of(client.get(address))
    assert [client.get(row.get_absolute_url()).status_code for row in hidden] == [404, 404]
    assert "Nos contrats sont trop gros" in text_of(client.get(PAGE))
    assert "Aucun obstacle" in text_of(sign_in(f.UserFactory()).get(PAGE))
    assert sign_in(coordinator).get(hidden[0].get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=REPÉRAGE", ["Le repérage est long"]),
        ("q=reperage", ["Le repérage est long"]),
        ("q=lots", ["Nos contrats"]),  # in a solution
        ("q=contrats lots", ["Nos contrats"]),
        ("q=contrats repérage", []),
        ("theme=prix", ["Le repérage est long"]),
        ("stage=2", ["Nos contrats"]),
        ("state=none", ["Le repérage est long"]),
        ("state=some", ["Nos contrats"]),
        ("state=tried", ["Nos contrats"]),
        ("stage=2&theme=prix", []),
        ("stage=9", ["Nos contrats", "Le repérage est long"]),
    ],
)
def test_obstacles_are_found_by_words_theme_stage_and_solutions(sign_in, member, chantier, query, found):
    first = f.ObstacleFactory(chantier=chantier, text="Nos contrats", stage=2)
    f.ObstacleFactory(
        chantier=chantier, text="Le repérage est long", stage=3, theme=f.ThemeFactory(slug="prix")
    )
    f.TrialFactory(solution=f.SolutionFactory(obstacle=first, text="Diviser en lots"))
    f.SolutionFactory(obstacle=first, text="Le repérage d’avant", withdrawn_at=timezone.now())
    page = sign_in(member).get(f"{PAGE}?{query}")
    assert sorted(row.text for row in page.context["page"]) == sorted(found)
    assert ("Aucun obstacle ne correspond" in text_of(page)) == (not found)


def test_questions_are_found_too(sign_in, member, chantier):
    open_one = f.QuestionFactory(chantier=chantier, text="Une clause type?", stage=4)
    f.ReplyFactory(question=f.QuestionFactory(chantier=chantier, text="Qui?"), text="L’œuvre d’un pôle")
    client = sign_in(member)
    for query, found in (
        ("q=clause", ["Une clause type?"]),
        ("q=oeuvre", ["Qui?"]),
        ("state=open", ["Une clause type?"]),
        ("state=answered", ["Qui?"]),
        ("stage=4", ["Une clause type?"]),
    ):
        assert [q.text for q in client.get(f"{PAGE}questions/?{query}").context["page"]] == found
    assert open_one.title in text_of(client.get(f"{PAGE}questions/"))


def test_a_long_list_goes_by_pages_that_keep_the_filter(sign_in, member, chantier):
    for number in range(31):
        f.ObstacleFactory(chantier=chantier, text=f"Délai {number}")
    client = sign_in(member)
    page = client.get(f"{PAGE}?q=delai")
    assert "?q=delai&amp;page=2" in page.text
    assert len(client.get(f"{PAGE}?q=delai&page=2").context["page"]) == 1


def fill(obstacle, question, number):
    for _ in range(number):
        solution = f.SolutionFactory(obstacle=obstacle, organization=f.OrganizationFactory())
        f.TrialFactory.create_batch(2, solution=solution)
        f.ReplyFactory(question=f.QuestionFactory(chantier=obstacle.chantier, obstacle=obstacle))
        f.ReplyFactory(question=question, organization=f.OrganizationFactory())
        f.SolutionFactory(
            obstacle=f.ObstacleFactory(
                chantier=obstacle.chantier, theme=f.ThemeFactory(), organization=f.OrganizationFactory()
            )
        )


@pytest.mark.parametrize("page", ["", "?q=obstacle", "questions/", "obstacle", "question"])
def test_ten_times_as_much_costs_the_same_questions(sign_in, member, obstacle, page):
    question = f.QuestionFactory(chantier=obstacle.chantier)
    addresses = {"obstacle": obstacle.get_absolute_url(), "question": question.get_absolute_url()}
    address, client, counts, sizes = addresses.get(page, PAGE + page), sign_in(member), [], []
    for number in (1, 10):
        fill(obstacle, question, number)
        with CaptureQueriesContext(connection) as queries:
            sizes.append(len(client.get(address).content))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    assert sizes[1] > sizes[0] * 1.2


def test_where_demo_is_off_demonstration_organisations_have_said_nothing(sign_in, member, obstacle, settings):
    demo = f.OrganizationFactory(is_demonstration=True)
    f.ObstacleFactory(chantier=obstacle.chantier, organization=demo, text="Inventé")
    solution = f.SolutionFactory(obstacle=obstacle, organization=demo, text="Inventée")
    f.TrialFactory(solution=f.SolutionFactory(obstacle=obstacle, text="Vraie"), organization=demo)
    settings.DEMO = False
    client = sign_in(member)
    page = client.get(obstacle.get_absolute_url())
    assert "Invent" not in text_of(client.get(PAGE)) + text_of(page)
    assert "Essayée" not in text_of(page)
    assert client.get(f"{PAGE}solutions/{solution.pk}/essai/").status_code == 404


def test_nobody_writes_where_they_are_not(outsider, obstacle):
    client = Client()
    client.force_login(outsider)
    assert client.post(obstacle.get_absolute_url(), {"text": "Bonjour"}).status_code == 404
    nobody = Client()
    nobody.force_login(f.UserFactory())
    assert nobody.post(f"{PAGE}obstacles/nouveau/", {"text": "Bonjour"}).status_code == 403
    assert (Solution.objects.count(), Obstacle.objects.count()) == (0, 1)
