"""What a person's calendar programs read at its secret address: meetings, and activities of the networks.

One calendar (RFC 5545).

Written out here rather than with icalendar, which takes half a millisecond for each event: a feed is asked
for several times a day by each program of each person. Tests read it back with icalendar, rule by rule.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ecpar_portal import french
from meetings import zone
from meetings.access import may_have_feed
from meetings.calendar import PRODUCT, host, uid_of
from meetings.models import Activity, CalendarFeed, Convocation, Meeting
from meetings.models.feeds import digest_of

NAME = "Rencontres ECPAR"
REFRESHED = "PT4H"
LONGEST_LINE = 75  # octets
_special = re.compile(r"[\\;,]")
_breaks = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_unprintable = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def feed_of(token: str) -> CalendarFeed | None:
    """The feed at a secret address, while it stands and its person takes part with an open account."""
    found = CalendarFeed.objects.filter(token_digest=digest_of(token)).select_related("user").first()
    return found if found and may_have_feed(found.user) else None


def meetings_of(user: Any) -> Iterable[Meeting]:
    """What a person's feed tells: the meetings of their chantiers, and those to which they are called.

    A meeting that was cancelled stays, so that programs take it off; a draft is nobody's yet.
    """
    called = Convocation.objects.of(user).values("meeting")
    seen = Meeting.objects.visible_to(user).values("pk")
    meetings = Meeting.objects.filter(Q(pk__in=seen) | Q(pk__in=called)).exclude(state=Meeting.State.DRAFT)
    return meetings.select_related("cycle__chantier").prefetch_related("objectives").order_by("date", "pk")


def activities_of(user: Any) -> Iterable[Activity]:
    """The activities of the networks that a person's feed tells, those that were called off among them."""
    return Activity.objects.visible_to(user).order_by("date", "pk")


def calendar(
    meetings: Iterable[Meeting], activities: Iterable[Activity] = (), *, stamp: dt.datetime, name: str = ""
) -> str:
    """Return meetings and activities as one calendar; the same ones and stamp give the same text.

    `name` is what a program calls a calendar to which one subscribes.
    """
    lines = ["BEGIN:VCALENDAR", f"PRODID:{PRODUCT}", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines += [f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
        lines += [f"X-WR-TIMEZONE:{settings.TIME_ZONE}"]
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESHED}", f"X-PUBLISHED-TTL:{REFRESHED}"]
    events = [line for meeting in meetings for line in _event(meeting, stamp)]
    events += [line for activity in activities for line in _activity(activity, stamp)]
    body = "".join(f"{folded(line)}\r\n" for line in [*lines, *events, "END:VCALENDAR"])
    if f";TZID={settings.TIME_ZONE}:" not in body:
        return body
    return body.replace("BEGIN:VEVENT\r\n", f"{zone.written(settings.TIME_ZONE)}BEGIN:VEVENT\r\n", 1)


def _event(meeting: Meeting, stamp: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid_of(meeting)}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield from _time(meeting, meeting.date)
    yield f"SEQUENCE:{meeting.sequence}"
    yield f"STATUS:{'CANCELLED' if meeting.state == Meeting.State.CANCELLED else 'CONFIRMED'}"
    yield f"SUMMARY:{escaped(f'{meeting.cycle.chantier}{french.NBSP}: {meeting}')}"
    if place := meeting.place or meeting.video_link:
        yield f"LOCATION:{escaped(place)}"
    if description := "\n".join(_description(meeting)):
        yield f"DESCRIPTION:{escaped(description)}"
    yield f"URL:{settings.PORTAL_URL}{meeting.get_absolute_url()}"
    yield _organizer()
    yield "END:VEVENT"


def _organizer() -> str:
    """The portal itself: METHOD:PUBLISH wants one (RFC 5546, 3.2.1)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = _unprintable.sub("", name.replace('"', "")) or address
    return f'ORGANIZER;CN="{name}":mailto:{address}'


def _activity(activity: Activity, stamp: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:activite-{activity.uid}@{host()}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield from _time(activity, activity.ends_on)
    yield f"SEQUENCE:{activity.sequence}"
    yield f"STATUS:{'CANCELLED' if activity.is_cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{escaped(f'{activity.organization}{french.NBSP}: {activity}')}"
    if activity.place:
        yield f"LOCATION:{escaped(activity.place)}"
    if description := "\n\n".join(filter(None, [activity.description, activity.link])):
        yield f"DESCRIPTION:{escaped(description)}"
    yield f"URL:{settings.PORTAL_URL}{activity.get_absolute_url()}"
    yield _organizer()
    yield "END:VEVENT"


def _time(event: Meeting | Activity, last_day: dt.date) -> Iterator[str]:
    """The hours in local time, or whole days where they are not known."""
    if event.starts_at is None:
        yield f"DTSTART;VALUE=DATE:{event.date:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{last_day + dt.timedelta(days=1):%Y%m%d}"
        return
    yield _local("DTSTART", event.starts_at)
    if event.ends_at:
        yield _local("DTEND", event.ends_at)
    elif last_day > event.date:  # of several days, without the hour of its end: to the end of the last one
        yield _local("DTEND", dt.datetime.combine(last_day, dt.time(23, 59), timezone.get_default_timezone()))


def _local(name: str, instant: dt.datetime) -> str:
    local = timezone.localtime(instant)
    if local.fold:  # the second time of an hour that comes twice: a local hour would say the first
        return f"{name}:{_utc(instant)}"
    return f"{name};TZID={settings.TIME_ZONE}:{local:%Y%m%dT%H%M%S}"


def _utc(instant: dt.datetime) -> str:
    return f"{instant.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _description(meeting: Meeting) -> Iterator[str]:
    yield from (f"- {objective.text}" for objective in meeting.objectives.all())
    if meeting.video_link and meeting.place:
        yield f"Visioconférence{french.NBSP}: {meeting.video_link}"


def escaped(text: str) -> str:
    """A text as a value: its commas, semicolons, backslashes and ends of line escaped (RFC 5545, 3.3.11)."""
    text = _special.sub(r"\\\g<0>", text)
    return _unprintable.sub("", _breaks.sub(r"\\n", text))


def folded(line: str) -> str:
    """A line in lines of at most 75 octets, no character cut in two (RFC 5545, 3.1)."""
    if len(line) <= LONGEST_LINE and line.isascii():
        return line
    raw, start, pieces, room = line.encode(), 0, [], LONGEST_LINE
    while start < len(raw):
        end = min(start + room, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        pieces.append(raw[start:end].decode())
        start, room = end, LONGEST_LINE - 1  # the space that opens a continuation counts
    return "\r\n ".join(pieces)
