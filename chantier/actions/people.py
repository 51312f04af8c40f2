"""What happens to accounts."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from chantier import emails
from chantier.models import User
from chantier.trace import record
from reports import actions as reports
from reports.models import Report


@transaction.atomic
def readdress(user: User, email: str, *, by: Any) -> None:
    """Give a person another address: the former one opens nothing any more, the new one is to be verified.

    Who reads the former one, where they had verified it, is told.
    """
    user.email = email.strip().lower()
    user.save(update_fields=["email"])
    for former in user.emailaddress_set.filter(verified=True):
        emails.tell_of_another_address(user, former.email)
    user.emailaddress_set.all().delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    record("address_changed", by=by, on=user)


def note_changes(user: User, changed: list[str], *, by: Any) -> None:
    """Trace what was saved of an account: its name, and whether it is open, as it is when it is made."""
    if "name" in changed:
        record("name_changed", by=by, on=user)
    if "is_active" in changed:
        record("account_opened" if user.is_active else "account_closed", by=by, on=user)


@transaction.atomic
def open_account(email: str, *, name: str, password: str, is_demonstration: bool) -> User:
    """Make the account of somebody who holds the link that was sent to their address: it is verified."""
    user = User.objects.create_user(email, password, name=name, is_demonstration=is_demonstration)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@transaction.atomic
def rename(user: User, name: str, *, by: Any) -> None:
    """Correct the name of a person."""
    user.name = name
    user.save(update_fields=["name"])
    record("name_changed", by=by, on=user)


@transaction.atomic
def ask_for_data(user: User) -> Report:
    """Have a file made of everything that the portal knows of a person, for themselves; new each time."""
    record("exported", by=user, on=user)
    return reports.ask("personal_data", user, by=user)
