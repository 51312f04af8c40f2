"""The link that stops a kind of messages: signed, kept nowhere, of no use once the account is closed."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from mailing.registry import Kind, is_optional, kind_of

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # what RFC 8058 has a mail program send
_signer = Signer(salt="mailing.unsubscribe")


class Link(NamedTuple):
    """Whose messages of which kind."""

    user_id: int
    kind: Kind


def token_for(user_id: int, kind: str) -> str:
    """Return what a link holds: the same one each time, since nothing of it is kept."""
    return _signer.sign_object([user_id, kind])


def unsubscribe_link(user_id: int, kind: str) -> str:
    """Return the whole address that stops a kind of messages for a person."""
    return settings.PORTAL_URL + reverse("unsubscribe", args=[token_for(user_id, kind)])


def read(token: str) -> Link | None:
    """What a link speaks of; None for a forged one, a kind that always comes, an account that is closed."""
    try:
        user_id, kind = _signer.unsign_object(token)
    except (BadSignature, ValueError):  # ValueError: signed by nobody, or with a letter that no text holds
        return None
    is_of_use = is_optional(kind) and get_user_model().objects.filter(pk=user_id, is_active=True).exists()
    return Link(user_id, kind_of(kind)) if is_of_use else None
