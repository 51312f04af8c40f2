"""The link by which somebody answers a convocation without an account."""

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse

from meetings.called import still_called
from meetings.models import Convocation

_signer = signing.Signer(salt="meetings.convocation")


def token_of(row: Convocation) -> str:
    """What the link holds: the number of the convocation and its nonce, signed."""
    return _signer.sign_object([row.pk, row.nonce])


def link_of(row: Convocation) -> str:
    """The whole address of the link."""
    return settings.PORTAL_URL + reverse("open_convocation", args=[token_of(row)])


def read(token: str) -> tuple[int, str] | None:
    """The number and the nonce of a link of ours; None for any other text."""
    try:
        pk, nonce = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return pk, nonce


def convocation_of(pk: int, nonce: str) -> Convocation | None:
    """The convocation of a link, while it may be answered; one that was called anew has another nonce."""
    if not nonce:
        return None
    related = ("meeting__cycle__chantier", "user", "organization", "replaced_by__user")
    row = Convocation.objects.answerable().filter(pk=pk, nonce=nonce).select_related(*related).first()
    return row if row and still_called(row.meeting, Q(pk=row.pk)) else None
