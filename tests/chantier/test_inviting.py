"""Who invites whom, and what the message and its link are worth."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from chantier.actions import invitations as actions
from chantier.models import Invitation, TraceEntry
from ecpar_portal.refusal import Refusal
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/invitations/"


@pytest.fixture
def organization(cycle):
    organization = f.OrganizationFactory(name="Ville de Québec")
    f.ParticipationFactory(cycle=cycle, organization=organization)
    return organization


def representative_of(organization):
    return f.MembershipFactory(organization=organization).user


def invite(by, organization, email="elle@ville.example", **more):
    return actions.invite(email, organization=organization, role="reader", by=by, **more)


def links():
    """The links in the messages that wait."""
    waiting = OutgoingEmail.objects.filter(kind="invitation", state="waiting")
    return [re.search(r"http://localhost(/invitation/\S+/)", email.text)[1] for email in waiting]


def test_the_coordinator_invites_anybody_and_the_message_leaves(sign_in, coordinator, organization):
    sent = {
        "email": "Elle@Ville.example",
        "name": "Elle",
        "organization": organization.pk,
        "role": "representative",
    }
    assert sign_in(coordinator).post(LIST, sent)["Location"] == LIST
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == (
        "elle@ville.example",
        "representative",
        coordinator,
    )
    deliver()
    assert mail.outbox[0].to == ["elle@ville.example"]
    assert "Ville de Québec" in mail.outbox[0].body
    assert "/invitation/" in mail.outbox[0].body
    assert "/invitation/" in mail.outbox[0].alternatives[0].content


def test_the_link_stays_nowhere_once_it_has_left(coordinator, organization):
    invitation = invite(coordinator, organization)
    [link] = links()
    deliver()
    email = OutgoingEmail.objects.get()
    assert (email.text, email.html) == ("", "")
    token = link.split("/")[2]
    assert token not in f"{invitation.token_digest} {email.key} {email.subject}"
    assert email.expires_at == invitation.expires_at


def test_no_page_of_the_admin_shows_a_link(sign_in, coordinator, organization):
    invite(coordinator, organization)
    email, [link] = OutgoingEmail.objects.get(), links()
    client = sign_in(coordinator)
    for name, args in (("changelist", []), ("change", [email.pk])):
        page = client.get(reverse(f"admin:mailing_outgoingemail_{name}", args=args))
        assert link.split("/")[2] not in page.text
        assert page.status_code == 200


def test_sending_again_gives_another_link_and_the_former_one_opens_nothing(client, coordinator, organization):
    invitation = invite(coordinator, organization)
    [former] = links()
    actions.send_again(invitation, by=coordinator)
    [current] = links()
    assert client.get(former, follow=True).status_code == 410
    assert client.get(current, follow=True).status_code == 200
    deliver()
    assert len(mail.outbox) == 1


def test_an_invitation_that_ended_is_sent_again_for_two_weeks(client, coordinator, organization):
    invitation = invite(coordinator, organization)
    Invitation.objects.update(
        sent_at=timezone.now() - dt.timedelta(days=20), expires_at=timezone.now() - dt.timedelta(days=6)
    )
    assert client.get(links()[0], follow=True).status_code == 410
    actions.send_again(invitation, by=coordinator)
    assert client.get(links()[0], follow=True).status_code == 200
    assert Invitation.objects.get().expires_at > timezone.now() + dt.timedelta(days=13)


def test_what_is_withdrawn_does_not_leave_and_opens_nothing(client, coordinator, organization):
    invitation = invite(coordinator, organization)
    [link] = links()
    actions.withdraw_invitation(invitation, by=coordinator)
    deliver()
    assert mail.outbox == []
    assert client.get(link, follow=True).status_code == 410
    for again in (actions.send_again, actions.withdraw_invitation):
        with pytest.raises(Refusal):
            again(invitation, by=coordinator)


def test_a_representative_invites_readers_of_their_organisation_whatever_they_send(sign_in, organization):
    person, other = representative_of(organization), f.OrganizationFactory()
    sent = {"email": "elle@ville.example", "organization": other.pk, "role": "representative"}
    sign_in(person).post(LIST, sent)
    invitation = Invitation.objects.get()
    assert (invitation.organization, invitation.role) == (organization, "reader")


def test_the_action_itself_refuses_a_representative_more_than_readers_of_their_own(organization):
    person, other = representative_of(organization), f.OrganizationFactory()
    for wanted in ((organization, "representative"), (other, "reader")):
        with pytest.raises(PermissionDenied):
            actions.invite("elle@ville.example", organization=wanted[0], role=wanted[1], by=person)
    assert not OutgoingEmail.objects.exists()


def test_a_reader_and_an_outsider_of_organisations_invite_nobody(sign_in, organization):
    reader = f.MembershipFactory(organization=organization, role="reader").user
    for person in (reader, f.UserFactory()):
        client = sign_in(person)
        assert client.get(LIST).status_code == 403
        assert client.post(LIST, {"email": "elle@ville.example"}).status_code == 403
    assert not Invitation.objects.exists()


def test_a_representative_learns_nothing_of_accounts_and_invitations_elsewhere(
    sign_in, coordinator, organization
):
    client = sign_in(representative_of(organization))
    elsewhere = f.MembershipFactory().user.email
    closed = f.UserFactory(is_active=False).email
    invited = invite(coordinator, f.OrganizationFactory(), "invitee@ailleurs.example").email
    pages = []
    for email in ("inconnue@ailleurs.example", elsewhere, closed, invited):
        answer = client.post(LIST, {"email": email})
        pages.append((answer.status_code, answer["Location"]))
        assert f"L’invitation part vers {email}." in text_of(client.get(LIST))
        assert OutgoingEmail.objects.filter(to=email).exists()
    assert set(pages) == {(302, LIST)}


def test_the_coordinator_is_told_why_somebody_is_not_invited(sign_in, coordinator, organization):
    client = sign_in(coordinator)
    member = f.MembershipFactory(organization=organization).user
    closed = f.UserFactory(is_active=False)
    invite(coordinator, f.OrganizationFactory(), "deja@ville.example")
    for email, reason in (
        (member.email.upper(), "Participe déjà pour Ville de Québec."),
        (closed.email, "Son compte est fermé"),
        ("deja@ville.example", "A déjà une invitation"),
        ("pas une adresse", "Donnez un courriel complet"),
    ):
        sent = {"email": email, "organization": organization.pk, "role": "reader"}
        page = client.post(LIST, sent)
        assert page.status_code == 200
        assert reason in text_of(page)
        assert f'value="{email}"' in page.text
    assert Invitation.objects.count() == 1


def test_a_representative_sees_and_touches_the_invitations_of_their_organisation_only(
    sign_in, coordinator, organization
):
    own = invite(coordinator, organization, "la-notre@ville.example")
    other = invite(coordinator, f.OrganizationFactory(), "ailleurs@ville.example")
    speaker = actions.invite(
        "porte-parole@ville.example", organization=organization, role="representative", by=coordinator
    )
    client = sign_in(representative_of(organization))
    page = text_of(client.get(LIST))
    assert "la-notre@ville.example" in page
    assert "ailleurs@ville.example" not in page
    for name in ("send_invitation_again", "withdraw_invitation"):
        for invitation in (other, speaker):
            assert client.post(reverse(name, args=[invitation.pk])).status_code == 404
    assert client.post(reverse("withdraw_invitation", args=[own.pk])).status_code == 302
    assert Invitation.objects.get(pk=own.pk).state == "withdrawn"
    assert Invitation.objects.open().count() == 2


def test_a_visit_withdraws_and_sends_nothing(sign_in, coordinator, organization):
    invitation = invite(coordinator, organization)
    client = sign_in(coordinator)
    for name in ("send_invitation_again", "withdraw_invitation"):
        assert client.get(reverse(name, args=[invitation.pk]))["Location"] == LIST
    assert OutgoingEmail.objects.count() == 1
    assert Invitation.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("state", "shown"), [("sent", "a@"), ("ended", "b@"), ("accepted", "c@"), ("withdrawn", "d@")]
)
def test_the_list_is_narrowed_by_state_and_organisation(sign_in, coordinator, organization, state, shown):
    now = timezone.now()
    past = {"sent_at": now - dt.timedelta(days=20), "expires_at": now - dt.timedelta(days=6)}
    for email, more in (
        ("a@ville.example", {}),
        ("b@ville.example", past),
        ("c@ville.example", {"accepted_at": now}),
        ("d@ville.example", {"withdrawn_at": now}),
    ):
        f.InvitationFactory(email=email, organization=organization, **more)
    f.InvitationFactory(email="z@ailleurs.example")
    page = text_of(sign_in(coordinator).get(LIST, {"state": state, "organization": organization.slug}))
    assert re.findall(r"\b[a-z]@", page) == [shown] + [shown] * 2 * (state in ("sent", "ended"))


def test_the_list_asks_no_more_for_twice_as_many_rows(sign_in, organization, django_assert_max_num_queries):
    client, counts, shown = sign_in(representative_of(organization)), [], []
    for _ in range(2):
        for _ in range(4):
            f.InvitationFactory(organization=organization)
            f.MembershipFactory(organization=organization)
        with django_assert_max_num_queries(12) as queries:
            page = client.get(LIST)
        counts.append(len(queries))
        shown.append(page.text.count("<tr>"))
    assert counts[0] == counts[1]
    assert shown[1] - shown[0] == 8


def test_each_event_is_in_the_trace_without_a_name_or_an_address(coordinator, organization):
    invitation = invite(coordinator, organization)
    actions.send_again(invitation, by=coordinator)
    actions.withdraw_invitation(invitation, by=coordinator)
    entries = TraceEntry.objects.on(invitation)
    assert [entry.event for entry in entries] == ["invitation_withdrawn", "invited", "invited"]
    assert {entry.by for entry in entries} == {coordinator}
    assert "elle" not in str([entry.detail for entry in entries])


def test_a_line_break_in_a_name_writes_no_header(sign_in, coordinator):
    organization = f.OrganizationFactory(name="Ville\r\nBcc: tous@ville.example")
    sent = {"email": "elle@ville.example", "organization": organization.pk, "role": "reader"}
    sign_in(coordinator).post(LIST, sent)
    deliver()
    assert [message.recipients() for message in mail.outbox] == [["elle@ville.example"]]
    assert "\n" not in mail.outbox[0].subject


def test_no_line_of_the_inviting_person_s_own_is_added_to_the_message(coordinator):
    name = "Elle\n\nVotre compte est fermé, ouvrez :\u2028https://ailleurs.example"
    organization = f.OrganizationFactory()
    actions.invite("elle@ville.example", name=name, organization=organization, role="reader", by=coordinator)
    first, second = OutgoingEmail.objects.get().text.splitlines()[:2]
    assert first.startswith("Bonjour Elle Votre compte")
    assert second == ""
