"""What the outbox knows of the people to whom it writes."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from ecpar_portal.french import counted
from ecpar_portal.privacy import Person, Personal, Retention, declare
from mailing import actions
from mailing.models import MailPreferences, OutgoingEmail
from mailing.registry import optional_kinds


def sent_to(person: Person) -> QuerySet:
    """The messages that were written to somebody; not to who had one of their addresses before them."""
    return OutgoingEmail.objects.filter(Q(user=person.pk) | Q(user=None) & person.has_address("to"))


def holding(person: Person) -> QuerySet:
    """The messages where one of somebody's addresses stands, whoever they were written to."""
    return OutgoingEmail.objects.filter(Q(user=person.pk) | person.has_address("to"))


def as_told(email: OutgoingEmail) -> dict[str, Any]:
    """A message, without the link or the code that opens an account."""
    return {
        "À": email.to,
        "Objet": email.subject,
        "Texte": "contenu non conservé" if email.is_secret or email.wiped_at else email.text,
        "Genre": email.kind_label,
        "État": email.get_state_display(),
        "Écrit": email.created_at,
        "Envoyé": email.sent_at,
    }


def as_chosen(preferences: MailPreferences) -> dict[str, Any]:
    """What a person wants to receive, in the words of the page where they chose."""
    refused = [kind.label for kind in optional_kinds() if preferences.refuses(kind)]
    return {
        "Genres refusés": ", ".join(refused) or "aucun",
        "Infolettre": MailPreferences.Digest(preferences.rhythm).label,
        "Infolettre jusqu’au": preferences.digested_until,
    }


def declarations() -> None:
    """Declare the models of this app."""
    kept = f"{counted(settings.MAIL_KEPT_DAYS, 'jour')} après l’envoi"
    declare(
        Personal(
            "mailing.OutgoingEmail",
            what="Les courriels que le portail vous écrit",
            holds="Votre adresse, l’objet et le texte du message, quand il a été écrit et envoyé",
            columns=("to", "subject", "text", "kind", "state", "created_at", "sent_at"),
            purpose="Vous les envoyer une seule fois, et savoir s’ils sont partis.",
            kept=f"{kept}; un lien ou un code est effacé dès son départ",
            seen_by="la coordination, sauf les liens et les codes",
            of=sent_to,
            erase=lambda person: actions.forget(holding(person)),
            unexported=("user", "html", "calendar", "last_error"),
            texts=("subject", "text", "html", "calendar", "last_error"),
            export=as_told,
        ),
        Personal(
            "mailing.MailPreferences",
            what="Ce que vous voulez recevoir",
            holds="Les genres de courriels que vous refusez, et le rythme de l’infolettre",
            columns=("refused", "digest", "digested_until"),
            purpose="Ne vous écrire que ce que vous voulez recevoir.",
            kept="tant que votre compte existe",
            seen_by="vous",
            of=lambda person: MailPreferences.objects.filter(user=person.pk),
            erase=lambda person: MailPreferences.objects.filter(user=person.pk).delete(),
            unexported=("user",),
            export=as_chosen,
        ),
        Retention(
            "emails",
            f"Courriels, {kept}",
            old=actions.no_longer_kept,
            discard=actions.purge,
        ),
    )
