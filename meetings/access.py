"""Who may do what with meetings."""

from typing import Any

from meetings.models import Meeting, MeetingQuerySet


def may_download_synthesis(user: Any) -> MeetingQuerySet:
    """The meetings whose synthesis a person may have: those that they see, once it is published."""
    return Meeting.objects.visible_to(user).filter(state=Meeting.State.PUBLISHED)
