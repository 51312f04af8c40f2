"""The secret address where a person's calendar program reads their meetings."""

import hashlib

from django.conf import settings
from django.db import models


def digest_of(token: str) -> str:
    """Return the hash of a token: the token itself is in the address only."""
    return hashlib.sha256(token.encode()).hexdigest()


class CalendarFeed(models.Model):
    """A person's calendar feed. Its address is shown once: only the hash of its token is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed", verbose_name="personne"
    )
    token_digest = models.CharField("empreinte", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créé", auto_now_add=True)

    class Meta:
        verbose_name = "agenda personnel"
        verbose_name_plural = "agendas personnels"

    def __str__(self) -> str:
        return str(self.user)
