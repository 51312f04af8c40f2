"""What happens to accounts."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from chantier.models import User
from chantier.trace import record


@transaction.atomic
def readdress(user: User, email: str, *, by: Any) -> None:
    """Give a person another address: the former one opens nothing any more, the new one is to be verified."""
    user.email = email.strip().lower()
    user.save(update_fields=["email"])
    user.emailaddress_set.all().delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    record("address_changed", by=by, on=user)


@transaction.atomic
def open_account(email: str, *, name: str, password: str, is_demonstration: bool) -> User:
    """Make the account of somebody who holds the link that was sent to their address: it is verified."""
    user = User.objects.create_user(email, password, name=name, is_demonstration=is_demonstration)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user
