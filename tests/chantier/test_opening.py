"""The coordinator opens a new cycle from the last, and a new chantier with its first cycle."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from chantier.actions import opening
from chantier.models import Chantier, Cycle, Organization, TraceEntry
from chantier.models.cycles import starting_year_of
from ecpar_portal.refusal import Refusal
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

NEW = "/chantiers/nouveau/"


@pytest.fixture
def desk(sign_in, coordinator):
    return sign_in(coordinator)


@pytest.fixture
def last(cycle):
    """A cycle with two objectives, a town, a partner network and one who left."""
    cycle.network_presentation = "Le réseau partage."
    cycle.save()
    f.ObjectiveFactory(cycle=cycle, text="Définir un plan", position=1)
    f.ObjectiveFactory(cycle=cycle, text="Le mettre en œuvre", position=2)
    f.ParticipationFactory(cycle=cycle, organization__name="Ville de Québec")
    f.ParticipationFactory(cycle=cycle, organization__name="Le réseau", organization__kind="partner_network")
    f.ParticipationFactory(cycle=cycle, organization__name="Partie", left=dt.date(2021, 3, 1))
    return cycle


def address(cycle):
    return f"/chantiers/{cycle.chantier.slug}/nouveau-cycle/"


def ticked(form, name):
    """The labels of the boxes that are ticked."""
    return [box.data["label"] for box in form[name] if box.data["selected"]]


def test_the_page_offers_the_next_year_with_everything_of_the_last(desk, last):
    form = desk.get(address(last)).context["form"]
    assert form["starting_year"].value() == 2021
    assert ticked(form, "objectives") == ["Définir un plan", "Le mettre en œuvre"]
    assert ticked(form, "organizations") == ["Ville de Québec"]
    assert ticked(form, "networks") == ["Le réseau"]
    assert "Partie" in text_of(desk.get(address(last)))


def test_a_cycle_takes_what_is_chosen_and_leaves_the_last_as_it_was(desk, last, coordinator):
    first, _ = last.objectives.all()
    town = Organization.objects.get(name="Ville de Québec")
    before = list(last.participations.values())
    sent = {
        "starting_year": "2021",
        "objectives": [first.pk],
        "new_objectives": "Un nouveau\n\n  Un autre  ",
        "organizations": [town.pk],
    }
    answer = desk.post(address(last), sent)
    cycle = last.chantier.cycles.get(starting_year=2021)
    assert answer["Location"] == cycle.get_absolute_url()
    assert [aim.text for aim in cycle.objectives.all()] == ["Définir un plan", "Un nouveau", "Un autre"]
    assert [row.organization for row in cycle.participations.all()] == [town]
    assert cycle.network_presentation == "Le réseau partage."
    assert list(last.participations.values()) == before
    entry = TraceEntry.objects.get(event="cycle_opened")
    assert (entry.by, entry.object_id) == (coordinator, str(cycle.pk))
    assert entry.detail == {"objectives": 3, "participations": 1}
    assert "2021-2022" in text_of(desk.get("/chantiers/"))


def test_participations_begin_with_the_cycle_or_today(desk, last):
    year, today = starting_year_of(timezone.localdate()), timezone.localdate()
    town = Organization.objects.get(name="Ville de Québec")
    for starting, joined in ((year, today), (year + 1, dt.date(year + 1, 9, 1)), (2021, dt.date(2021, 9, 1))):
        desk.post(address(last), {"starting_year": starting, "organizations": [town.pk]})
        row = last.chantier.cycles.get(starting_year=starting).participations.get()
        assert (row.joined, row.left) == (joined, None)


def test_a_year_is_opened_once(desk, last):
    answer = desk.post(address(last), {"starting_year": "2020", "new_objectives": "Gardé"})
    assert "Ce chantier a déjà un cycle 2020-2021." in text_of(answer)
    assert "Gardé" in answer.text
    assert Cycle.objects.count() == 1


@pytest.mark.parametrize("year", ["2006", "2201", "", "abc", "99999999999999999999"])
def test_a_year_out_of_time_is_refused_beside_it(desk, last, year):
    answer = desk.post(address(last), {"starting_year": year})
    assert answer.context["form"].errors["starting_year"]
    assert Cycle.objects.count() == 1


def test_another_chantier_s_objectives_and_organizations_are_not_taken(desk, last):
    stranger, aim = f.OrganizationFactory(), f.ObjectiveFactory()
    for sent in ({"organizations": [stranger.pk]}, {"objectives": [aim.pk]}):
        answer = desk.post(address(last), {"starting_year": "2021", **sent})
        assert answer.context["form"].errors
    assert not last.chantier.cycles.filter(starting_year=2021).exists()


def test_a_cycle_is_opened_whole_or_not_at_all(last, coordinator):
    with pytest.raises(IntegrityError):
        opening.open_cycle(
            last.chantier,
            starting_year=2021,
            objectives=["Un"],
            organizations=[last.organizations.first().pk] * 2,
            by=coordinator,
        )
    assert Cycle.objects.count() == 1


def test_a_chantier_without_a_cycle_opens_its_first(desk):
    chantier = f.ChantierFactory()
    answer = desk.post(f"/chantiers/{chantier.slug}/nouveau-cycle/", {"starting_year": "2026"})
    assert answer["Location"] == chantier.cycles.get().get_absolute_url()


def chantier(**more):
    sent = {"name": "Achats responsables", "presentation": "Un espace.", "starting_year": "2026"}
    return sent | more


def test_a_chantier_opens_with_its_first_cycle_and_its_organizations(desk, coordinator):
    towns = f.OrganizationFactory.create_batch(5)
    network = f.OrganizationFactory(kind="partner_network")
    sent = chantier(
        new_objectives="Commencer", organizations=[town.pk for town in towns], networks=[network.pk]
    )
    answer = desk.post(NEW, sent)
    made = Chantier.objects.get()
    cycle = made.cycles.get()
    assert (made.slug, cycle.slug) == ("achats-responsables", "2026-2027")
    assert answer["Location"] == cycle.get_absolute_url()
    assert cycle.participations.count() == 6
    assert [aim.text for aim in cycle.objectives.all()] == ["Commencer"]
    events = TraceEntry.objects.filter(by=coordinator).values_list("event", flat=True)
    assert {"chantier_opened", "cycle_opened"} <= set(events)
    assert "au moins 5" not in text_of(desk.get(answer["Location"]))


def test_the_rule_of_five_is_said_and_forces_nothing(desk):
    town = f.OrganizationFactory()
    assert "au moins 5 organisations" in text_of(desk.get(NEW))
    answer = desk.post(NEW, chantier(organizations=[town.pk]))
    assert answer.status_code == 302
    said = text_of(desk.get(answer["Location"]))
    assert (
        "1 organisation pour l’instant : le réseau ouvre un chantier quand au moins 5 y participent." in said
    )


def test_two_chantiers_may_have_a_cycle_of_the_same_year(desk, last):
    desk.post(NEW, chantier(starting_year="2020", slug="achats"))
    desk.post(NEW, chantier(name="Deux", slug="deux", starting_year="2020"))
    slugs = Cycle.objects.filter(starting_year=2020).values_list("slug", flat=True)
    assert {"2020-2021", "deux-2020-2021"} <= set(slugs)


def test_two_cycles_of_one_year_opened_at_the_same_moment_have_each_their_address(desk, last, monkeypatch):
    free, seen = opening._free_slug, []

    def late(chantier, year):
        """The address that was free a moment ago."""
        seen.append(chantier)
        return last.slug if len(seen) == 1 else free(chantier, year)

    monkeypatch.setattr(opening, "_free_slug", late)
    desk.post(NEW, chantier(starting_year="2020", slug="achats"))
    assert Cycle.objects.get(chantier__slug="achats").slug != last.slug


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"presentation": ""}, "presentation"),
        ({"slug": "Pas Une Adresse"}, "slug"),
        ({"slug": "pris"}, "slug"),
        ({"name": "Déjà là"}, "name"),
        ({"name": "日本"}, "slug"),
        ({"starting_year": "1999"}, "starting_year"),
        ({"organizations": ["999999"]}, "organizations"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_opened(desk, changes, field):
    f.ChantierFactory(name="Déjà là", slug="pris")
    answer = desk.post(NEW, chantier(new_objectives="Gardé", **changes))
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert "Gardé" in answer.text
    assert Chantier.objects.count() == 1


def test_a_chantier_whose_name_was_taken_meanwhile_is_refused(coordinator):
    f.ChantierFactory(name="Pris")
    same = Chantier(name="Pris", slug="autre", presentation="x")
    with pytest.raises(Refusal, match="porte déjà"):
        opening.open_chantier(same, starting_year=2026, objectives=[], organizations=[], by=coordinator)
    assert not Cycle.objects.exists()


@pytest.mark.parametrize("count", [2, 20])
def test_opening_asks_the_same_number_of_queries_whatever_is_carried_over(
    desk, last, django_assert_max_num_queries, count
):
    for _ in range(count):
        f.ObjectiveFactory(cycle=last)
        f.ParticipationFactory(cycle=last)
    form = desk.get(address(last)).context["form"]
    sent = {name: form[name].value() for name in ("starting_year", "objectives", "organizations")}
    with django_assert_max_num_queries(24):
        assert desk.post(address(last), sent).status_code == 302
    cycle = last.chantier.cycles.get(starting_year=2021)
    assert (cycle.objectives.count(), cycle.participations.count()) == (count + 2, count + 1)


def test_members_are_not_offered_what_the_coordinator_opens(sign_in, coordinator, member):
    for words in ("Nouveau chantier", "Nouveau cycle"):
        assert words in text_of(sign_in(coordinator).get("/chantiers/"))
        assert words not in text_of(sign_in(member).get("/chantiers/"))
