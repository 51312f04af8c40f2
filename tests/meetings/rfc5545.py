"""The rules of RFC 5545 and 5546 that our calendars are held to, read from the octets, without a library.

`events_of(octets)` checks a whole file and returns its events; each rule says its section.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

from dateutil.rrule import rrulestr

NAME = re.compile(r"[A-Z][A-Z0-9-]*")
LINE = re.compile(
    r'(?P<name>[A-Z][A-Z0-9-]*)(?P<parameters>(?:;[A-Z-]+=(?:"[^"]*"|[^",;:]*))*):(?P<value>.*)', re.S
)
UTC = re.compile(r"\d{8}T\d{6}Z")
LOCAL = re.compile(r"\d{8}T\d{6}")
DAY = re.compile(r"\d{8}")
TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "NAME", "X-WR-CALNAME")
ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE", "STATUS", "LOCATION")
ONCE += ("DESCRIPTION", "URL")


@dataclass
class Property:
    """One content line, unfolded."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [found for found in self.properties if found.name == name]

    def __getitem__(self, name: str) -> Property:
        (found,) = self.all(name)
        return found

    def get(self, name: str) -> str | None:
        return self[name].value if self.all(name) else None

    def named(self, name: str) -> list["Component"]:
        return [found for found in self.inside if found.name == name]


def lines_of(octets: bytes) -> list[str]:
    """3.1: lines end with CRLF and hold at most 75 octets without it; what is folded unfolds to UTF-8."""
    assert octets.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets)
    for line in octets.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # no character is cut in two
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), line
    return octets.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]


def calendar_of(octets: bytes) -> Component:
    """The one calendar of a file, every line read."""
    root = Component("")
    open_ones = [root]
    for line in lines_of(octets):
        found = LINE.fullmatch(line)
        assert found, line
        parameters = dict(
            part.split("=", 1) for part in re.findall(r';([A-Z-]+=(?:"[^"]*"|[^",;:]*))', found["parameters"])
        )
        if found["name"] == "BEGIN":
            open_ones[-1].inside.append(Component(found["value"]))
            open_ones.append(open_ones[-1].inside[-1])
        elif found["name"] == "END":
            assert open_ones.pop().name == found["value"]
        else:
            if found["name"] in TEXTS:
                unescaped(found["value"])
            open_ones[-1].properties.append(Property(found["name"], parameters, found["value"]))
    assert open_ones == [root]
    (calendar,) = root.inside
    assert calendar.name == "VCALENDAR"
    return calendar


def unescaped(value: str) -> str:
    """3.3.11: a backslash, a semicolon, a comma and an end of line are escaped, nothing else is."""
    assert re.fullmatch(r"(?:[^\\;,\n\r]|\\[\\;,nN])*", value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def events_of(octets: bytes, *, method: str = "PUBLISH") -> list[Component]:
    """The events of a file, once every rule holds."""
    calendar = calendar_of(octets)
    assert calendar["VERSION"].value == "2.0"  # 3.7.4
    assert calendar["PRODID"].value  # 3.7.3
    assert calendar["METHOD"].value == method  # RFC 5546
    assert len(calendar.named("VTIMEZONE")) <= 1
    events = calendar.named("VEVENT")
    for event in events:
        check(event, calendar)
    identities = [event["UID"].value for event in events]
    assert len(identities) == len(set(identities))
    if calendar.named("VTIMEZONE"):
        assert calendar.inside[0].name == "VTIMEZONE" or calendar.inside[-1].name == "VTIMEZONE"
        assert any("TZID" in event["DTSTART"].parameters for event in events)  # none that nobody uses
    return events


def check(event: Component, calendar: Component) -> None:
    """3.6.1, and what RFC 5546, 3.2.1 asks of a published event."""
    for name in ONCE:
        assert len(event.all(name)) <= 1, name
    for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "ORGANIZER"):
        assert event[name].value, name
    assert UTC.fullmatch(event["DTSTAMP"].value)
    assert event["ORGANIZER"].value.startswith("mailto:")
    assert not event.all("ATTENDEE") or calendar["METHOD"].value != "PUBLISH"
    assert event["SEQUENCE"].value.isdigit()
    for name in ("DTSTART", "DTEND"):
        if not event.all(name):
            continue
        moment = event[name]
        assert moment.parameters.get("VALUE") == event["DTSTART"].parameters.get(
            "VALUE"
        )  # 3.6.1: the same type
        if moment.parameters.get("VALUE") == "DATE":
            assert DAY.fullmatch(moment.value)
        elif not UTC.fullmatch(moment.value):
            assert LOCAL.fullmatch(moment.value)  # 3.3.5: no Z with a TZID
            (zone,) = calendar.named("VTIMEZONE")
            assert moment.parameters["TZID"] == zone["TZID"].value  # 3.2.19
    if event.all("DTEND"):
        assert event["DTEND"].value > event["DTSTART"].value


def instant_of(moment: Property, calendar: Component) -> dt.datetime:
    """A local hour of the file as an instant, by the time zone of the file alone."""
    (zone,) = calendar.named("VTIMEZONE")
    local = dt.datetime.strptime(moment.value, "%Y%m%dT%H%M%S")
    # 3.3.5: an hour that comes twice is its first; one that does not exist counts with the offset before it.
    for candidate in sorted({local - offset for offset in offsets_of(zone)}):
        if candidate + offset_at(zone, candidate) == local:
            return candidate
    return local - offset_at(zone, local - max(offsets_of(zone)))


def offsets_of(zone: Component) -> list[dt.timedelta]:
    return [offset(part["TZOFFSETTO"].value) for part in zone.inside]


def offset_at(zone: Component, instant: dt.datetime) -> dt.timedelta:
    """3.6.5: the offset of the last transition before an instant (UTC, without zone)."""
    last = [(onset, part) for part in zone.inside for onset in onsets(part, instant)]
    return offset(max(last, key=lambda found: found[0])[1]["TZOFFSETTO"].value)


def onsets(part: Component, until: dt.datetime) -> list[dt.datetime]:
    """The transitions of a part of a zone until an instant: its start, its rule, its days, written in the
    offset that holds before them."""
    before = offset(part["TZOFFSETFROM"].value)
    start = dt.datetime.strptime(part["DTSTART"].value, "%Y%m%dT%H%M%S")
    local = [start]
    for rule in part.all("RRULE"):
        last = rrulestr(rule.value, dtstart=start).before(until + dt.timedelta(days=1))
        local += [last] if last else []
        earlier = rrulestr(rule.value, dtstart=start).before(last) if last else None
        local += [earlier] if earlier else []
    for days in part.all("RDATE"):
        local += [dt.datetime.strptime(day, "%Y%m%dT%H%M%S") for day in days.value.split(",")]
    return [onset - before for onset in local if onset - before <= until]


def offset(value: str) -> dt.timedelta:
    """3.3.14: « -0500 »."""
    assert re.fullmatch(r"[+-]\d{4}", value)
    size = dt.timedelta(hours=int(value[1:3]), minutes=int(value[3:]))
    return -size if value[0] == "-" else size
