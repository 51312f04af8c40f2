"""What the network knows of people: their accounts, and what the libraries that open them keep."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from chantier import trace
from chantier.actions.erasure import anonymise, erase
from chantier.models import Consent, Incident, Invitation, Membership, TraceEntry, User
from chantier.models.trace import TRACE_KEPT
from ecpar_portal import privacy
from ecpar_portal.privacy import NOWHERE, Impersonal, Person, Personal, Retention, declare

WITH_THE_ACCOUNT = "tant que votre compte existe"
TWO_YEARS = "deux ans"
NETWORK = "vous, votre organisation et la coordination"


def declarations() -> None:
    """Declare the models of this app, and those that Django and allauth keep for it."""
    declare(*ACCOUNT, *COMING_IN, *PROTECTION, *ADMINISTRATION, *IMPERSONAL, *RETENTIONS)


# Who you are -----------------------------------------------------------------------------------------


def memberships_of(person: Person) -> QuerySet:
    """For whom a person has spoken or read."""
    return Membership.objects.filter(user=person.pk).select_related("organization")


def end_memberships(person: Person) -> int:
    """End what has not ended; one that was to begin later ends the day it begins."""
    today = timezone.localdate()
    return memberships_of(person).active().update(until=Greatest("since", today))


ACCOUNT = [
    Personal(
        "chantier.User",
        what="Votre compte",
        holds=(
            "Votre nom, votre courriel, les jours de votre inscription et de votre dernière "
            "entrée, si le compte est ouvert et s’il donne accès à l’administration; "
            "l’empreinte de votre mot de passe, qui ne permet pas de le retrouver"
        ),
        columns=("name", "email", "date_joined", "last_login", "is_active", "is_staff"),
        purpose="Vous reconnaître, vous ouvrir ce que votre organisation peut voir et vous écrire.",
        kept=f"{WITH_THE_ACCOUNT}; effacé deux ans après votre départ, ou après un an sans avoir servi",
        seen_by=f"{NETWORK}; les autres membres seulement si vous y consentez",
        of=lambda person: User.objects.filter(pk=person.pk),
        erase=lambda person: anonymise(person.pk),
        unexported=("password", "is_superuser", "is_demonstration", "erased_at"),
    ),
    Personal(
        "account.EmailAddress",
        what="Vos adresses de courriel",
        holds="Votre adresse, et celle que vous êtes en train de faire vérifier",
        columns=("email", "verified", "primary"),
        purpose="Vérifier que l’adresse est la vôtre.",
        kept=WITH_THE_ACCOUNT,
        seen_by="vous",
        of=lambda person: EmailAddress.objects.filter(user=person.pk),
        erase=lambda person: EmailAddress.objects.filter(user=person.pk).delete(),
        unexported=("user",),
    ),
    Personal(
        "chantier.Membership",
        what="Vos appartenances",
        holds=(
            "Les organisations pour lesquelles vous prenez part, votre rôle, depuis quand et jusqu’à quand"
        ),
        columns=("organization", "role", "since", "until"),
        purpose="Savoir pour quelle organisation vous parlez ou lisez, et depuis quand.",
        kept="avec l’histoire du chantier; sans votre nom une fois votre compte effacé",
        seen_by=NETWORK,
        of=memberships_of,
        erase=end_memberships,
        unexported=("user",),
    ),
    Personal(
        "chantier.Consent",
        what="Vos consentements",
        holds="Ce à quoi vous consentez, la version du texte, quand vous l’avez donné et retiré",
        columns=("purpose", "version", "given_at", "withdrawn_at"),
        purpose="Prouver ce à quoi vous avez consenti, et respecter ce que vous avez retiré.",
        kept=WITH_THE_ACCOUNT,
        seen_by="vous et la coordination",
        of=lambda person: Consent.objects.filter(user=person.pk),
        erase=lambda person: Consent.objects.filter(user=person.pk).delete(),
        unexported=("user",),
    ),
]

# How you come in -------------------------------------------------------------------------------------


def invitations_of(person: Person) -> QuerySet:
    """The invitations that somebody received, accepted or not; not who had one of their addresses before."""
    received = Q(accepted_by=person.pk) | Q(accepted_by=None) & person.has_address("email")
    return Invitation.objects.filter(received).select_related("organization")


def blank_invitations(person: Person) -> None:
    """Withdraw what is open, and leave neither name, nor address, nor a link that opens anything."""
    found = Invitation.objects.filter(Q(accepted_by=person.pk) | person.has_address("email"))
    found.open().update(withdrawn_at=timezone.now())
    for invitation in list(found):
        invitation.email, invitation.name = f"invitation-{invitation.pk}@{NOWHERE}", ""
        invitation.token_digest = f"{uuid4().hex}{uuid4().hex}"
        invitation.save(update_fields=["email", "name", "token_digest"])


def sessions_of(person: Person) -> Iterator[Session]:
    """The sessions where somebody is signed in, or on the way to be; each is read to know."""
    return (session for session in Session.objects.iterator() if _is_about(session, person))


def _is_about(session: Session, person: Person) -> bool:
    content = session.get_decoded()
    told = json.dumps(content, default=str)
    return content.get("_auth_user_id") == str(person.pk) or person.is_addressed_in(told)


def end_sessions(person: Person) -> None:
    """Sign somebody out everywhere."""
    Session.objects.filter(pk__in=[session.pk for session in sessions_of(person)]).delete()


def entries_about(person: Person) -> QuerySet:
    """What a person did, and what happened to their account, their memberships and their invitations."""
    about = Q(by=person.pk) | Q(object_type=User._meta.label_lower, object_id=str(person.pk))
    for rows in (memberships_of(person), invitations_of(person)):
        numbers = [str(pk) for pk in rows.values_list("pk", flat=True)]
        about |= Q(object_type=rows.model._meta.label_lower, object_id__in=numbers)
    return TraceEntry.objects.filter(about)


COMING_IN = [
    Personal(
        "chantier.Invitation",
        what="Les invitations qui vous sont adressées",
        holds=(
            "Le courriel et le nom auxquels on vous invite, l’organisation, le rôle, et ce qui en est advenu"
        ),
        columns=("email", "name", "organization", "role", "sent_at", "accepted_at", "withdrawn_at"),
        purpose="Vous faire entrer, vous seulement, et une seule fois.",
        kept="90 jours après qu’elles ont été acceptées, retirées ou échues",
        seen_by="la personne qui vous invite et la coordination",
        of=invitations_of,
        erase=blank_invitations,
        unexported=("token_digest", "invited_by", "accepted_by"),
    ),
    Personal(
        "sessions.Session",
        what="Vos connexions en cours",
        holds="Un numéro, jusqu’à quand il vaut, et le chantier que vous regardez",
        columns=("expire_date",),
        purpose="Vous garder en ligne d’une page à l’autre.",
        kept="douze heures après votre entrée",
        seen_by="vous",
        of=sessions_of,
        erase=end_sessions,
        unexported=("session_key", "session_data"),
    ),
    Personal(
        "chantier.TraceEntry",
        what="La trace de ce qui arrive",
        holds="Quand, quoi, sur quel objet, et par quel numéro de compte",
        columns=("at", "event", "object_type", "object_id"),
        purpose="Savoir qui a fait quoi, pour la sécurité et pour en répondre. Aucun nom n’y figure.",
        kept=TWO_YEARS,
        seen_by="la coordination",
        of=entries_about,
        # It holds numbers, which name nobody once the account is erased.
        erase=lambda person: None,
        unexported=("by", "detail"),
        export=lambda entry: {
            "Quand": entry.at,
            "Quoi": trace.label_of(entry.event),
            "Sur": f"{entry.object_type} {entry.object_id}".strip(),
        },
    ),
]


def of_account(
    model: str,
    *,
    what: str,
    holds: str,
    columns: dict[str, str],
    kept: str,
    unexported: tuple[str, ...],
) -> Personal:
    """Declare a library's table of rows that belong to an account, and go with it; its columns in French."""

    def rows(person: Person) -> QuerySet:
        return apps.get_model(model)._base_manager.filter(user=person.pk)

    def as_told(row: Model) -> dict[str, Any]:
        return {words: privacy.shown(row, column) for column, words in columns.items()}

    return Personal(
        model,
        what=what,
        holds=holds,
        columns=tuple(columns),
        purpose="Protéger votre compte.",
        kept=kept,
        seen_by="vous",
        of=rows,
        erase=lambda person: rows(person).delete(),
        unexported=unexported,
        export=as_told,
    )


