"""What meetings know of people: who published, and whom the texts may name."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from chantier.models import Cycle
from ecpar_portal.privacy import Impersonal, Person, Personal, declare
from meetings.models import SynthesisVersion
from meetings.models.versions import digest_of
from reports import actions as reports
from reports.models import Report

TEXT = "Écrit par la coordination au nom du chantier; un nom n’y a pas sa place"
# Everything that the files of a cycle print, as a cycle reaches it.
PRINTED = [
    *("chantier__presentation", "network_presentation", "objectives__text", "achievements__text"),
    *("meetings__title", "meetings__place", "meetings__objectives__text", "meetings__points__text"),
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
    reports.discard(Report.objects.filter(syntheses | Q(kind="bilan", object_id__in=cycles)))


def _redact_versions(person: Person) -> Iterator[int]:
    """Rewrite the versions that name the person; yield their cycles."""
    for version in SynthesisVersion.objects.select_related("meeting").iterator():
        content = person.redacted_json(version.content)
        if content != version.content:
            SynthesisVersion.objects.filter(pk=version.pk).update(content=content, digest=digest_of(content))
            yield version.meeting.cycle_id


def declarations() -> None:
    """Declare the models of this app."""
    declare(
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
        Impersonal("meetings.Meeting", TEXT, texts=("title", "place")),
        Impersonal("meetings.MeetingObjective", TEXT, texts=("text",)),
        Impersonal("meetings.SynthesisPoint", TEXT, texts=("text",)),
        Impersonal("meetings.PointAnswer", "Le lien d’un point de synthèse à un objectif."),
        Impersonal(
            "meetings.LoadedCycle", "Le fichier d’un cycle, tel qu’il a été chargé.", texts=("records",)
        ),
    )
