"""A person is shown beyond their organisation only where they agreed, and for as long."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chantier.actions import consents as actions
from chantier.actions import memberships
from chantier.models import Consent, Membership, TraceEntry, User
from ecpar_portal.refusal import Refusal
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

SHOWING = "/compte/presentation/"
PURPOSE = Consent.Purpose.SHOWN_TO_CHANTIER


@pytest.fixture
def member(member):
    """A member whose name and address would be seen if they leaked."""
    member.name, member.email = "Anne Tremblay", "anne@ville.example"
    member.save()
    return member


@pytest.fixture
def other(cycle):
    """A member of another organisation of the same chantier."""
    return f.member_of(cycle)


def shown_to(client, member):
    """Whether the member's name is on the page of their organisation; their address never is."""
    page = client.get(member.organization.get_absolute_url())
    assert page.status_code == 200
    assert member.email not in page.text
    return member.name in page.text


def agree(client):
    return client.post(SHOWING, {"agree": "1"}, follow=True)


def test_nobody_is_shown_to_other_organisations_before_they_agree(sign_in, member, other):
    assert not shown_to(sign_in(other), member)
    assert "Personne ne paraît ici" in text_of(sign_in(other).get(member.organization.get_absolute_url()))


def test_colleagues_see_each_other_and_the_others_never_their_address(sign_in, member):
    colleague = f.MembershipFactory(organization=member.organization, role="reader").user
    assert shown_to(sign_in(colleague), member)
    assert shown_to(sign_in(member), member)


def test_who_agrees_is_shown_to_the_chantier_with_their_role(sign_in, member, other):
    page = text_of(agree(sign_in(member)))
    assert f"Vous avez accepté le {timezone.localdate().day}" in page.replace("1er", "1")
    assert "version 1" in page
    assert shown_to(sign_in(other), member)
    assert "personne représentante" in text_of(sign_in(other).get(member.organization.get_absolute_url()))


def test_who_takes_it_back_is_hidden_at_once_and_reads_both_dates(sign_in, member, other):
    client = sign_in(member)
    agree(client)
    Consent.objects.update(given_at=dt.datetime(2021, 3, 9, 18, 0, tzinfo=dt.UTC))
    page = client.post(SHOWING, {"withdraw": "1"}, follow=True)
    assert "Vous avez accepté le 9 mars 2021; cet accord a pris fin le" in text_of(page)
    assert not shown_to(sign_in(other), member)


def test_what_was_agreed_in_former_words_no_longer_holds(sign_in, member, other, monkeypatch):
    agree(sign_in(member))
    monkeypatch.setattr(Consent, "VERSION", 2)
    assert not shown_to(sign_in(other), member)
    assert "Le texte ci-contre a changé depuis" in text_of(sign_in(member).get(SHOWING))
    agree(sign_in(member))
    assert shown_to(sign_in(other), member)
    former, current = Consent.objects.order_by("pk")
    assert (former.version, current.version) == (1, 2)
    assert former.withdrawn_at is not None
    assert current.withdrawn_at is None


def test_what_was_agreed_for_one_organisation_ends_with_it(sign_in, member, other, cycle):
    agree(sign_in(member))
    Consent.objects.update(given_at=timezone.now() - dt.timedelta(days=30))
    member.memberships.update(until=timezone.localdate())
    new = f.MembershipFactory(user=member, since=timezone.localdate()).organization
    f.ParticipationFactory(cycle=cycle, organization=new)
    member = User.objects.get(pk=member.pk)
    assert not shown_to(sign_in(other), member)
    assert "pour une autre organisation" in text_of(sign_in(member).get(SHOWING))
    agree(sign_in(member))
    assert shown_to(sign_in(other), member)


def test_what_was_agreed_ends_with_the_organisation_whatever_day_the_next_one_begins(
    sign_in, member, other, cycle, coordinator
):
    agree(sign_in(member))
    memberships.end_membership(member.membership, by=coordinator)
    new = f.OrganizationFactory()
    f.ParticipationFactory(cycle=cycle, organization=new)
    since = timezone.localdate() - dt.timedelta(days=400)
    beginning = Membership(user=member, organization=new, role="reader", since=since)
    memberships.begin_membership(beginning, by=coordinator)
    assert not shown_to(sign_in(other), User.objects.get(pk=member.pk))
    assert "Vous ne paraissez pas" in text_of(sign_in(member).get(SHOWING))


def test_agreeing_twice_keeps_the_first_date(member):
    first = actions.give_consent(member, PURPOSE)
    assert actions.give_consent(member, PURPOSE) == first
    assert Consent.objects.count() == TraceEntry.objects.count() == 1


def test_each_choice_leaves_a_trace_that_names_nobody(member):
    actions.give_consent(member, PURPOSE)
    actions.withdraw_consent(member, PURPOSE)
    actions.withdraw_consent(member, PURPOSE)
    entries = TraceEntry.objects.on(member)
    assert [entry.event for entry in entries] == ["consent_withdrawn", "consent_given"]
    for entry in entries:
        assert entry.by == member
        assert entry.detail == {"purpose": "shown_to_chantier", "version": 1}


def test_who_speaks_for_nobody_has_nothing_to_present(sign_in):
    nobody = f.UserFactory()
    client = sign_in(nobody)
    assert "Rien à présenter" in text_of(client.get(SHOWING))
    assert "n’est rattaché à aucune organisation" in text_of(agree(client))
    with pytest.raises(Refusal):
        actions.give_consent(nobody, PURPOSE)
    assert not Consent.objects.exists()


def test_a_visit_chooses_nothing(sign_in, member):
    sign_in(member).get(SHOWING, {"agree": "1"})
    sign_in(member).post(SHOWING)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    "ended",
    ["left the organisation", "organisation left", "account closed", "erased", "demonstration elsewhere"],
)
def test_who_agreed_is_shown_only_while_they_are_there(sign_in, settings, member, other, cycle, ended):
    agree(sign_in(member))
    organization, today = member.organization, timezone.localdate()
    assert shown_to(sign_in(other), member)
    match ended:
        case "left the organisation":
            member.memberships.update(until=today)
        case "organisation left":
            organization.participations.update(left=today)
        case "account closed":
            member.is_active = False
        case "erased":
            member.erased_at = timezone.now()
        case "demonstration elsewhere":
            settings.DEMO = False
            member.is_demonstration = True
    member.save()
    assert not shown_to(sign_in(other), member)


def test_who_agreed_is_not_shown_to_another_chantier(sign_in, member, outsider):
    agree(sign_in(member))
    assert sign_in(outsider).get(member.organization.get_absolute_url()).status_code == 404
    # They meet in a chantier where the member's organisation was once, and is no longer.
    past = f.ParticipationFactory(organization=member.organization, left=dt.date(2021, 4, 1)).cycle
    f.ParticipationFactory(cycle=past, organization=outsider.organization)
    assert not shown_to(sign_in(outsider), member)


def test_the_coordinator_reads_who_agreed_and_nobody_else(sign_in, coordinator, member):
    f.MembershipFactory(organization=member.organization, user__name="Discrète Personne")
    agree(sign_in(member))
    assert shown_to(sign_in(coordinator), member)
    assert "Discrète" not in sign_in(coordinator).get(member.organization.get_absolute_url()).text


def test_one_s_own_page_leads_to_the_choice(sign_in, member):
    page = sign_in(member).get(member.organization.get_absolute_url()).text
    assert reverse("showing") in page
    assert "(vous)" in page
