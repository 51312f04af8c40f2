"""What a person agrees to, and takes back."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chantier import trace
from chantier.models import Consent, User
from ecpar_portal.refusal import Refusal


@transaction.atomic
def give_consent(user: User, purpose: str) -> Consent:
    """Note that a person agrees, in the words of today; one that holds already stays as it was given.

    One given for earlier words, or in another organisation, ends as the new one begins.

    Raises Refusal for who speaks for no organisation.
    """
    if user.membership is None:
        raise Refusal("Votre compte n’est rattaché à aucune organisation : il n’y a rien à présenter.")
    open_ones = _open_consents(user, purpose)
    held = open_ones.given_since(user.membership.since).first()
    if held is not None:
        return held
    open_ones.update(withdrawn_at=timezone.now())
    consent = Consent.objects.create(user=user, purpose=purpose, version=Consent.VERSION)
    trace.record("consent_given", by=user, on=user, purpose=purpose, version=consent.version)
    return consent


@transaction.atomic
def withdraw_consent(user: User, purpose: str) -> None:
    """End what a person agreed to, at once; nothing where nothing was given."""
    for consent in _open_consents(user, purpose):
        consent.withdrawn_at = timezone.now()
        consent.save(update_fields=["withdrawn_at"])
        trace.record("consent_withdrawn", by=user, on=user, purpose=purpose, version=consent.version)


def withdraw_all(user: User) -> None:
    """End whatever a person agreed to, as they leave the organisation for which they did."""
    user.consents.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())


def _open_consents(user: User, purpose: str) -> QuerySet:
    """What a person has not taken back; two choices of one person take turns."""
    User.objects.select_for_update().get(pk=user.pk)
    return user.consents.filter(purpose=purpose, withdrawn_at=None)
