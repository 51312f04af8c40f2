"""What happens in the network: each event is a function."""

import logging

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from chantier.models import Incident, User
from chantier.trace import record
from ecpar_portal import privacy
from ecpar_portal.permissions import COORDINATION
from ecpar_portal.refusal import Refusal
from reports import actions as reports
from reports.models import Report

logger = logging.getLogger(__name__)


@transaction.atomic
def readdress(user: User, email: str) -> None:
    """Give a person another address: the former one opens nothing any more, the new one is to be verified."""
    user.email = email.strip().lower()
    user.save(update_fields=["email"])
    user.emailaddress_set.all().delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)


@transaction.atomic
def rename(user: User, name: str, *, by: User) -> None:
    """Correct the name of a person."""
    user.name = name
    user.save(update_fields=["name"])
    record("name_changed", by=by, on=user)


@transaction.atomic
def ask_for_data(user: User) -> Report:
    """Have a file made of everything that the portal knows of a person, for themselves; new each time."""
    record("exported", by=user, on=user)
    return reports.ask("personal_data", user, by=user)


@transaction.atomic
def erase(user: User, *, by: User | None) -> None:
    """Anonymise a person wherever the portal knows them, for ever; what they contributed stays.

    `by` is None where the retention does it. Raises Refusal for the last coordinator, and for somebody who
    is erased already.
    """
    # Two coordinators who erase themselves at the same moment wait for each other here.
    Group.objects.select_for_update().filter(name=COORDINATION).first()
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.erased_at:
        raise Refusal("Cette personne est déjà effacée.")
    coordinators = User.objects.coordinators()
    if coordinators.filter(pk=user.pk).exists() and not coordinators.exclude(pk=user.pk).exists():
        raise Refusal(
            "La dernière personne de la coordination ne peut pas être effacée\u00a0: "
            "donnez d’abord ce rôle à une autre."
        )
    privacy.erase(user.identity)
    record("erased", by=by, on=user)


def anonymise(user_id: int) -> None:
    """Close an account for ever: no name, no address, no password, no right."""
    user = User.objects.get(pk=user_id)
    user.groups.clear()
    user.user_permissions.clear()
    user.email, user.name = f"personne-{user.pk}@{privacy.NOWHERE}", ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login, user.erased_at = None, timezone.now()
    user.save()


@transaction.atomic
def note_incident(incident: Incident, *, by: User) -> None:
    """Write a confidentiality incident in the register, or what is now known of it."""
    event = "incident_noted" if incident.pk is None else "incident_changed"
    incident.save()
    record(event, by=by, on=incident)


def apply_retention() -> dict[str, int]:
    """Throw away what is no longer kept, rule by rule, and write down how much; return it by rule."""
    counts = {rule.name: rule.discard() for rule in privacy.registry.rules()}
    record("retention_applied", by=None, **counts)
    logger.info("retention: %s", ", ".join(f"{name} {count}" for name, count in counts.items()))
    return counts
