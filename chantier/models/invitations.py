"""How people come in: somebody who may do so invites them, for one organisation and one role."""

import datetime as dt
import hashlib
import secrets

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
        """Keep what may be accepted now."""
        return self.open().filter(expires_at__gt=timezone.now())

    def old(self) -> "InvitationQuerySet":
        """Keep what ended, one way or another, long enough ago to be thrown away."""
        limit = timezone.now() - ENDED_INVITATION_KEPT
        answered = Q(accepted_at__lt=limit) | Q(withdrawn_at__lt=limit)
        return self.filter(answered | Q(accepted_at=None, withdrawn_at=None, expires_at__lt=limit))

    def with_token(self, token: str) -> "InvitationQuerySet":
        """Keep the one that a link opens."""
        return self.filter(token_digest=digest_of(token))


class Invitation(models.Model):
    """Somebody is invited to take part for an organisation; used once, and of no use after `expires_at`.

    Sending it again gives it another token: the link of the former message opens nothing any more.
    """

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
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address",
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
        """What people read of it today."""
        if self.accepted_at:
            return "acceptée"
        if self.withdrawn_at:
            return "retirée"
        return "envoyée" if self.expires_at > timezone.now() else "échue"

    def renew_token(self) -> str:
        """Give the invitation a new token and return it; the caller saves, and puts it in the message."""
        token = secrets.token_urlsafe(32)
        self.token_digest = digest_of(token)
        return token
