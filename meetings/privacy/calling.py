"""What meetings know of people: who published, and whom the texts may name."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from chantier.models import Cycle
from ecpar_portal.privacy import NOWHERE, Impersonal, Person, Personal, declare
from meetings.models import (
    CalendarFeed,
    Compilation,
    Convocation,
    MeetingDocument,
    MeetingGuest,
    SynthesisDraft,
    SynthesisVersion,
)
from meetings.models.versions import digest_of
from reports import actions as reports
from reports.models import Report

TEXT = "Écrit par la coordination au nom du chantier; un nom n’y a pas sa place"
# Everything that the files of a cycle print, as a cycle reaches it.
PRINTED = [
    *("chantier__presentation", "network_presentation", "objectives__text", "achievements__text"),
    *("meetings__title", "meetings__place", "meetings__objectives__text", "meetings__points__text"),
    *("meetings__commitments__text", "meetings__commitments__reason"),
]


def versions_published_by(person: Person) -> QuerySet:
    """The syntheses that a person published."""
    return SynthesisVersion.objects.filter(published_by=person.pk).select_related("meeting")


def leave_role_in_syntheses(person: Person) -> None:
    """Put the role in place of the name in what is frozen, and throw away the files that printed the name."""
    printed = Q(*(person.may_be_in(column) for column in PRINTED), _connector=Q.OR)
    cycles = {*Cycle.objects.filter(printed).values_list("pk", flat=True), *_redact_versions(person)}
    versions = SynthesisVersion.objects.filter(meeting__cycle__in=cycles)
    syntheses = Q(kind="synthesis", object_id__in=versions.values("pk"))
    drafts = SynthesisDraft.objects.filter(meeting__cycle__in=cycles)
    drafted = Q(kind="synthesis_draft", object_id__in=drafts.values("pk"))
    chosen = Compilation.objects.filter(versions__meeting__cycle__in=cycles)
    compiled = Q(kind="compilation", object_id__in=chosen.values("pk"))
    bilans = Q(kind="bilan", object_id__in=cycles)
    reports.discard(Report.objects.filter(syntheses | drafted | compiled | bilans))


def _redact_versions(person: Person) -> Iterator[int]:
    """Rewrite the versions that name the person; yield their cycles."""
    for version in SynthesisVersion.objects.select_related("meeting").iterator():
        content = person.redacted_json(version.content)
        if content != version.content:
            SynthesisVersion.objects.filter(pk=version.pk).update(content=content, digest=digest_of(content))
            yield version.meeting.cycle_id


def convocations_of(person: Person) -> QuerySet:
    """The meetings to which a person was called, as a member or at an address of theirs."""
    return Convocation.objects.filter(Q(user=person.pk) | person.has_address("email")).select_related(
        "meeting", "organization"
    )


def leave_answers_without_name(person: Person) -> None:
    """Put no one's address in place of a guest's; what an organisation answered stays under its name."""
    for convocation in convocations_of(person).filter(user=None):
        nobody = {"email": f"convocation-{convocation.pk}@{NOWHERE}", "name": ""}
        Convocation.objects.filter(pk=convocation.pk).update(**nobody)
    convocations_of(person).update(nonce="", name="")


def guests_named(person: Person) -> QuerySet:
    """Where an address of the person stands in the list of a meeting's guests."""
    return MeetingGuest.objects.filter(person.has_address("email"))


def documents_added_by(person: Person) -> QuerySet:
    """The documents of meetings that a person added."""
    return MeetingDocument.objects.filter(added_by=person.pk)


def declarations() -> None:
    """Declare what calls people, and what is published."""
    declare(
        Personal(
            "meetings.Convocation",
            what="Vos convocations et vos réponses",
            holds="La rencontre, l’organisation pour laquelle vous étiez convoqué, votre réponse et son "
            "jour, et le jour où vous avez refusé les rappels",
            columns=(
                *("meeting", "organization", "email", "name", "called_at"),
                *("answer", "answered_at", "quiet_at"),
            ),
            purpose="Vous convoquer, et savoir qui vient.",
            kept="avec l’histoire du chantier; sans votre nom une fois votre compte effacé",
            seen_by="vous et la coordination",
            of=convocations_of,
            erase=leave_answers_without_name,
            unexported=("user", "nonce", "withdrawn_at", "replaced_by"),
            texts=("name",),
        ),
        Personal(
            "meetings.MeetingGuest",
            what="Les rencontres où vous êtes invité sans compte",
            holds="Votre adresse et votre nom, tels que la coordination les a écrits",
            columns=("meeting", "email", "name"),
            purpose="Vous convoquer à une rencontre.",
            kept="avec la rencontre",
            seen_by="la coordination",
            of=guests_named,
            erase=lambda person: guests_named(person).delete(),
            texts=("name",),
        ),
        Personal(
            "meetings.MeetingDocument",
            what="Les documents de rencontre que vous ajoutez",
            holds="Pour la coordination seulement\u00a0: le nom du fichier et le jour",
            columns=("meeting", "name", "added_at"),
            purpose="Savoir qui a ajouté un document.",
            kept="avec la rencontre; sans votre nom une fois votre compte effacé",
            seen_by="les personnes qui voient la rencontre; qui l’a ajouté, la coordination",
            of=documents_added_by,
            erase=lambda person: documents_added_by(person).update(added_by=None),
            unexported=("added_by",),
            texts=("name",),
        ),
        Personal(
            "meetings.CalendarFeed",
            what="L’adresse secrète de votre agenda",
            holds="Le jour où elle a été faite; l’adresse elle-même n’est pas conservée",
            columns=("created_at",),
            purpose="Montrer vos rencontres dans votre logiciel d’agenda.",
            kept="jusqu’à ce que vous la remplaciez ou l’arrêtiez",
            seen_by="vous",
            of=lambda person: CalendarFeed.objects.filter(user=person.pk),
            erase=lambda person: CalendarFeed.objects.filter(user=person.pk).delete(),
            unexported=("user", "token_digest"),
        ),
        Personal(
            "meetings.SynthesisVersion",
            what="Les synthèses que vous publiez",
            holds="Pour la coordination seulement\u00a0: la rencontre, la version et le jour",
            columns=("meeting", "number", "published_at"),
            purpose="Savoir qui a publié quelle version d’une synthèse.",
            kept="avec l’histoire du chantier; sans votre nom une fois votre compte effacé",
            seen_by="la coordination",
            of=versions_published_by,
            erase=leave_role_in_syntheses,
            unexported=("published_by", "content"),
        ),
        Impersonal("meetings.Meeting", TEXT, texts=("title", "place", "video_link")),
        Impersonal("meetings.AgendaLine", TEXT, texts=("text", "led_by")),
        Impersonal("meetings.Reminding", TEXT, texts=("subject", "opening", "after_words")),
        Impersonal("meetings.MeetingObjective", TEXT, texts=("text",)),
        Impersonal("meetings.SynthesisPoint", TEXT, texts=("text",)),
        Impersonal("meetings.PointAnswer", "Le lien d’un point de synthèse à un objectif."),
        Impersonal(
            "meetings.LoadedCycle", "Le fichier d’un cycle, tel qu’il a été chargé.", texts=("records",)
        ),
    )
