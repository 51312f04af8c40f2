"""Who may do what with meetings."""

from typing import Any

from django.db.models import QuerySet

from chantier.models import Cycle
from meetings.models import Meeting, SynthesisVersion


def may_download_synthesis(user: Any) -> QuerySet:
    """The versions of syntheses that a person may have: those of the published meetings that they see."""
    meetings = Meeting.objects.visible_to(user).filter(state=Meeting.State.PUBLISHED)
    return SynthesisVersion.objects.filter(meeting__in=meetings).select_related("meeting__cycle__chantier")


def may_download_bilan(user: Any) -> QuerySet:
    """The cycles whose bilan a person may have: those that they see."""
    return Cycle.objects.visible_to(user).select_related("chantier")
