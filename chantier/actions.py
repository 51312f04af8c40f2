"""What happens in the network: each event is a function."""

from allauth.account.models import EmailAddress
from django.db import transaction

from chantier.models import User


@transaction.atomic
def readdress(user: User, email: str) -> None:
    """Give a person another address: the former one opens nothing any more, the new one is to be verified."""
    user.email = email.strip().lower()
    user.save(update_fields=["email"])
    user.emailaddress_set.all().delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
