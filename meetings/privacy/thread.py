"""What people say in the room, between meetings and while a synthesis is written.

Others read the organisation; the person who wrote is kept for themselves and the coordinator, and becomes
nobody once their account is erased.
"""

from collections.abc import Callable
from functools import partial

from django.apps import apps
from django.db.models import QuerySet

from ecpar_portal.privacy import Impersonal, Person, Personal, declare
from meetings.models import Attendance

KEPT = "avec l’histoire du chantier; sans votre nom une fois votre compte effacé"
SEEN = "les membres du chantier, sous le nom de votre organisation; la coordination"


def written(
    model: str,
    what: str,
    columns: tuple[str, ...],
    purpose: str,
    *,
    by: str = "written_by",
    holds: str = "Ce que vous avez écrit pour votre organisation, et le jour",
    seen_by: str = SEEN,
    unexported: tuple[str, ...] = (),
    texts: tuple[str, ...] = ("text",),
) -> Personal:
    """Declare a table whose rows keep in `by` who wrote them."""

    def of(person: Person) -> QuerySet:
        return apps.get_model(model).objects.filter(**{by: person.pk})

    return Personal(
        model,
        what=what,
        holds=holds,
        columns=columns,
        purpose=purpose,
        kept=KEPT,
        seen_by=seen_by,
        of=of,
        erase=partial(_leave_nobody, of, by),
        unexported=(by, *unexported),
        texts=texts,
    )


def _leave_nobody(of: Callable[[Person], QuerySet], by: str, person: Person) -> None:
    of(person).update(**{by: None})


def attendances_of(person: Person) -> QuerySet:
    """The meetings where a person was; what names a guest is in their convocation."""
    return Attendance.objects.filter(user=person.pk).select_related("meeting", "organization")


def leave_organization_there(person: Person) -> None:
    """The organisation was there, whoever spoke for it; the account that says nothing any more stays."""
    attendances_of(person).update(name="")


def declarations() -> None:
    """Declare what people say and write."""
    declare(*ROOM, *EXCHANGE, *SYNTHESIS, *IMPERSONAL)


ROOM = [
    Personal(
        "meetings.Attendance",
        what="Les rencontres où vous étiez",
        holds="La rencontre et l’organisation pour laquelle vous y étiez",
        columns=("meeting", "organization", "noted_at"),
        purpose="Savoir qui relit la synthèse d’une rencontre, et tenir la feuille des présences.",
        kept=KEPT,
        seen_by="vous et la coordination",
        of=attendances_of,
        erase=leave_organization_there,
        unexported=("user", "convocation"),
        texts=("name",),
    ),
    written(
        "meetings.Need",
        "Les besoins que vous écrivez au tour de table",
        ("meeting", "organization", "text", "written_at", "withdrawn_at"),
        "Dire ce dont votre organisation a besoin, et d’où viennent les objectifs du chantier.",
    ),
    written(
        "meetings.NeedSupport",
        "Les besoins que vous appuyez",
        ("need", "organization", "supported_at"),
        "Savoir quelles organisations ont le même besoin.",
        by="by",
        holds="Le besoin, votre organisation et le jour",
        texts=(),
    ),
    written(
        "meetings.Commitment",
        "Les actions à entreprendre que vous écrivez",
        ("meeting", "organization", "text", "term", "state", "reason", "written_at", "closed_at"),
        "Suivre ce que votre organisation a dit qu’elle ferait.",
        texts=("text", "reason"),
    ),
]

EXCHANGE = [
    written(
        "meetings.Obstacle",
        "Les obstacles que vous racontez",
        ("chantier", "theme", "stage", "organization", "text", "written_at", "withdrawn_at"),
        "Chercher ensemble des solutions.",
    ),
    written(
        "meetings.Solution",
        "Les solutions que vous proposez",
        ("obstacle", "organization", "text", "written_at", "withdrawn_at"),
        "Faire profiter les autres de ce qui aide.",
    ),
    written(
        "meetings.Trial",
        "Les solutions que votre organisation a essayées",
        ("solution", "organization", "note", "tried_at"),
        "Dire ce qui a été essayé, et ce qu’il en est ressorti.",
        by="by",
        texts=("note",),
    ),
    written(
        "meetings.Question",
        "Les questions que vous posez",
        ("chantier", "theme", "stage", "organization", "text", "written_at", "withdrawn_at"),
        "Demander aux autres entre deux rencontres.",
    ),
    written(
        "meetings.Reply",
        "Les réponses que vous donnez",
        ("question", "organization", "text", "written_at", "withdrawn_at"),
        "Répondre aux autres entre deux rencontres.",
    ),
    written(
        "meetings.Activity",
        "Les activités que vous annoncez pour votre réseau",
        ("chantier", "organization", "title", "description", "date", "place", "link", "written_at"),
        "Faire connaître les activités des réseaux partenaires.",
        texts=("title", "description", "place", "link"),
    ),
]

SYNTHESIS = [
    written(
        "meetings.PointComment",
        "Vos commentaires sur une synthèse",
        ("review", "organization", "point_text", "text", "written_at", "answer", "answered_at"),
        "Relire ensemble une synthèse avant qu’elle paraisse.",
        seen_by="qui était à la rencontre, sous le nom de votre organisation; la coordination",
        texts=("text", "answer", "point_text"),
    ),
    written(
        "meetings.SynthesisDraft",
        "Les brouillons de synthèse que vous enregistrez",
        ("meeting", "revision", "saved_at"),
        "Revenir sur un changement, et savoir qui l’a fait.",
        by="saved_by",
        holds="Pour la coordination seulement\u00a0: la rencontre et le jour",
        seen_by="la coordination",
        unexported=("content",),
        texts=("content",),
    ),
    written(
        "meetings.Review",
        "Les relectures que vous ouvrez",
        ("meeting", "opened_at", "last_day", "closed_at"),
        "Savoir qui a ouvert une relecture.",
        by="opened_by",
        holds="Pour la coordination seulement\u00a0: la rencontre et les jours",
        seen_by="la coordination",
        texts=(),
    ),
]

IMPERSONAL = [
    Impersonal("meetings.Theme", "Un thème d’échange.", texts=("name",)),
    Impersonal("meetings.Compilation", "Un choix de synthèses publiées."),
]
