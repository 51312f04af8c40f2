"""The coordinator's admin: who comes in, what they may do there, and what each page costs."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from chantier.models import Membership, TraceEntry, User
from chantier.trace import record
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.admin_form import filled_in

pytestmark = pytest.mark.django_db

# Written out, so that a permission is never given by accident.
PERMISSIONS = {
    "chantier": {
        "chantier": "add change view",
        "cycle": "add change view",
        "objective": "add change delete view",
        "achievement": "add change delete view",
        "organization": "add change view",
        "participation": "add change view",
        "membership": "add change view",
        "user": "add change view",
        "region": "view",
        "traceentry": "view",
        "invitation": "view",
        "incident": "add change view",
    },
    "meetings": {
        "meeting": "add change delete view",
        "meetingobjective": "add change delete view",
        "synthesispoint": "add change delete view",
        "theme": "add change delete view",
        "attendance": "view",
        "need": "view",
        "commitment": "view",
        "obstacle": "view",
        "solution": "view",
        "question": "view",
        "reply": "view",
        "activity": "view",
        "review": "view",
        "pointcomment": "view",
    },
    "reports": {"report": "view"},
    "mailing": {"outgoingemail": "view"},
}
LISTS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


def test_coordination_has_the_permissions_that_it_needs_and_no_more(coordinator):
    expected = {
        f"{app}.{verb}_{model}"
        for app, models in PERMISSIONS.items()
        for model, verbs in models.items()
        for verb in verbs.split()
    }
    assert coordinator.get_all_permissions() == expected


def test_the_coordinator_opens_every_list_and_every_form(sign_in, coordinator, cycle):
    client = sign_in(coordinator)
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}_changelist"), {"q": "a"}).status_code == 200
    for name in ("chantier_cycle", "chantier_organization", "chantier_user", "chantier_membership"):
        assert client.get(reverse(f"admin:{name}_add")).status_code == 200


def test_a_member_receives_403_on_every_list(sign_in, member):
    client = sign_in(member)
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403
    assert client.get(reverse("admin:index")).status_code == 403


def test_staff_outside_the_group_receive_403(sign_in):
    assert sign_in(f.UserFactory(is_staff=True)).get(reverse("admin:index")).status_code == 403


def test_an_anonymous_person_goes_to_the_portal_s_own_login_page(client):
    answer = client.get(reverse("admin:chantier_user_changelist"))
    assert answer["Location"] == "/compte/login/?next=/admin/chantier/user/"


def test_password_and_sign_out_lead_to_the_portal_s_own_pages(sign_in, coordinator):
    client = sign_in(coordinator)
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")
    assert client.get("/admin/logout/")["Location"] == reverse("account_logout")


def change(client, person, **fields):
    address = reverse("admin:chantier_user_change", args=[person.pk])
    return client.post(address, {"email": person.email, "name": person.name, "is_active": "on", **fields})


def test_nobody_is_made_a_coordinator_from_the_admin(sign_in, coordinator, member):
    group = Group.objects.get(name="Coordination").pk
    change(sign_in(coordinator), member, is_staff="on", is_superuser="on", groups=group, user_permissions=1)
    member.refresh_from_db()
    assert (member.is_staff, member.is_superuser, member.groups.count()) == (False, False, 0)


def test_a_coordinator_does_not_touch_another_s_account(sign_in, coordinator):
    other = f.UserFactory(coordinator=True, email="autre@portail.example")
    assert change(sign_in(coordinator), other, email="voleur@portail.example").status_code == 403
    assert User.objects.get(pk=other.pk).email == "autre@portail.example"


def test_a_new_address_replaces_the_former_one_and_is_to_be_verified(sign_in, coordinator, member):
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    assert change(sign_in(coordinator), member, email="Nouvelle@Ville.example").status_code == 302
    member.refresh_from_db()
    assert member.email == "nouvelle@ville.example"
    assert list(member.emailaddress_set.values_list("email", "verified")) == [(member.email, False)]


def test_an_account_that_a_coordinator_closes_renames_or_opens_is_in_the_trace(sign_in, coordinator, member):
    client = sign_in(coordinator)
    change(client, member, name="Autre nom", is_active="")
    change(client, User.objects.get(pk=member.pk))
    change(client, User.objects.get(pk=member.pk))
    told = TraceEntry.objects.on(member).order_by("pk").values_list("event", "by")
    assert [event for event, _ in told] == ["name_changed", "account_closed", "account_opened"]
    assert {by for _, by in told} == {coordinator.pk}
    client.post(reverse("admin:chantier_user_add"), {"email": "nouvelle@ville.example", "is_active": "on"})
    new = User.objects.get(email="nouvelle@ville.example")
    assert TraceEntry.objects.on(new).filter(event="account_opened", by=coordinator).exists()


def test_who_read_the_former_address_is_told_that_it_was_replaced(sign_in, coordinator, member):
    former = member.email
    EmailAddress.objects.create(user=member, email=former, verified=True, primary=True)
    EmailAddress.objects.create(user=member, email="faute@ailleurs.example", verified=False)
    change(sign_in(coordinator), member, email="nouvelle@ville.example")
    email = OutgoingEmail.objects.get()
    assert (email.to, email.user, email.state) == (former, member, "waiting")
    assert "nouvelle@" not in email.text


def test_an_address_that_somebody_has_is_refused_whatever_its_case(sign_in, coordinator, member):
    f.UserFactory(email="prise@ville.example")
    answer = change(sign_in(coordinator), member, email="Prise@ville.example")
    assert "Une personne a déjà ce courriel." in answer.text


def test_a_second_active_membership_is_refused_in_words(sign_in, coordinator, member):
    sent = {
        "user": member.pk,
        "organization": f.OrganizationFactory().pk,
        "role": "reader",
        "since": "2026-01-01",
    }
    answer = sign_in(coordinator).post(reverse("admin:chantier_membership_add"), sent)
    assert "terminez d’abord" in answer.text
    assert Membership.objects.filter(user=member).count() == 1


def test_an_objective_without_a_number_goes_to_the_end_of_its_cycle(sign_in, coordinator, cycle):
    f.ObjectiveFactory(cycle=cycle, position=3)
    client, address = sign_in(coordinator), reverse("admin:chantier_cycle_change", args=[cycle.pk])
    sent = filled_in(client, address, **{"objectives-1-text": "Un de plus"})
    assert client.post(address, sent).status_code == 302
    assert cycle.objectives.last().text == "Un de plus"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_no_more_for_twice_as_many_rows(
    sign_in, coordinator, name, django_assert_max_num_queries
):
    client, address = sign_in(coordinator), reverse(f"admin:{name}_changelist")
    make_rows()
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    make_rows()
    with django_assert_max_num_queries(len(few)):
        client.get(address)


@pytest.mark.parametrize("name", ["chantier_organization", "chantier_cycle"])
def test_a_form_asks_no_more_for_twice_as_many_rows(
    sign_in, coordinator, cycle, name, django_assert_max_num_queries
):
    client, organization = sign_in(coordinator), f.OrganizationFactory()
    pk = {"chantier_organization": organization.pk, "chantier_cycle": cycle.pk}[name]
    address, counts = reverse(f"admin:{name}_change", args=[pk]), []
    client.get(address)
    for _ in range(2):
        for _ in range(3):
            f.MembershipFactory(organization=organization)
            f.ParticipationFactory(cycle=cycle)
            f.ObjectiveFactory(cycle=cycle)
            f.AchievementFactory(cycle=cycle)
        with django_assert_max_num_queries(30) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_membership_stays_that_of_its_person(sign_in, coordinator, member):
    membership, other = member.membership, f.UserFactory()
    address = reverse("admin:chantier_organization_change", args=[membership.organization_id])
    client = sign_in(coordinator)
    sent = filled_in(
        client, address, **{"memberships-0-user": other.pk, "memberships-0-until": str(timezone.localdate())}
    )
    assert client.post(address, sent).status_code == 302
    membership.refresh_from_db()
    assert membership.user == member
    assert membership.until is not None


@pytest.mark.parametrize("stranger", ["new row twice", "already there"])
def test_an_organisation_takes_part_once_and_the_page_says_so(sign_in, coordinator, cycle, stranger):
    organization = f.OrganizationFactory()
    rows = 2 if stranger == "new row twice" else 1
    if rows == 1:
        f.ParticipationFactory(cycle=cycle, organization=organization)
    client, address = sign_in(coordinator), reverse("admin:chantier_cycle_change", args=[cycle.pk])
    sent = filled_in(client, address)
    first = int(sent["participations-INITIAL_FORMS"])
    sent["participations-TOTAL_FORMS"] = first + rows
    for row in range(first, first + rows):
        sent |= {
            f"participations-{row}-organization": organization.pk,
            f"participations-{row}-joined": "2021-01-01",
        }
    assert "Cette organisation participe déjà au cycle." in client.post(address, sent).text
    assert cycle.participations.count() == 2 - rows


@pytest.mark.parametrize("name", ["chantier_cycle", "chantier_chantier"])
def test_the_address_of_what_exists_stays(sign_in, coordinator, cycle, name):
    thing = cycle if name == "chantier_cycle" else cycle.chantier
    before, client = thing.slug, sign_in(coordinator)
    address = reverse(f"admin:{name}_change", args=[thing.pk])
    assert client.post(address, filled_in(client, address, slug="ailleurs")).status_code == 302
    thing.refresh_from_db()
    assert thing.slug == before


def test_nobody_s_password_is_searched_letter_by_letter(sign_in, coordinator):
    address = reverse("admin:chantier_user_changelist")
    assert sign_in(coordinator).get(address, {"password__startswith": "md5"}).status_code == 400


def make_rows():
    """Two of everything that the admin lists."""
    for _ in range(2):
        cycle = f.CycleFactory()
        f.member_of(cycle)
        meeting = f.MeetingFactory(cycle=cycle)
        f.SynthesisPointFactory(meeting=meeting)
        f.ReportFactory()
        f.OutgoingEmailFactory()
        record("held", by=f.UserFactory(), on=meeting)
        f.IncidentFactory()
