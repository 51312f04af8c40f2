"""Roles that change, people and organisations that leave: at once, traced, and nothing of theirs lost."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chantier.actions import invitations, memberships
from chantier.models import Invitation, Membership, Participation, TraceEntry
from ecpar_portal.refusal import Refusal
from tests import factories as f
from tests.admin_form import filled_in
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(member):
    """A reader of the member's organisation."""
    return f.MembershipFactory(organization=member.organization, role="reader").user


def traced(obj):
    return [(entry.event, entry.by) for entry in TraceEntry.objects.on(obj)]


# Oneself ---------------------------------------------------------------------------------------------------


def test_a_member_leaves_after_a_question_and_sees_nothing_more_at_once(sign_in, member, cycle):
    client, membership = sign_in(member), member.membership
    assert client.get(cycle.get_absolute_url()).status_code == 200
    assert f"Quitter {membership.organization}?" in text_of(client.get("/compte/quitter/"))
    assert client.get(cycle.get_absolute_url()).status_code == 200
    assert client.post("/compte/quitter/")["Location"] == "/compte/"
    assert client.get(cycle.get_absolute_url()).status_code == 404
    assert client.get("/rencontres/").status_code == 200
    assert client.get("/compte/quitter/").status_code == 403
    assert traced(membership) == [("membership_ended", member)]


def test_what_a_person_contributed_and_whom_they_invited_stay(sign_in, member):
    invitation = invitations.invite(
        "elle@ville.example", organization=member.organization, role="reader", by=member
    )
    organization = member.organization
    sign_in(member).post("/compte/quitter/")
    assert Invitation.objects.usable().get() == invitation
    assert invitation.organization == organization
    assert Membership.objects.get(user=member).organization == organization


def test_who_takes_part_for_nobody_has_nothing_to_leave(sign_in):
    client = sign_in(f.UserFactory())
    assert client.get("/compte/quitter/").status_code == 403
    assert client.post("/compte/quitter/").status_code == 403


# A colleague -----------------------------------------------------------------------------------------------


def test_a_representative_ends_a_reader_of_their_organisation_at_once(client, sign_in, member, reader, cycle):
    membership = reader.membership
    client = sign_in(member)
    address = reverse("end_reader", args=[membership.pk])
    assert str(reader) in text_of(client.get(address))
    assert Membership.objects.active().filter(pk=membership.pk).exists()
    assert client.post(address)["Location"] == "/invitations/"
    assert traced(membership) == [("membership_ended", member)]
    assert sign_in(reader).get(cycle.get_absolute_url()).status_code == 404


def test_nobody_else_is_ended_by_a_representative(sign_in, member, reader, outsider, coordinator):
    colleague = f.MembershipFactory(organization=member.organization).user
    stranger = f.MembershipFactory(organization=outsider.organization, role="reader").user
    client = sign_in(member)
    for person in (colleague, outsider, stranger, member):
        assert client.post(reverse("end_reader", args=[person.membership.pk])).status_code == 404
    client = sign_in(reader)
    assert client.post(reverse("end_reader", args=[member.membership.pk])).status_code == 403
    assert Membership.objects.active().count() == 5


# The coordinator -------------------------------------------------------------------------------------------


def save(client, obj, **changes):
    meta = obj._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk])
    return client.post(address, filled_in(client, address, **changes))


def test_a_role_that_changes_in_the_admin_is_an_event(sign_in, coordinator, member):
    membership = member.membership
    assert save(sign_in(coordinator), membership, role="reader").status_code == 302
    membership.refresh_from_db()
    assert membership.role == "reader"
    [entry] = TraceEntry.objects.on(membership)
    assert (entry.event, entry.by, entry.detail) == (
        "role_changed",
        coordinator,
        {"before": "representative", "after": "reader"},
    )


def test_the_people_of_an_organisation_change_by_events_too(sign_in, coordinator, member):
    organization, newcomer = member.organization, f.UserFactory()
    today = str(timezone.localdate())
    changes = {
        "memberships-TOTAL_FORMS": 2,
        "memberships-0-until": today,
        "memberships-1-organization": organization.pk,
        "memberships-1-user": newcomer.pk,
        "memberships-1-role": "reader",
        "memberships-1-since": today,
    }
    assert save(sign_in(coordinator), organization, **changes).status_code == 302
    assert traced(Membership.objects.get(user=member)) == [("membership_ended", coordinator)]
    assert traced(Membership.objects.get(user=newcomer)) == [("membership_began", coordinator)]
    assert Membership.objects.active().get(organization=organization).user == newcomer


