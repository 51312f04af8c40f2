"""A meeting as an iCalendar event (RFC 5545)."""

import datetime as dt
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress

from ecpar_portal import french
from meetings import zone
from meetings.models import Meeting

PRODUCT = "-//ECPAR//Portail ECPAR//FR"


def uid_of(meeting: Meeting) -> str:
    """The name of the event, the same for ever, wherever the meeting moves."""
    return f"rencontre-{meeting.pk}@{urlsplit(settings.PORTAL_URL).hostname}"


def calendar_of(meeting: Meeting, method: str = "PUBLISH") -> str:
    """Return the event with its time zone; a whole day where the hours are not known."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("organizer", _organizer())
    event.add("summary", f"{meeting.cycle.chantier}{french.NBSP}: {meeting}")
    event.add("url", settings.PORTAL_URL + meeting.get_absolute_url())
    if meeting.place:
        event.add("location", meeting.place)
    objectives = "\n".join(f"- {objective.text}" for objective in meeting.objectives.all())
    if objectives:
        event.add("description", objectives)
    _add_time(event, meeting)
    if meeting.starts_at:
        calendar.add_component(zone.component())
    calendar.add_component(event)
    return calendar.to_ical().decode()


def _organizer() -> vCalAddress:
    """The portal itself: METHOD:PUBLISH wants one (RFC 5546, 3.2.1)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = name or address
    return organizer


def _add_time(event: Event, meeting: Meeting) -> None:
    if meeting.starts_at is None:
        event.add("dtstart", meeting.date)
        event.add("dtend", meeting.date + dt.timedelta(days=1))
        return
    event.add("dtstart", timezone.localtime(meeting.starts_at))
    if meeting.ends_at:
        event.add("dtend", timezone.localtime(meeting.ends_at))
