"""What the database refuses, whoever writes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chantier.models import Membership, Organization
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = dt.date(2021, 3, 9)


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_two_accounts_never_share_an_address_whatever_its_case():
    f.UserFactory(email="anne@ville.example")
    refused(lambda: f.UserFactory(email="Anne@Ville.example"))


def test_a_person_represents_one_organisation_at_a_time(member):
    refused(lambda: f.MembershipFactory(user=member))
    member.memberships.update(until=DAY)
    f.MembershipFactory(user=member)
    assert Membership.objects.filter(user=member).count() == 2


def test_a_membership_never_ends_before_it_starts():
    refused(lambda: f.MembershipFactory(since=DAY, until=DAY - dt.timedelta(days=1)))


def test_an_organisation_participates_once_at_a_time_in_a_cycle(cycle):
    first = f.ParticipationFactory(cycle=cycle)
    refused(lambda: f.ParticipationFactory(cycle=cycle, organization=first.organization))


@pytest.mark.parametrize("neq", ["1170000001", "2270000001", "3370000001", "8870000001", ""])
def test_a_true_neq_is_taken(neq):
    assert f.OrganizationFactory(neq=neq).pk


@pytest.mark.parametrize("neq", ["117000001", "9970000001", "11A0000001", "117000001\n"])
def test_a_false_neq_is_refused(neq):
    refused(lambda: f.OrganizationFactory(neq=neq))


def test_a_member_of_the_network_gives_no_guest_s_contribution():
    refused(lambda: f.OrganizationFactory(contribution="money"))
    assert f.OrganizationFactory(standing="guest", contribution="money").pk


def test_partner_networks_and_enterprises_are_not_buyers():
    for kind in Organization.Kind:
        f.OrganizationFactory(kind=kind)
    assert Organization.objects.buyers().count() == len(Organization.Kind) - 2


def test_a_meeting_never_ends_before_it_starts(cycle):
    start = dt.datetime(2021, 3, 9, 18, 30, tzinfo=dt.UTC)
    refused(lambda: f.MeetingFactory(starts_at=start, ends_at=start))
    refused(lambda: f.MeetingFactory(ends_at=start))


def test_a_point_answers_an_objective_once():
    link = f.PointAnswerFactory()
    refused(lambda: f.PointAnswerFactory(point=link.point, objective=link.objective))
