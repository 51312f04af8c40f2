"""Coming in with the link of an invitation."""

import datetime as dt
import logging
import re
import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connections
from django.utils import timezone

from chantier.actions import invitations as actions
from chantier.models import Invitation, Membership, TraceEntry, User
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PASSWORD = "une courte phrase facile"
HERE = "/invitation/"
CHOSEN = {"name": "Elle Même", "password": PASSWORD, "again": PASSWORD}
CLOSED = "Cette invitation n’est plus valable"


@pytest.fixture
def organization(cycle):
    organization = f.OrganizationFactory(name="Ville de Québec")
    f.ParticipationFactory(cycle=cycle, organization=organization)
    return organization


@pytest.fixture
def invitation(organization, coordinator):
    return invite(coordinator, organization)


def invite(by, organization, email="elle@ville.example", role="reader"):
    return actions.invite(email, name="Elle", organization=organization, role=role, by=by)


def link_of(invitation):
    text = OutgoingEmail.objects.get(key__startswith=f"invitation/{invitation.pk}/", state="waiting").text
    return re.search(r"/invitation/\S+/", text)[0]


def opened(client, invitation):
    client.get(link_of(invitation))
    return client


def test_a_person_chooses_a_name_and_a_password_and_is_home(client, invitation, cycle):
    page = opened(client, invitation).get(HERE)
    assert "Ville de Québec (lecture)" in text_of(page)
    assert 'value="Elle"' in page.text
    assert client.post(HERE, CHOSEN)["Location"] == "/"
    user = User.objects.get(email="elle@ville.example")
    assert (user.name, user.organization, user.membership.role) == (
        "Elle Même",
        invitation.organization,
        "reader",
    )
    assert user.check_password(PASSWORD)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        (user.email, True, True)
    ]
    assert "Bienvenue. Vous participez pour Ville de Québec." in text_of(client.get("/"))
    assert client.get(cycle.get_absolute_url()).status_code == 200