PROTECTION = [
    of_account(
        "mfa.Authenticator",
        what="Vos moyens d’authentification",
        holds="Le genre de chacun, quand il a été ajouté et employé; sa clé, que personne ne lit",
        columns={"type": "Genre", "created_at": "Ajouté", "last_used_at": "Employé la dernière fois"},
        kept=WITH_THE_ACCOUNT,
        unexported=("user", "data"),
    ),
    of_account(
        "usersessions.UserSession",
        what="Vos appareils connectés",
        holds="L’adresse Internet et le navigateur de chaque connexion, quand elle a commencé et servi",
        columns={
            "ip": "Adresse Internet",
            "user_agent": "Navigateur",
            "created_at": "Ouvert",
            "last_seen_at": "Vu la dernière fois",
        },
        kept="jusqu’à la nuit qui suit la fin de la connexion",
        unexported=("user", "session_key", "data"),
    ),
]

# What coordinators do in the admin -------------------------------------------------------------------


def redact_log(person: Person) -> None:
    """Leave no name in what the admin notes of its changes: its lines are labels, not sentences."""
    exactly = replace(person, role=privacy.ERASED, named_by_one_word=True)
    privacy.redact(LogEntry, ("object_repr", "change_message"), exactly)
    # By number too: it may be under a former name.
    for rows in (User.objects.filter(pk=person.pk), memberships_of(person)):
        kind = ContentType.objects.get_for_model(rows.model)
        for row in rows:
            LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).update(
                object_repr=str(row)[:200]
            )


