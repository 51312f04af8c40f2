"""The messages of the network, one function each."""

import uuid

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from chantier.models import Invitation, TraceEntry, User
from mailing.queueing import queue


def key_of(invitation: Invitation) -> str:
    """How the keys of the messages of an invitation begin, one message for each time that it is sent."""
    return f"invitation/{invitation.pk}/"


def send_invitation(invitation: Invitation, token: str) -> None:
    """Queue the message of an invitation; it does not leave once the invitation has ended."""
    context = {
        "invitation": invitation,
        "link": settings.PORTAL_URL + reverse("open_invitation", args=[token]),
    }
    queue(
        "invitation",
        key=f"{key_of(invitation)}{invitation.token_digest[:16]}",
        to=invitation.email,
        subject=" ".join(f"Invitation au portail ECPAR, pour {invitation.organization}".splitlines()),
        text=render_to_string("chantier/email/invitation.txt", context),
        html=render_to_string("chantier/email/invitation.html", context),
        expires_at=invitation.expires_at,
    )


def tell_second_factor_reset(user: User, entry: TraceEntry) -> None:
    """Tell a person that the coordination took their second factor away, as the trace says."""
    queue(
        "account",
        key=f"account/second-factor/{entry.pk}",
        to=user.email,
        user=user,
        subject="Double authentification retirée de votre compte",
        text=render_to_string("chantier/email/second_factor_reset.txt", {"user": user}),
    )


def tell_of_another_address(user: User, former: str) -> None:
    """Tell somebody, where they read their mail until now, that a coordinator gave them another address."""
    queue(
        "account",
        key=f"account/{uuid.uuid4()}",
        to=former,
        subject="Votre courriel a changé",
        text=render_to_string("chantier/email/another_address.txt", {"former": former}),
        user=user,
    )
