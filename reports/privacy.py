"""What the files that people ask for know of them."""

from typing import Any

from django.conf import settings

from ecpar_portal.french import counted
from ecpar_portal.privacy import Impersonal, Personal, Retention, declare
from reports import actions
from reports.models import Report, ReportRequest


def as_told(asked: ReportRequest) -> dict[str, Any]:
    """A request, with the title of its file."""
    kind = asked.report.of_kind
    shown = kind.model._base_manager.filter(pk=asked.report.object_id).first()
    return {
        "Fichier": kind.title(shown) if shown else "ce qu’il montrait n’existe plus",
        "Demandé": asked.asked_at,
        "Gardé jusqu’au": asked.kept_until,
    }


def declarations() -> None:
    """Declare the models of this app."""
    kept = f"{counted(settings.REPORT_KEPT_DAYS, 'jour')} après la dernière demande"
    declare(
        Impersonal(
            "reports.Report",
            "Le genre et l’avancement d’un fichier, qui n’est ouvert qu’à qui peut voir son objet.",
            texts=("last_error",),
        ),
        Personal(
            "reports.ReportRequest",
            what="Vos demandes de fichiers",
            holds="Le fichier demandé, et quand",
            columns=("asked_at",),
            purpose="Vous montrer vos fichiers et leur avancement, et les garder le temps qu’ils servent.",
            kept=kept,
            seen_by="vous",
            of=lambda person: ReportRequest.objects.filter(user=person.pk).select_related("report"),
            erase=lambda person: actions.forget(person.pk),
            unexported=("user", "report"),
            export=as_told,
        ),
        Retention(
            "reports",
            f"Fichiers produits, {kept}; vos données exportées, après leur délai propre",
            old=Report.objects.old,
            discard=actions.purge,
        ),
    )
