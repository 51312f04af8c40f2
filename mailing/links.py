"""The link that stops messages: signed, kept nowhere, of no use once the account, or the row, is no more."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from mailing.registry import Kind, is_optional, kind_of

ONE_CLICK = ("List-Unsubscribe", "One-Click")  # what RFC 8058 has a mail program send
# Stands in the words of a message where its link will be: rows hold no token.
PLACE = "/courriels/desabonner/…/"
GUEST = "guest"
_signer = Signer(salt="mailing.unsubscribe")


class Link(NamedTuple):
    """Whose messages of which kind."""

    user_id: int
    kind: Kind
    has_account = True

    @property
    def label(self) -> str:
        """What is stopped."""
        return self.kind.label

    @property
    def description(self) -> str:
        """The same in a sentence."""
        return self.kind.description


class GuestLink(NamedTuple):
    """The messages of a kind to somebody without an account, by the row of theirs that they speak of."""

    number: int
    kind: Kind
    label: str
    has_account = False
    description = "Les rappels et le mot d’après. L’invitation tient, et vous pouvez toujours y répondre."


def token_for(user_id: int, kind: str) -> str:
    """Return what a link holds: the same one each time, since nothing of it is kept."""
    return _signer.sign_object([user_id, kind])


def guest_token(number: int, kind: str) -> str:
    """The same for somebody without an account."""
    return _signer.sign_object([GUEST, number, kind])


def unsubscribe_link(user_id: int, kind: str) -> str:
    """Return the whole address that stops a kind of messages for a person."""
    return settings.PORTAL_URL + reverse("unsubscribe", args=[token_for(user_id, kind)])


def path_for(email: Any) -> str:
    """Return where, in the portal, a message like this one is stopped; nothing where it may not be."""
    if not is_optional(email.kind):
        return ""
    if email.user_id:
        return reverse("unsubscribe", args=[token_for(email.user_id, email.kind)])
    way_out = kind_of(email.kind).way_out
    number = way_out.number(email) if way_out else None
    return reverse("unsubscribe", args=[guest_token(number, email.kind)]) if number else ""


def read(token: str) -> Link | GuestLink | None:
    """What a link speaks of; None for a forged one, a kind that always comes, whoever is no longer there."""
    try:
        *guest, number, kind = _signer.unsign_object(token)
    except (BadSignature, ValueError):  # ValueError: signed by nobody, or with a letter that no text holds
        return None
    if not is_optional(kind):
        return None
    if guest:
        way_out = kind_of(kind).way_out
        label = way_out.label(number) if way_out else ""
        return GuestLink(number, kind_of(kind), label) if label else None
    is_open = get_user_model().objects.filter(pk=number, is_active=True).exists()
    return Link(number, kind_of(kind)) if is_open else None
