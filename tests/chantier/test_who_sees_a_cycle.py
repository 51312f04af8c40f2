"""A chantier is seen by the people of its organisations, and by nobody else."""

import datetime as dt

import pytest
from django.urls import reverse

from chantier.context import SESSION_KEY
from chantier.models import Chantier, Cycle
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_current_participation_opens_every_cycle_of_its_chantier(cycle, member):
    past = f.CycleFactory(chantier=cycle.chantier, starting_year=2019)
    f.CycleFactory()
    assert set(Cycle.objects.visible_to(member)) == {cycle, past}


def test_the_people_of_another_chantier_see_none_of_it(cycle, outsider):
    assert cycle not in Cycle.objects.visible_to(outsider)
    assert Chantier.objects.visible_to(outsider).count() == 1


def test_someone_who_leaves_their_organisation_loses_access_at_once(cycle, member):
    member.memberships.update(until=dt.date(2021, 1, 1))
    assert not Cycle.objects.visible_to(member).exists()


def test_an_organisation_that_leaves_the_chantier_loses_access_at_once(cycle, member):
    cycle.participations.update(left=dt.date(2021, 1, 1))
    assert not Cycle.objects.visible_to(member).exists()


def test_the_coordinator_sees_every_chantier(cycle, coordinator):
    assert cycle in Cycle.objects.visible_to(coordinator)


def test_staff_outside_the_group_is_no_coordinator(cycle):
    assert not Cycle.objects.visible_to(f.UserFactory(is_staff=True)).exists()


def test_a_coordinator_whose_account_is_closed_sees_nothing(cycle):
    assert not Cycle.objects.visible_to(f.UserFactory(coordinator=True, is_active=False)).exists()


@pytest.mark.parametrize("demo", [True, False])
def test_the_demonstration_exists_only_where_demo_is_on(settings, coordinator, demo):
    settings.DEMO = demo
    shown = f.CycleFactory(is_demonstration=True)
    f.CycleFactory(chantier__is_demonstration=True)
    assert Cycle.objects.visible_to(coordinator).count() == (2 if demo else 0)
    assert Chantier.objects.visible_to(coordinator).filter(pk=shown.chantier.pk).exists()


def test_the_cycle_in_the_menu_is_the_latest_real_one(sign_in, member, cycle):
    f.CycleFactory(chantier=cycle.chantier, starting_year=2019)
    f.CycleFactory(chantier=cycle.chantier, starting_year=2026, is_demonstration=True)
    response = sign_in(member).get(reverse("current_cycle"))
    assert response["Location"] == cycle.get_absolute_url()


def test_without_any_chantier_the_menu_leads_to_a_clear_404(sign_in):
    response = sign_in(f.UserFactory()).get(reverse("current_cycle"))
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.text


def test_somebody_in_two_chantiers_switches_between_them(sign_in, member, cycle):
    other = f.ParticipationFactory(
        organization=member.organization, cycle__chantier__name="Zéro déchet"
    ).cycle
    client = sign_in(member)
    page = client.get(reverse("home")).text
    assert page.count(reverse("choose_chantier", args=[other.chantier.slug])) == 1
    client.post(reverse("choose_chantier", args=[other.chantier.slug]))
    assert client.get(reverse("current_cycle"))["Location"] == other.get_absolute_url()


def test_somebody_in_one_chantier_is_offered_no_switch(sign_in, member, cycle):
    assert "choisir" not in sign_in(member).get(reverse("home")).text


def test_a_chantier_of_others_cannot_be_chosen(sign_in, outsider, cycle):
    response = sign_in(outsider).post(reverse("choose_chantier", args=[cycle.chantier.slug]))
    assert response.status_code == 404


def test_choosing_needs_a_post(sign_in, member, cycle):
    client = sign_in(member)
    assert client.get(reverse("choose_chantier", args=[cycle.chantier.slug]))["Location"] == reverse(
        "current_cycle"
    )
    assert SESSION_KEY not in client.session