ADMINISTRATION = [
    Personal(
        "admin.LogEntry",
        what="Les gestes de la coordination dans l’administration",
        holds="Pour la coordination seulement\u00a0: quand, quoi, et sur quel objet",
        columns=("action_time", "action_flag", "content_type", "object_id"),
        purpose="Retrouver qui a changé quoi.",
        kept=TWO_YEARS,
        seen_by="la coordination",
        of=lambda person: LogEntry.objects.filter(user=person.pk).select_related("content_type"),
        erase=redact_log,
        # What an object is called by may be somebody else's name.
        unexported=("user", "object_repr", "change_message"),
        export=lambda entry: {
            "Quand": entry.action_time,
            "Quoi": entry.get_action_flag_display(),
            "Sur": f"{entry.content_type} {entry.object_id}",
        },
    ),
]

# What says nothing of anybody ------------------------------------------------------------------------

TEXT = "Écrit au nom du chantier ou d’une organisation"
IMPERSONAL = [
    Impersonal("chantier.Organization", "Une organisation, pas une personne."),
    Impersonal("chantier.Region", "La liste officielle des régions."),
    Impersonal("chantier.Chantier", TEXT, texts=("presentation",)),
    Impersonal("chantier.Cycle", TEXT, texts=("network_presentation",)),
    Impersonal("chantier.Objective", TEXT, texts=("text",)),
    Impersonal("chantier.Achievement", TEXT, texts=("text",)),
    Impersonal("chantier.Participation", "Le lien d’une organisation à un cycle."),
    Impersonal(
        "chantier.Incident",
        "Le registre que la loi demande décrit l’incident et ne nomme aucune personne concernée.",
        texts=(
            *("circumstances", "information", "happened_about"),
            *("risk_elements", "other_notices", "measures"),
        ),
    ),
    Impersonal(
        "account.EmailConfirmation", "Sans usage\u00a0: les liens de vérification sont signés, non conservés."
    ),
    Impersonal("auth.Group", "Le nom d’un rôle."),
    Impersonal("auth.Permission", "Le nom d’un droit."),
    Impersonal("contenttypes.ContentType", "Le nom d’une table."),
]

# How long --------------------------------------------------------------------------------------------


def old_log() -> QuerySet:
    """What the admin noted longer ago than the trace is kept."""
    return LogEntry.objects.filter(action_time__lt=timezone.now() - TRACE_KEPT)


def ended_sessions() -> QuerySet:
    """The sessions that open nothing any more."""
    return Session.objects.filter(expire_date__lt=timezone.now())


def ended_devices() -> QuerySet:
    """The devices whose session is over: signed out, ended by its length, or taken away."""
    going_on = Session.objects.filter(expire_date__gte=timezone.now())
    return UserSession.objects.exclude(session_key__in=going_on.values("session_key"))


def deleted(rows: QuerySet) -> int:
    """Delete rows; return how many of them there were, not counting what goes with them."""
    return rows.delete()[1].get(rows.model._meta.label, 0)


def erased(people: QuerySet) -> int:
    """Erase people; return how many."""
    found: list[Model] = list(people)
    for user in found:
        erase(user, by=None)
    return len(found)


RETENTIONS = [
    Retention("trace", "Trace de plus de deux ans", TraceEntry.objects.old, TraceEntry.objects.purge),
    Retention(
        "admin_log", "Gestes de l’administration de plus de deux ans", old_log, lambda: deleted(old_log())
    ),
    Retention("sessions", "Connexions échues", ended_sessions, lambda: deleted(ended_sessions())),
    Retention(
        "devices", "Appareils dont la connexion est finie", ended_devices, lambda: deleted(ended_devices())
    ),
    Retention(
        "invitations",
        "Invitations acceptées, retirées ou échues depuis plus de 90 jours",
        Invitation.objects.old,
        lambda: deleted(Invitation.objects.old()),
    ),
    Retention(
        "incidents",
        "Incidents de confidentialité connus depuis plus de cinq ans",
        Incident.objects.old,
        lambda: deleted(Incident.objects.old()),
    ),
    Retention(
        "unused_accounts",
        "Comptes jamais ouverts, un an après leur création",
        User.objects.never_used,
        lambda: erased(User.objects.never_used()),
        erases=True,
    ),
    Retention(
        "gone_people",
        "Comptes de personnes parties depuis plus de deux ans",
        User.objects.gone,
        lambda: erased(User.objects.gone()),
        erases=True,
    ),
]

# How the trace of a night reads, by the names of its rules.
THROWN_AWAY = {
    "trace": "trace",
    "admin_log": "gestes de l’administration",
    "sessions": "connexions",
    "devices": "appareils",
    "invitations": "invitations",
    "incidents": "incidents",
    "emails": "courriels",
    "reports": "fichiers",
    "unused_accounts": "comptes jamais ouverts",
    "gone_people": "comptes de personnes parties",
}