def test_an_organisation_that_leaves_closes_the_chantier_to_its_people_at_once(
    sign_in, coordinator, member, cycle
):
    participation = Participation.objects.get(cycle=cycle)
    assert save(sign_in(coordinator), participation, left=str(timezone.localdate())).status_code == 302
    assert traced(participation) == [("participation_ended", coordinator)]
    client = sign_in(member)
    assert client.get(cycle.get_absolute_url()).status_code == 404
    assert "_auth_user_id" in client.session


def test_an_organisation_that_joins_in_the_admin_is_an_event(sign_in, coordinator, cycle):
    organization = f.OrganizationFactory()
    sent = {"organization": organization.pk, "cycle": cycle.pk, "joined": "2021-01-01"}
    assert sign_in(coordinator).post(reverse("admin:chantier_participation_add"), sent).status_code == 302
    assert traced(organization.participations.get()) == [("participation_began", coordinator)]


@pytest.mark.parametrize("kind", ["membership", "participation"])
def test_an_end_to_come_is_refused_and_what_has_ended_does_not_change(
    sign_in, coordinator, member, cycle, kind
):
    obj = member.membership if kind == "membership" else Participation.objects.get(cycle=cycle)
    ended, began = ("until", "since") if kind == "membership" else ("left", "joined")
    client, today = sign_in(coordinator), timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    assert "l’accès se ferme aussitôt" in save(client, obj, **{ended: str(tomorrow)}).text
    assert not TraceEntry.objects.on(obj).exists()
    save(client, obj, **{ended: str(today)})
    save(client, obj, **{ended: "", began: "2019-01-01"})
    obj.refresh_from_db()
    assert (getattr(obj, ended), getattr(obj, began)) == (today, dt.date(2020, 9, 1))
    assert len(traced(obj)) == 1


def test_a_beginning_is_corrected_with_a_trace(sign_in, coordinator, member):
    membership = member.membership
    save(sign_in(coordinator), membership, since="2020-10-01")
    assert traced(membership) == [("dates_corrected", coordinator)]


def test_what_happens_twice_happens_once(coordinator, member, cycle):
    membership, participation = member.membership, Participation.objects.get(cycle=cycle)
    memberships.end_membership(membership, by=coordinator)
    memberships.end_participation(participation, by=coordinator)
    for again in (
        lambda: memberships.end_membership(membership, by=coordinator),
        lambda: memberships.change_role(membership, "reader", by=coordinator),
        lambda: memberships.correct_beginning(membership, dt.date(2019, 1, 1), by=coordinator),
        lambda: memberships.end_participation(participation, by=coordinator),
        lambda: memberships.correct_arrival(participation, dt.date(2019, 1, 1), by=coordinator),
    ):
        with pytest.raises(Refusal):
            again()
    assert (len(traced(membership)), len(traced(participation))) == (1, 1)


def test_somebody_who_takes_part_begins_nowhere_else(coordinator, member, cycle):
    twice = Membership(
        user=member, organization=f.OrganizationFactory(), role="reader", since=dt.date(2021, 1, 1)
    )
    with pytest.raises(Refusal, match="déjà une organisation"):
        memberships.begin_membership(twice, by=coordinator)
    again = Participation(cycle=cycle, organization=member.organization, joined=dt.date(2021, 1, 1))
    with pytest.raises(Refusal, match="participe déjà"):
        memberships.begin_participation(again, by=coordinator)
    assert not TraceEntry.objects.exists()


def test_an_event_that_fails_in_the_end_says_why_and_changes_nothing(
    sign_in, coordinator, member, monkeypatch
):
    def refuse(*args, **kwargs):
        raise Refusal("Quelqu’un vient de la terminer.")

    monkeypatch.setattr(memberships, "change_role", refuse)
    client, membership = sign_in(coordinator), member.membership
    answer = save(client, membership, role="reader", since="2020-10-01")
    assert answer.status_code == 302
    assert "Quelqu’un vient de la terminer." in text_of(client.get(answer["Location"]))
    membership.refresh_from_db()
    assert membership.since == dt.date(2020, 9, 1)
    assert not TraceEntry.objects.exists()
