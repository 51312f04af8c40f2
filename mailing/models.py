"""Every message that leaves the portal, before, while and after it leaves."""

import datetime as dt
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from ecpar_portal.work import WorkRow, WorkRowQuerySet
from mailing.registry import DIGEST, Kind, kind_of

ENDED = (WorkRow.State.DONE, WorkRow.State.FAILED, WorkRow.State.WITHDRAWN)
CONTENT = ("text", "html", "calendar")


def new_message_id() -> str:
    """Return the name by which mail programs know a message: ours, and nobody else's."""
    return f"<{uuid.uuid4()}@{urlsplit(settings.PORTAL_URL).hostname}>"


BATCH = 50


class OutgoingEmailQuerySet(WorkRowQuerySet):
    """Queries on messages."""

    def next_due(self) -> "list[OutgoingEmail]":
        """The messages that have waited longest and may be taken now, so many at once."""
        return list(self.due(timezone.now()).order_by("due_at", "pk")[:BATCH])

    def waiting(self) -> "OutgoingEmailQuerySet":
        """Keep what nobody has taken yet."""
        return self.filter(state=WorkRow.State.WAITING)

    def held(self) -> "OutgoingEmailQuerySet":
        """Keep what a coordinator has to release before it leaves."""
        return self.filter(state=WorkRow.State.HELD)

    def untaken(self) -> "OutgoingEmailQuerySet":
        """Keep what waits for a worker, or for a coordinator."""
        return self.filter(state__in=[WorkRow.State.WAITING, WorkRow.State.HELD])

    def on_their_way(self) -> "OutgoingEmailQuerySet":
        """Keep what waits or is being sent."""
        return self.filter(state__in=[WorkRow.State.WAITING, WorkRow.State.RUNNING])

    def unsent(self) -> "OutgoingEmailQuerySet":
        """Keep what waits, is being sent or is held."""
        return self.exclude(state__in=ENDED)

    def about(self, cause: str) -> "OutgoingEmailQuerySet":
        """Keep the messages of one cause, by the beginning of their keys."""
        return self.filter(key__startswith=cause)

    def sent_since(self, instant: dt.datetime) -> "OutgoingEmailQuerySet":
        """Keep what a mail server accepted since an instant."""
        return self.filter(sent_at__gt=instant)

    def too_late(self, now: dt.datetime) -> "OutgoingEmailQuerySet":
        """Keep what waits or is held and is of no use any more, abandoned by its worker or never taken."""
        abandoned = models.Q(state=WorkRow.State.RUNNING, lease_until__lt=now)
        untaken = models.Q(state__in=[WorkRow.State.WAITING, WorkRow.State.HELD])
        return self.filter(untaken | abandoned, expires_at__lte=now)

    def ended_before(self, instant: dt.datetime) -> "OutgoingEmailQuerySet":
        """Keep what was sent, or was given up, before an instant."""
        return self.alias(ended=Coalesce("sent_at", "due_at")).filter(state__in=ENDED, ended__lt=instant)


class OutgoingEmail(WorkRow):
    """One message to one person, once for each key; a secret one keeps its content until it has left."""

    max_attempts = 20  # some thirteen hours of a mail server that is away

    kind = models.CharField("genre", max_length=40)
    key = models.CharField("clé", max_length=200, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="outgoing_emails",
        verbose_name="personne",
    )
    to = models.EmailField("à")
    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte")
    html = models.TextField("HTML", blank=True)
    calendar = models.TextField("calendrier", blank=True)
    calendar_method = models.CharField("méthode du calendrier", max_length=20, blank=True)
    message_id = models.CharField("identifiant", max_length=255, unique=True, default=new_message_id)
    is_secret = models.BooleanField("secret", default=False)
    created_at = models.DateTimeField("écrit", auto_now_add=True)
    sent_at = models.DateTimeField("envoyé", null=True, blank=True)
    wiped_at = models.DateTimeField("contenu effacé", null=True, blank=True)
    again_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sent_again",
        verbose_name="renvoi de",
    )

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="email_state_due"),
            models.Index(fields=["sent_at"], name="email_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.to})"

    @property
    def kind_label(self) -> str:
        """What people read for its kind; the name itself where no app registers it any more."""
        try:
            return kind_of(self.kind).label
        except KeyError:
            return self.kind

    @property
    def may_have_arrived_twice(self) -> bool:
        """Whether it was sent after an attempt whose end nobody knows."""
        return self.sent_at is not None and self.interrupted

    def _release(self, **fields: object) -> bool:
        # In the same UPDATE: a secret is never on a row that has ended.
        if self.is_secret and fields["state"] in ENDED:
            fields |= wiped()
        return super()._release(**fields)


def wiped() -> dict[str, object]:
    """Return the fields of a row whose content is thrown away now."""
    return {**dict.fromkeys(CONTENT, ""), "wiped_at": timezone.now()}


class MailPreferences(models.Model):
    """What a person wants to receive; one who has none receives every optional kind, and a digest a month.

    `refused` holds the names of optional kinds. `digested_until` is the instant up to which the last digest
    told what is new.
    """

    class Digest(models.TextChoices):
        WEEKLY = "weekly", "chaque semaine"
        MONTHLY = "monthly", "chaque mois"
        NEVER = "never", "jamais"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preferences", verbose_name="personne"
    )
    refused = models.JSONField("genres refusés", default=list, blank=True)
    digest = models.CharField("infolettre", max_length=8, choices=Digest, default=Digest.MONTHLY)
    digested_until = models.DateTimeField("infolettre jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "préférences de courriel"
        verbose_name_plural = "préférences de courriel"

    def __str__(self) -> str:
        return str(self.user)

    def refuses(self, kind: Kind) -> bool:
        """Whether the person does not want a kind of messages; what always comes is refused by nobody."""
        quiet = self.digest == self.Digest.NEVER and not kind.invited
        return kind.optional and (quiet or kind.name in self.refused)

    @property
    def rhythm(self) -> str:
        """How often the digest comes: never for who refused it by the link of one, whatever they chose."""
        return self.Digest.NEVER if DIGEST in self.refused else self.digest
