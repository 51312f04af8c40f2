"""People: an account is an e-mail address and a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from chantier.models.cycles import Chantier, Cycle
from ecpar_portal.permissions import COORDINATION
from ecpar_portal.privacy import Person

if TYPE_CHECKING:
    from chantier.models.organizations import Membership, Organization

# Accounts are erased after that; what their people contributed stays.
UNUSED_ACCOUNT_KEPT = dt.timedelta(days=365)
ACCOUNT_KEPT_AFTER_LEAVING = dt.timedelta(days=730)


def readable_address(email: str) -> None:
    """Refuse an address with a sign that nobody sees, such as a line break, which the norm lets in quotes."""
    if not email.isprintable():
        raise ValidationError("Saisissez un courriel sans signe invisible.")


class UserQuerySet(models.QuerySet):
    """Queries on people."""

    def with_address(self, addresses: Iterable[str]) -> UserQuerySet:
        """Keep those of some addresses, given in lower case."""
        return self.alias(lower=Lower("email")).filter(lower__in=list(addresses))

    def taking_part_in(self, cycle: Cycle) -> UserQuerySet:
        """Keep the open accounts of the people who speak or read today for an organisation of the cycle."""
        organizations = cycle.participations.current().values("organization")
        people = self if settings.DEMO else self.filter(is_demonstration=False)
        active = {"memberships__until": None, "memberships__organization__in": organizations}
        return people.filter(is_active=True, **active).distinct()

    def coordinators(self) -> UserQuerySet:
        """Keep those who run the chantiers, their account open."""
        runs = models.Q(is_superuser=True) | models.Q(groups__name=COORDINATION)
        return self.filter(runs, is_staff=True, is_active=True).distinct()

    def never_used(self) -> UserQuerySet:
        """Keep the accounts that nobody ever opened in a year, less those of members of today."""
        old = self._forgettable().filter(
            last_login=None, date_joined__lt=timezone.now() - UNUSED_ACCOUNT_KEPT
        )
        return old.exclude(pk__in=old.filter(memberships__isnull=False, memberships__until=None).values("pk"))

    def gone(self) -> UserQuerySet:
        """Keep the accounts of people who came, and who have represented nobody for two years."""
        limit = timezone.now() - ACCOUNT_KEPT_AFTER_LEAVING
        people = self._forgettable().filter(last_login__lt=limit, date_joined__lt=limit)
        recent = models.Q(memberships__until=None) | models.Q(memberships__until__gte=limit.date())
        return people.exclude(pk__in=people.filter(recent, memberships__isnull=False).values("pk"))

    def _forgettable(self) -> UserQuerySet:
        return self.filter(erased_at=None, is_staff=False, is_demonstration=False)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes accounts, and finds them without regard to the case of the address."""

    def get_by_natural_key(self, email: str) -> User:
        """Return the person with this address, whatever its case."""
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account; without a password it cannot sign in until one is chosen."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make the account of who installs the portal (`manage.py createsuperuser`)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in."""

    email = models.EmailField("courriel", max_length=254, unique=True)
    name = models.CharField("nom", max_length=120, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)
    is_staff = models.BooleanField("accès à l’administration", default=False)
    is_demonstration = models.BooleanField("démonstration", default=False)
    # The account is closed for ever, its name and address gone; what the person contributed stays.
    erased_at = models.DateTimeField("effacée", null=True, blank=True, editable=False)
    date_joined = models.DateTimeField("inscription", default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "personne"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_whatever_its_case",
                violation_error_message="Une personne a déjà ce courriel.",
            )
        ]

    def __str__(self) -> str:
        return "personne effacée" if self.erased_at else self.name or self.email

    def clean(self) -> None:
        """Refuse an address to which no message could be written."""
        super().clean()
        try:
            readable_address(self.email)
        except ValidationError as error:
            raise ValidationError({"email": error}) from error

    @cached_property
    def is_coordinator(self) -> bool:
        """Whether this person runs the chantiers: staff, in the group « Coordination »."""
        if not self.is_staff or not self.is_active:
            return False
        return self.is_superuser or self.groups.filter(name=COORDINATION).exists()

    @cached_property
    def membership(self) -> Membership | None:
        """The active membership, or None for someone who left or who has none (a coordinator)."""
        return self.memberships.active().select_related("organization__region").first()

    @property
    def is_representative(self) -> bool:
        """Whether this person speaks for an organisation today."""
        return self.membership is not None and self.membership.role == self.membership.Role.REPRESENTATIVE

    @cached_property
    def lacks_second_factor(self) -> bool:
        """Whether this person runs the chantiers with a password only, which opens nothing of them.

        The demonstration coordinator may, where `DEMO` is on.
        """
        if not self.is_coordinator or (settings.DEMO and self.is_demonstration):
            return False
        return not self.authenticator_set.exists()

    @cached_property
    def chantiers(self) -> list[Chantier]:
        """The chantiers that this person may see, the real ones first; asked once a request."""
        return list(Chantier.objects.visible_to(self))

    @property
    def identity(self) -> Person:
        """What an export or an erasure looks for: every name and address by which the portal knows them.

        Not an address that they have yet to verify: it may be somebody else's.
        """
        verified = self.emailaddress_set.filter(verified=True)
        addresses = {self.email, *verified.values_list("email", flat=True)}
        return Person(self.pk, self.name, tuple(sorted(addresses)), self._role())

    def _role(self) -> str:
        """What stands in a text in place of the person's name."""
        if self.is_coordinator:
            return "la coordination"
        last = self.memberships.select_related("organization").order_by("-since").first()
        if last is None:
            return "une personne du réseau"
        is_voice = last.role == last.Role.REPRESENTATIVE
        who = "une personne représentante" if is_voice else "une personne"
        return f"{who} de l’organisation «\u00a0{last.organization}\u00a0»"

    @property
    def organization(self) -> Organization | None:
        """The organisation for which this person takes part today."""
        return self.membership.organization if self.membership else None
