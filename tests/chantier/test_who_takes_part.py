"""« Qui participe »: the organisations of the chantiers that a person sees, and of no other."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from chantier.models import Organization, Region
from chantier.models.cycles import starting_year_of
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/organisations/"
PAST = dt.date(2021, 4, 1)


@pytest.fixture
def neighbour(cycle):
    """Another organisation of the member's cycle."""
    organization = f.OrganizationFactory(name="Ville voisine", slug="ville-voisine")
    f.ParticipationFactory(cycle=cycle, organization=organization, joined=dt.date(2020, 10, 5))
    return organization


def names_on(page):
    return [organization.name for organization in page.context["page"]]


def test_a_member_sees_the_organisations_of_their_chantiers_and_their_own(
    sign_in, member, outsider, neighbour
):
    page = sign_in(member).get(LIST)
    assert sorted(names_on(page)) == sorted([member.organization.name, "Ville voisine"])
    assert outsider.organization.name not in page.text


def test_an_organisation_of_another_chantier_is_not_found(sign_in, member, outsider):
    stranger = outsider.organization
    assert sign_in(member).get(stranger.get_absolute_url()).status_code == 404
    assert sign_in(outsider).get(stranger.get_absolute_url()).status_code == 200


def test_an_organisation_that_left_is_shown_with_the_day_it_left(sign_in, member, cycle, neighbour):
    neighbour.participations.update(left=PAST)
    client = sign_in(member)
    for address in (LIST, neighbour.get_absolute_url()):
        assert "jusqu’au 1er avril 2021" in text_of(client.get(address))


def test_a_person_whose_organisation_left_sees_their_own_and_no_other(sign_in, member, cycle, neighbour):
    cycle.participations.filter(organization=member.organization).update(left=PAST)
    client = sign_in(member)
    page = client.get(LIST)
    assert names_on(page) == [member.organization.name]
    assert cycle.chantier.name not in page.text
    assert client.get(neighbour.get_absolute_url()).status_code == 404
    assert cycle.chantier.name not in client.get(member.organization.get_absolute_url()).text


def test_someone_who_left_every_organisation_sees_none(sign_in, member, neighbour):
    own = member.organization
    member.memberships.update(until=PAST)
    client = sign_in(member)
    assert "Aucune organisation pour l’instant" in text_of(client.get(LIST))
    assert client.get(own.get_absolute_url()).status_code == 404


def test_the_coordinator_sees_every_organisation(sign_in, coordinator, member, outsider):
    alone = f.OrganizationFactory()
    assert len(names_on(sign_in(coordinator).get(LIST))) == 3
    assert "Aucun cycle pour l’instant" in text_of(sign_in(coordinator).get(alone.get_absolute_url()))


def test_what_an_organisation_does_in_another_chantier_stays_there(sign_in, member, neighbour):
    elsewhere = f.ParticipationFactory(organization=neighbour, cycle__chantier__name="Zéro déchet").cycle
    client = sign_in(member)
    for address in (LIST, neighbour.get_absolute_url(), "/chantiers/"):
        assert "Zéro déchet" not in client.get(address).text
    assert "cycle" in client.get(LIST, {"cycle": elsewhere.slug}).context["filter"].errors


def test_an_organisation_s_page_tells_the_facts_of_the_network(sign_in, member, cycle, neighbour):
    Organization.objects.filter(pk=neighbour.pk).update(
        standing="guest", contribution="expertise", since=dt.date(2019, 1, 1), former_names="Bourg d’avant"
    )
    page = text_of(sign_in(member).get(neighbour.get_absolute_url()))
    for fact in (
        "municipalité",
        "Invitée, contribution en expertise depuis le 1er janvier 2019",
        "Bourg d’avant",
        f"{cycle.chantier} 2020-2021 Depuis le 5 octobre 2020",
    ):
        assert fact in page
    assert "Ville voisine" in page


@pytest.mark.parametrize("kind", ["partner_network", "enterprise"])
def test_partners_and_enterprises_see_the_organisations_of_their_chantiers(sign_in, cycle, neighbour, kind):
    partner = f.member_of(cycle, kind=kind)
    assert "Ville voisine" in names_on(sign_in(partner).get(LIST))
    assert sign_in(partner).get(neighbour.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"q": "voisine"}, ["Ville voisine"]),
        ({"q": "bourg d"}, ["Ville voisine"]),
        ({"q": "nulle part"}, []),
        ({"kind": "municipality"}, ["Ville voisine"]),
        ({"kind": "health"}, []),
        ({"region": "06"}, ["Ville voisine"]),
        ({"region": "05"}, []),
        ({"standing": "guest"}, ["Ville voisine"]),
        ({"standing": "member"}, ["Organisation à moi"]),
        ({"cycle": "le-cycle"}, ["Organisation à moi", "Ville voisine"]),
        ({"cycle": "cycle-vide"}, []),
        ({"chantier": "le-chantier"}, ["Organisation à moi", "Ville voisine"]),
        ({"chantier": "autre-chantier"}, ["Organisation à moi"]),
    ],
)
def test_the_list_is_narrowed(sign_in, chosen, found):
    cycle = f.CycleFactory(slug="le-cycle", chantier__slug="le-chantier")
    f.CycleFactory(slug="cycle-vide", chantier=cycle.chantier)
    member = f.member_of(cycle, name="Organisation à moi", kind="ministry")
    f.ParticipationFactory(cycle__chantier__slug="autre-chantier", organization=member.organization)
    region = Region.objects.get(code="06")
    guest = {"standing": "guest", "former_names": "Bourg d’avant", "region": region}
    f.ParticipationFactory(cycle=cycle, organization=f.OrganizationFactory(name="Ville voisine", **guest))
    chosen = {key: value.replace("bourg d", "Bourg d") for key, value in chosen.items()}
    page = sign_in(member).get(LIST, chosen)
    assert names_on(page) == found
    if not found:
        assert ("Aucune organisation ne correspond" in text_of(page)) == ("cycle" not in chosen)


