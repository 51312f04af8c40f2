"""Invitations are sent, sent again, withdrawn and accepted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from chantier import emails
from chantier.access import may_invite_as
from chantier.actions.memberships import begin_membership
from chantier.actions.people import open_account
from chantier.models import Invitation, Membership, Organization, User
from chantier.trace import record
from ecpar_portal.refusal import Refusal
from mailing import actions as mailing

INVITED = "A déjà une invitation\u00a0: envoyez-la de nouveau ou retirez-la."
CLOSED = "Cette invitation n’est plus ouverte\u00a0: elle a été acceptée ou retirée."


class NoLongerValid(Refusal):
    """An invitation that opens nothing: used, ended, withdrawn, sent again, or never sent."""


class Guest(NamedTuple):
    """Somebody to invite: where they read their mail, how they are called, for whom and as what."""

    email: str
    name: str
    organization: Organization
    role: str


@transaction.atomic
def invite(email: str, *, name: str = "", organization: Organization, role: str, by: Any) -> Invitation:
    """Invite somebody to take part for an organisation, and queue the message that holds the link.

    The name comes to stand on one line: the message begins with it. Raises PermissionDenied for what the
    inviting person may not offer, Refusal for somebody who is invited or takes part already, as far as the
    inviting person may know it.
    """
    if not may_invite_as(by, organization, role):
        raise PermissionDenied
    email = email.strip().lower()
    reason = reasons_against([email], by=by).get(email)
    if reason:
        raise Refusal(reason)
    return _write(Guest(email, " ".join(name.split()), organization, role), by)


@transaction.atomic
def invite_all(guests: list[Guest], *, by: Any) -> list[Invitation]:
    """Invite everybody of a list, or nobody; raises as `invite` does, and Refusal with the address."""
    if not all(may_invite_as(by, guest.organization, guest.role) for guest in guests):
        raise PermissionDenied
    for email, reason in reasons_against([guest.email for guest in guests], by=by).items():
        raise Refusal(f"{email}\u00a0: {reason}")
    return [_write(guest, by) for guest in guests]


def reasons_against(addresses: Iterable[str], *, by: Any) -> dict[str, str]:
    """Why some addresses, in lower case, cannot be invited now, in French, by address.

    A representative learns of their own organisation only: an account or an invitation elsewhere is not told.
    """
    addresses = list(addresses)
    people = User.objects.with_address(addresses)
    members = Membership.objects.active().filter(user__in=people).select_related("user", "organization")
    invited = Invitation.objects.open().with_address(addresses)
    if not by.is_coordinator:
        members = members.filter(organization=by.organization)
        invited = invited.filter(organization=by.organization)
    reasons = {invitation.email.lower(): INVITED for invitation in invited}
    for member in members:
        reasons[member.user.email.lower()] = f"Participe déjà pour {member.organization}."
    if by.is_coordinator:
        for person in people.filter(is_active=False):
            reasons[person.email.lower()] = "Son compte est fermé\u00a0: rouvrez-le d’abord."
    return reasons


@transaction.atomic
def send_again(invitation: Invitation, *, by: Any) -> None:
    """Send an invitation once more, for another two weeks; the former link opens nothing any more.

    Raises Refusal for one that was accepted or withdrawn.
    """
    current = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if current is None:
        raise Refusal(CLOSED)
    mailing.withdraw(emails.key_of(current))
    token = current.renew()
    current.save(update_fields=["token_digest", "sent_at", "expires_at"])
    emails.send_invitation(current, token)
    record("invited", by=by, on=current, again=True)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Any) -> None:
    """Take an invitation back; raises Refusal for one that was accepted or withdrawn."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
        raise Refusal(CLOSED)
    mailing.withdraw(emails.key_of(invitation))
    record("invitation_withdrawn", by=by, on=invitation)


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str) -> User:
    """Open the account of somebody who is invited and let them take part; return them.

    Raises NoLongerValid, also where somebody else is accepting it at this moment.
    """
    _claim(invitation)
    try:
        with transaction.atomic():
            user = open_account(
                invitation.email,
                name=name,
                password=password,
                is_demonstration=invitation.organization.is_demonstration,
            )
    except IntegrityError as error:
        raise Refusal("Un compte porte maintenant ce courriel\u00a0: connectez-vous.") from error
    _take_part(invitation, user)
    return user


@transaction.atomic
def accept_as(user: User, invitation: Invitation) -> None:
    """Let somebody who has an account take part for the organisation that invites them.

    Raises NoLongerValid, and Refusal for an invitation to somebody else or for a person who takes part for an
    organisation already: nothing is ended without the coordinator.
    """
    reason = reason_not_to_accept(user, invitation)
    if reason:
        raise Refusal(reason)
    _claim(invitation)
    _take_part(invitation, user)


def reason_not_to_accept(user: User, invitation: Invitation) -> str:
    """Why a signed-in person cannot accept an invitation, in French; empty when they can."""
    if user.email.lower() != invitation.email.lower():
        return "Cette invitation a été envoyée à un autre courriel que celui de votre compte."
    if user.organization == invitation.organization:
        return f"Vous participez déjà pour {invitation.organization}."
    if user.organization:
        return (
            f"Vous participez déjà pour {user.organization}, et on participe pour une seule à la fois. "
            "Demandez à la coordination de terminer d’abord cette participation, puis revenez ici."
        )
    return ""


def _write(guest: Guest, by: Any) -> Invitation:
    invitation = Invitation(**guest._asdict(), invited_by=by)
    token = invitation.renew()
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        raise Refusal(INVITED) from error
    emails.send_invitation(invitation, token)
    record("invited", by=by, on=invitation, role=guest.role)
    return invitation


def _claim(invitation: Invitation) -> None:
    """Take the invitation for oneself: of two people who press at once, one only finds it open."""
    usable = Invitation.objects.usable().filter(pk=invitation.pk, token_digest=invitation.token_digest)
    if not usable.update(accepted_at=timezone.now()):
        raise NoLongerValid("Cette invitation n’est plus valable.")


def _take_part(invitation: Invitation, user: User) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    mailing.belong(emails.key_of(invitation), user)
    today = timezone.localdate()
    place = {"organization": invitation.organization, "role": invitation.role, "since": today}
    begin_membership(Membership(user=user, **place), by=user)
    record("invitation_accepted", by=user, on=invitation)
