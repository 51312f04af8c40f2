"""The portal's time zone as calendars write it (RFC 5545, 3.6.5), with its transitions.

Of America/Toronto, the rules that hold since 2007, which Outlook, Google and Apple all read. icalendar's own
component is a list of days, and puts each spring's an hour late (3 h, where the rule is the hour before it).
"""

from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Timezone

TORONTO = """\
BEGIN:VTIMEZONE
TZID:America/Toronto
BEGIN:STANDARD
DTSTART:20061029T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


@cache
def written(name: str) -> str:
    """The component of a time zone, as text."""
    if name == "America/Toronto":
        return TORONTO
    return Timezone.from_tzinfo(ZoneInfo(name)).to_ical().decode()


def component() -> Timezone:
    """The component of the portal's time zone, for icalendar."""
    return Timezone.from_ical(written(settings.TIME_ZONE))
