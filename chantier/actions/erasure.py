"""A person is erased: anonymised wherever the portal knows them, for ever."""

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from chantier.models import User
from chantier.trace import record
from ecpar_portal import privacy
from ecpar_portal.permissions import COORDINATION
from ecpar_portal.refusal import Refusal


@transaction.atomic
def erase(user: User, *, by: Any) -> None:
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
