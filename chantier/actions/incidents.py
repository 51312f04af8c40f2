"""Confidentiality incidents are written in the register."""

from typing import Any

from django.db import transaction

from chantier.models import Incident
from chantier.trace import record


@transaction.atomic
def note_incident(incident: Incident, *, by: Any) -> None:
    """Write a confidentiality incident in the register, or what is now known of it."""
    event = "incident_noted" if incident.pk is None else "incident_changed"
    incident.save()
    record(event, by=by, on=incident)
