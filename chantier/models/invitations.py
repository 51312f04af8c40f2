"""How people come in: somebody who may do so invites them, for one organisation and one role."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from chantier.models.organizations import Membership, Organization

VALID_FOR = dt.timedelta(days=14)
ENDED_INVITATION_KEPT = dt.timedelta(days=90)


def valid_until() -> dt.datetime:
    """When an invitation that is sent now ends."""
    return timezone.now() + VALID_FOR


def digest_of(token: str) -> str:
    """The hash of a token: the token itself is in the message only."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet):
    """Queries on invitations."""

    def open(self) -> "InvitationQuerySet":
        """Keep what was neither accepted nor withdrawn, ended or not: it can be sent again."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def usable(self) -> "InvitationQuerySet":
        """Keep what may be accepted now; not for the demonstration where `DEMO` is off."""
        usable = self.open().filter(expires_at__gt=timezone.now())
        return usable if settings.DEMO else usable.filter(organization__is_demonstration=False)

    def old(self) -> "InvitationQuerySet":
        """Keep what ended, one way or another, long enough ago to be thrown away."""
        limit = timezone.now() - ENDED_INVITATION_KEPT
        answered = Q(accepted_at__lt=limit) | Q(withdrawn_at__lt=limit)
        return self.filter(answered | Q(accepted_at=None, withdrawn_at=None, expires_at__lt=limit))

    def with_token(self, token: str) -> "InvitationQuerySet":
        """Keep the one that a link opens."""
        return self.filter(token_digest=digest_of(token))

    def with_address(self, addresses: Iterable[str]) -> "InvitationQuerySet":
        """Keep those of some addresses, given in lower case."""
        return self.alias(lower=Lower("email")).filter(lower__in=list(addresses))

    def in_state(self, state: str) -> "InvitationQuerySet":
        """Keep those of one state of `Invitation.STATES`."""
        now = timezone.now()
        return {
            "sent": self.usable(),
            "ended": self.open().filter(expires_at__lte=now),
            "accepted": self.exclude(accepted_at=None),
            "withdrawn": self.exclude(withdrawn_at=None),
        }[state]

    def visible_to(self, user: Any) -> "InvitationQuerySet":
        """Keep those of the person's organisation where they represent it; all for a coordinator."""
        if not user.is_authenticated:
            return self.none()
        if user.is_coordinator:
            return self if settings.DEMO else self.filter(organization__is_demonstration=False)
        if not user.is_representative:
            return self.none()
        return self.filter(organization=user.organization)

    def managed_by(self, user: Any) -> "InvitationQuerySet":
        """Keep those that the person may send again or withdraw: a representative, those of readers only."""
        visible = self.visible_to(user)
        if user.is_authenticated and user.is_coordinator:
            return visible
        return visible.filter(role=Membership.Role.READER)


class Invitation(models.Model):
    """Somebody is invited to take part for an organisation; used once, and of no use after `expires_at`.

    Sending it again gives it another token: the link of the former message opens nothing any more. An address
    may have one from each of several organisations: none of them learns of the others.
    """

    STATES = (("sent", "envoyée"), ("ended", "échue"), ("accepted", "acceptée"), ("withdrawn", "retirée"))

    email = models.EmailField("courriel", max_length=254)
    name = models.CharField("nom", max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="invitations", verbose_name="organisation"
    )
    role = models.CharField("rôle", max_length=16, choices=Membership.Role)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="par"
    )
    created_at = models.DateTimeField("créée", auto_now_add=True)
    sent_at = models.DateTimeField("envoyée", default=timezone.now)
    expires_at = models.DateTimeField("valable jusqu’au", default=valid_until)
    accepted_at = models.DateTimeField("acceptée", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name="acceptée par",
    )
    withdrawn_at = models.DateTimeField("retirée", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address_and_organization",
                violation_error_message="Cette personne a déjà une invitation : envoyez-la de nouveau ou "
                "retirez-la.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_accepted_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="invitation_ends_after_it_is_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.organization}"

    @property
    def state(self) -> str:
        """Which of `STATES` it is in today."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "sent" if self.expires_at > timezone.now() else "ended"

    @property
    def state_words(self) -> str:
        """What people read of its state."""
        return dict(self.STATES)[self.state]

    @property
    def is_open(self) -> bool:
        """Whether it may be sent again or withdrawn."""
        return self.state in ("sent", "ended")

    def renew(self) -> str:
        """Give the invitation a new token and two more weeks; return the token.

        The caller saves, and puts the token in the message: it is kept nowhere else.
        """
        token = secrets.token_urlsafe(32)
        self.token_digest = digest_of(token)
        self.sent_at, self.expires_at = timezone.now(), valid_until()
        return token