def test_a_filter_stays_from_page_to_page(sign_in, member, cycle):
    for _ in range(31):
        f.ParticipationFactory(cycle=cycle)
    page = sign_in(member).get(LIST, {"cycle": cycle.slug, "page": 2})
    assert len(page.context["page"]) == 2
    assert f"?cycle={cycle.slug}&amp;page=1" in page.text


def test_the_cycle_of_2020_2021_names_nobody_and_says_why(sign_in, coordinator):
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    client = sign_in(coordinator)
    link = f"{LIST}?cycle=2020-2021"
    assert link in client.get("/chantier/2020-2021/").text
    for address in (link, "/chantiers/"):
        page = text_of(client.get(address))
        assert "Le bilan de ce cycle ne nomme pas les organisations participantes" in page
        assert "0 organisation" not in page


def test_the_chantiers_show_their_cycles_what_they_aim_at_and_who_takes_part(sign_in, member, cycle):
    now = f.CycleFactory(chantier=cycle.chantier, starting_year=starting_year_of(timezone.localdate()))
    f.ParticipationFactory(cycle=now, organization__name="Ville d’aujourd’hui")
    f.ParticipationFactory(cycle=now, organization__name="Ville partie", left=timezone.localdate())
    f.ObjectiveFactory(cycle=now, text="Faire connaître " + "très " * 20 + "loin")
    page = sign_in(member).get("/chantiers/")
    words = text_of(page)
    assert cycle.chantier.name in words
    assert cycle.get_absolute_url() in page.text
    assert "Ville d’aujourd’hui" in words
    assert "Ville partie" not in words
    assert "Faire connaître très" in words
    assert "loin" not in words
    assert "1 organisation du cycle 2020-2021" in words


def test_who_left_and_came_back_in_a_past_cycle_counts_once(sign_in, member, cycle, neighbour):
    neighbour.participations.update(left=PAST)
    f.ParticipationFactory(cycle=cycle, organization=neighbour, joined=PAST)
    assert "2 organisations du cycle" in text_of(sign_in(member).get("/chantiers/"))


def test_the_chantiers_of_others_are_not_shown(sign_in, member, outsider, cycle):
    words = text_of(sign_in(outsider).get("/chantiers/"))
    assert cycle.chantier.name not in words
    nobody = f.UserFactory()
    assert "Aucun chantier pour l’instant" in text_of(sign_in(nobody).get("/chantiers/"))


@pytest.mark.parametrize(
    ("day", "year"), [("2020-08-31", 2019), ("2020-09-01", 2020), ("2021-01-28", 2020), ("2021-08-31", 2020)]
)
def test_a_cycle_goes_from_september_to_august(day, year):
    assert starting_year_of(dt.date.fromisoformat(day)) == year


@pytest.mark.parametrize("demo", [True, False])
def test_the_demonstration_shows_its_label_and_only_where_demo_is_on(settings, sign_in, coordinator, demo):
    invented = f.OrganizationFactory(is_demonstration=True, name="Ville (démonstration)")
    f.ParticipationFactory(organization=invented, cycle__is_demonstration=True)
    this_year = starting_year_of(timezone.localdate())
    f.ParticipationFactory(organization=invented, cycle__starting_year=this_year)
    settings.DEMO = demo
    client = sign_in(coordinator)
    page = client.get(invented.get_absolute_url())
    assert page.status_code == (200 if demo else 404)
    for address in (LIST, "/chantiers/"):
        assert ("émonstration" in text_of(client.get(address))) == demo
    assert not demo or "Démonstration" in text_of(page)


@pytest.mark.parametrize("name", ["organization_list", "organization", "chantier_list"])
@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_pages_ask_the_same_number_of_queries_when_the_data_doubles(
    sign_in, request, member, cycle, neighbour, django_assert_max_num_queries, name, who
):
    client = sign_in(request.getfixturevalue(who))
    counts, shown = [], []
    for _ in range(2):
        for _ in range(3):
            f.ParticipationFactory(cycle=cycle, left=None)
            f.ParticipationFactory(organization=neighbour, cycle=f.CycleFactory(chantier=cycle.chantier))
            f.ConsentFactory(user=f.MembershipFactory(organization=neighbour).user)
            f.ObjectiveFactory(cycle=cycle)
        address = neighbour.get_absolute_url() if name == "organization" else reverse(name)
        with django_assert_max_num_queries(13) as queries:
            page = client.get(address)
        counts.append(len(queries))
        shown.append(page.text.count("<li") + page.text.count("<article"))
    assert counts[0] == counts[1]
    assert shown[1] >= shown[0] + 6
