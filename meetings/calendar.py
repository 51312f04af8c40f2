"""A meeting as an iCalendar event (RFC 5545), and the messages that carry it (RFC 5546)."""

import datetime as dt
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vUri

from ecpar_portal import french
from meetings import zone
from meetings.models import Convocation, Meeting, total_of

PRODUCT = "-//ECPAR//Portail ECPAR//FR"
ANSWERS = {Convocation.Answer.YES: "ACCEPTED", Convocation.Answer.NO: "DECLINED"}


def uid_of(meeting: Meeting) -> str:
    """The name of the event, the same for ever, wherever the meeting moves."""
    return f"rencontre-{meeting.pk}@{host()}"


def host() -> str | None:
    """The portal's own name, that of its address."""
    return urlsplit(settings.PORTAL_URL).hostname


def calendar_of(meeting: Meeting, method: str = "PUBLISH") -> str:
    """Return the event with its time zone; a whole day where the hours are not known."""
    return _calendar(event_of(meeting), method).to_ical().decode()


class Requests:
    """What a meeting asks of each person's calendar: the event is made once, its attendee each time.

    `method` is REQUEST to call or move, CANCEL to take back: of the meeting where it is cancelled, of the
    person alone where it is not (RFC 5546, 3.2.2 and 3.2.5).
    """

    def __init__(self, meeting: Meeting, method: str) -> None:
        self._event = event_of(meeting)
        if method == "REQUEST":
            self._event.add("status", "CONFIRMED")
        elif meeting.state == Meeting.State.CANCELLED:
            self._event.add("status", "CANCELLED")
        self._calendar = _calendar(self._event, method)

    def to(self, row: Convocation) -> str:
        """Return the calendar of one person's message."""
        attendee = vCalAddress(f"mailto:{row.address}")
        attendee.params["CN"] = " ".join(row.who.splitlines())
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = ANSWERS.get(row.answer, "NEEDS-ACTION")
        # People answer by the link of the message; nobody reads what a calendar would send back.
        attendee.params["RSVP"] = "FALSE"
        self._event.pop("attendee", None)
        self._event.add("attendee", attendee)
        return self._calendar.to_ical().decode()


def event_of(meeting: Meeting) -> Event:
    """Return the event alone, with what there is to know of the meeting."""
    event, page = Event(), settings.PORTAL_URL + meeting.get_absolute_url()
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("organizer", _organizer())
    event.add("summary", f"{meeting.cycle.chantier}{french.NBSP}: {meeting}")
    event.add("url", page)
    if where := ", ".join(filter(None, [meeting.place, meeting.video_link])):
        event.add("location", where)
    if meeting.video_link:
        conference = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Visioconférence"}
        event.add("conference", vUri(meeting.video_link), conference)
    event.add("description", "\n\n".join(filter(None, [_objectives(meeting), _agenda(meeting), page])))
    _add_time(event, meeting)
    return event


def _calendar(event: Event, method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if isinstance(event.decoded("dtstart"), dt.datetime):
        calendar.add_component(zone.component())
    calendar.add_component(event)
    return calendar


def _objectives(meeting: Meeting) -> str:
    return "\n".join(f"- {objective.text}" for objective in meeting.objectives.all())


def _agenda(meeting: Meeting) -> str:
    lines = list(meeting.agenda.all())
    if not lines:
        return ""
    told = [f"- {line.text} ({line.minutes}{french.NBSP}min)" for line in lines]
    minutes = total_of(lines) // dt.timedelta(minutes=1)
    return "\n".join([f"Ordre du jour ({minutes}{french.NBSP}min)", *told])


def _organizer() -> vCalAddress:
    """The portal itself: every method wants one (RFC 5546, 3.2)."""
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
