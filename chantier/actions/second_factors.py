"""What happens to second factors."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction

from chantier import emails
from chantier.models import User
from chantier.trace import record
from ecpar_portal.refusal import Refusal


@transaction.atomic
def reset_second_factor(user: User, *, by: Any) -> None:
    """Take away the keys, application and codes of somebody who lost them; they are signed out and told.

    Whoever asks has made sure of who they speak to: from then on a password opens the account. Raises Refusal
    where there is nothing to take away.
    """
    if not user.authenticator_set.all().delete()[0]:
        raise Refusal("Ce compte n’a pas de double authentification.")
    for session in UserSession.objects.filter(user=user):
        session.end()
    entry = record("mfa_reset", by=by, on=user)
    emails.tell_second_factor_reset(user, entry)