def test_the_same_password_opens_the_portal_later(client, invitation):
    opened(client, invitation).post(HERE, CHOSEN)
    client.post("/compte/logout/")
    answer = client.post("/compte/login/", {"login": "elle@ville.example", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_the_role_and_the_organisation_are_those_of_the_invitation_whatever_is_sent(client, invitation):
    other = f.OrganizationFactory()
    sent = {
        **CHOSEN,
        "role": "representative",
        "organization": other.pk,
        "email": "autre@x.example",
        "is_staff": "1",
    }
    opened(client, invitation).post(HERE, sent)
    user = User.objects.get(email="elle@ville.example")
    assert (user.membership.role, user.organization, user.is_staff) == (
        "reader",
        invitation.organization,
        False,
    )


@pytest.mark.parametrize(
    ("password", "again", "refusal"),
    [
        ("court", "court", "12 caractères"),
        ("qwerty123456", "qwerty123456", "trop courant"),
        ("elle@ville.example", "elle@ville.example", "ressemble"),
        (PASSWORD, "une autre phrase", "pas le même mot de passe"),
        (PASSWORD, "", "obligatoire"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_in_words_and_the_name_stays(
    client, invitation, password, again, refusal
):
    sent = {"name": "Elle Même", "password": password, "again": again}
    page = opened(client, invitation).post(HERE, sent)
    assert refusal in text_of(page)
    assert 'value="Elle Même"' in page.text
    assert not User.objects.filter(email="elle@ville.example").exists()
    assert Invitation.objects.get().state == "sent"


def test_a_demonstration_organisation_makes_demonstration_accounts(client, coordinator):
    organization = f.OrganizationFactory(is_demonstration=True)
    opened(client, invite(coordinator, organization)).post(HERE, CHOSEN)
    assert User.objects.get(email="elle@ville.example").is_demonstration


def test_the_demonstration_invites_nobody_where_it_does_not_exist(client, coordinator, settings):
    invitation = invite(coordinator, f.OrganizationFactory(is_demonstration=True))
    link = link_of(invitation)
    settings.DEMO = False
    assert client.get(link, follow=True).status_code == 410
    with pytest.raises(actions.NoLongerValid):
        actions.accept(invitation, name="Elle", password=PASSWORD)
    assert not User.objects.filter(email="elle@ville.example").exists()


# One page, whatever the reason --------------------------------------------------------------------------


def used(invitation):
    actions.accept(invitation, name="Elle", password=PASSWORD)


def ended(invitation):
    past = timezone.now() - dt.timedelta(days=1)
    Invitation.objects.update(sent_at=past - dt.timedelta(days=14), expires_at=past)


def withdrawn(invitation):
    actions.withdraw_invitation(invitation, by=invitation.invited_by)


def sent_again(invitation):
    actions.send_again(invitation, by=invitation.invited_by)


@pytest.mark.parametrize("end", [used, ended, withdrawn, sent_again])
def test_a_link_that_is_of_no_use_shows_one_page_which_never_existed_shows_too(client, invitation, end):
    link = link_of(invitation)
    end(invitation)
    answers = [client.get(address, follow=True) for address in (link, "/invitation/jamais-existe/", HERE)]
    answers.append(client.post(HERE, CHOSEN))
    assert {answer.status_code for answer in answers} == {410}
    [words] = {text_of(answer) for answer in answers}
    assert CLOSED in words


@pytest.mark.parametrize("end", [used, ended, withdrawn, sent_again])
def test_an_invitation_that_ends_while_somebody_writes_opens_nothing(client, invitation, end):
    opened(client, invitation).get(HERE)
    before = User.objects.count() + (end is used)
    end(invitation)
    assert client.post(HERE, CHOSEN).status_code == 410
    assert User.objects.count() == before
    assert "_auth_user_id" not in client.session


def test_of_two_people_who_press_at_once_one_comes_in(transactional_db, django_db_serialized_rollback):
    coordinator = f.UserFactory(coordinator=True)
    invitation = invite(coordinator, f.OrganizationFactory())
    start, outcomes = threading.Barrier(4), []

    def press(rank):
        start.wait(timeout=10)
        try:
            actions.accept(invitation, name=f"Elle {rank}", password=PASSWORD)
            outcomes.append("in")
        except actions.NoLongerValid:
            outcomes.append("out")
        finally:
            connections.close_all()

    people = [threading.Thread(target=press, args=[rank]) for rank in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)
    assert sorted(outcomes) == ["in", "out", "out", "out"]
    assert Membership.objects.count() == 1


# The token ---------------------------------------------------------------------------------------------


def test_the_token_stays_in_no_page_header_or_session(client, invitation):
    link = link_of(invitation)
    token = link.split("/")[2]
    answer = client.get(link)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert (answer["Location"], answer.content) == (HERE, b"")
    assert "no-store" in answer["Cache-Control"]
    page = client.get(HERE)
    assert "no-store" in page["Cache-Control"]
    assert token not in page.text
    assert token not in str(dict(client.session))
    assert token not in client.get("/compte/login/").text


def test_the_token_is_in_no_log(client, invitation, caplog):
    link = link_of(invitation)
    with caplog.at_level(logging.DEBUG):
        client.get(link, follow=True)
        client.post(HERE, CHOSEN)
        client.get(link, follow=True)
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert link.split("/")[2] not in told
    assert link.split("/")[2] not in str(list(TraceEntry.objects.values()))


# Somebody who has an account ---------------------------------------------------------------------------


@pytest.fixture
def known(db):
    user = f.UserFactory(email="elle@ville.example")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_who_has_an_account_signs_in_first_then_confirms(client, known, invitation, cycle):
    page = opened(client, invitation).get(HERE)
    assert "Vous avez déjà un compte" in text_of(page)
    assert client.post(HERE, CHOSEN).status_code == 200
    assert known.memberships.count() == 0
    answer = client.post("/compte/login/", {"login": known.email, "password": PASSWORD, "next": HERE})
    assert answer["Location"] == HERE
    assert "Accepter l’invitation" in text_of(client.get(HERE))
    assert client.post(HERE)["Location"] == "/"
    assert User.objects.get(pk=known.pk).organization == invitation.organization
    assert client.get(cycle.get_absolute_url()).status_code == 200


def test_who_takes_part_elsewhere_is_told_so_and_keeps_it(sign_in, known, invitation, coordinator):
    elsewhere = f.MembershipFactory(user=known, organization__name="Ville de Lévis")
    client = opened(sign_in(known), invitation)
    for answer in (client.get(HERE), client.post(HERE)):
        assert "Vous participez déjà pour Ville de Lévis" in text_of(answer)
    elsewhere.refresh_from_db()
    assert elsewhere.until is None
    assert Invitation.objects.get().state == "sent"


def test_who_came_back_after_leaving_takes_part_again(sign_in, known, invitation):
    f.MembershipFactory(user=known, organization=invitation.organization, until=dt.date(2021, 1, 1))
    opened(sign_in(known), invitation).post(HERE)
    assert known.memberships.active().get().organization == invitation.organization


def test_an_invitation_to_somebody_else_is_not_accepted_by_who_holds_its_link(sign_in, outsider, invitation):
    client = opened(sign_in(outsider), invitation)
    for answer in (client.get(HERE), client.post(HERE)):
        assert "un autre courriel" in text_of(answer)
    assert Invitation.objects.get().state == "sent"
    assert not User.objects.filter(email="elle@ville.example").exists()


def test_a_closed_account_does_not_come_back_by_an_invitation(client, known, organization):
    known.is_active = False
    known.save()
    invitation = invite(f.MembershipFactory(organization=organization).user, organization)
    opened(client, invitation).post(HERE, CHOSEN)
    assert (
        client.post("/compte/login/", {"login": known.email, "password": PASSWORD})["Location"]
        == "/compte/inactive/"
    )
    assert known.memberships.count() == 0


def test_what_happened_is_in_the_trace(client, invitation):
    opened(client, invitation).post(HERE, CHOSEN)
    user = User.objects.get(email="elle@ville.example")
    assert [(e.event, e.by) for e in TraceEntry.objects.filter(by=user)] == [
        ("signed_in", user),
        ("invitation_accepted", user),
        ("membership_began", user),
    ]


def test_the_database_holds_one_open_invitation_for_each_organisation_and_address(invitation):
    with pytest.raises(IntegrityError):
        f.InvitationFactory(email="ELLE@ville.example", organization=invitation.organization)
