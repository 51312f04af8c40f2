"""What happens to meetings: each event is a function."""

from django.db import transaction

from meetings.models import Meeting, PointAnswer, Reading


@transaction.atomic
def confirm_reading(meeting: Meeting) -> None:
    """Confirm every link of a meeting that is still a proposed reading of its synthesis."""
    answers = PointAnswer.objects.filter(point__meeting=meeting)
    for links in (meeting.objectives.all(), meeting.points.all(), answers):
        links.filter(reading=Reading.PROPOSED).update(reading=Reading.CONFIRMED)
