"""Who may do what with the network and its chantiers."""

from typing import Any

from django.conf import settings

from chantier.models import Membership, Organization


def is_coordinator(user: Any) -> bool:
    """The coordinator runs every chantier."""
    return user.is_authenticated and user.is_coordinator


def may_sign_in(user: Any) -> bool:
    """Whoever has an open account; where `DEMO` is off, the demonstration accounts do not exist."""
    return user.is_active and (settings.DEMO or not user.is_demonstration)


def may_invite(user: Any) -> bool:
    """The coordinator, and who speaks for an organisation."""
    return user.is_authenticated and (user.is_coordinator or user.is_representative)


def may_invite_as(user: Any, organization: Organization, role: str) -> bool:
    """The coordinator invites anybody; who speaks for an organisation, readers of the same one."""
    if is_coordinator(user):
        return True
    return may_invite(user) and organization == user.organization and role == Membership.Role.READER


def takes_part(user: Any) -> bool:
    """Whoever takes part for an organisation today."""
    return user.is_authenticated and user.membership is not None
