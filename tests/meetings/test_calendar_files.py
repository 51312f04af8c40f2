"""Every calendar that the portal gives, rule by rule (RFC 5545, 5546), and read back by icalendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils import timezone

from meetings import feed, zone
from meetings.calendar import calendar_of
from meetings.models import Meeting
from tests import factories as f
from tests.meetings import rfc5545

pytestmark = pytest.mark.django_db

TORONTO = ZoneInfo("America/Toronto")
STAMP = dt.datetime(2027, 1, 5, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HARD = "Été; « nord », \\ salle\n2, \\n \U0001f600 " + "é" * 80 + "\u2028fin"
WRITTEN = "Été; « nord », \\ salle\n2, \\n \U0001f600 " + "é" * 80 + "\nfin"


def by_feed(meeting):
    return feed.calendar([meeting], stamp=STAMP).encode()


def by_mail(meeting):
    return calendar_of(meeting).encode()


WRITERS = [by_feed, by_mail]


def meeting_at(start, **more):
    """A convened meeting that starts at a local hour and lasts an hour."""
    start = start.replace(tzinfo=TORONTO).astimezone(dt.UTC)
    hours = {"starts_at": start, "ends_at": start + HOUR, "date": timezone.localdate(start)}
    return f.MeetingFactory(**{"state": Meeting.State.CONVENED, **hours, **more})


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    "local",
    [
        dt.datetime(2027, 3, 13, 9),
        dt.datetime(2027, 3, 14, 1, 30),
        dt.datetime(2027, 3, 14, 3),  # the first hour after the change
        dt.datetime(2027, 3, 14, 3, 30),
        dt.datetime(2027, 3, 14, 9),
        dt.datetime(2027, 7, 1, 13, 30),
        dt.datetime(2027, 11, 6, 23, 30),
        dt.datetime(2027, 11, 7, 0, 30),
        dt.datetime(2027, 11, 7, 3),
        dt.datetime(2027, 11, 8, 9),
        dt.datetime(2021, 3, 9, 13, 30),
        dt.datetime(2007, 2, 1, 9),
        dt.datetime(2031, 6, 1, 9),
    ],
    ids=str,
)
def test_a_program_that_reads_only_the_file_finds_the_instant(write, local):
    meeting = meeting_at(local)
    octets = write(meeting)
    (event,) = rfc5545.events_of(octets)
    calendar = rfc5545.calendar_of(octets)
    for name, instant in (("DTSTART", meeting.starts_at), ("DTEND", meeting.ends_at)):
        assert rfc5545.instant_of(event[name], calendar) == instant.replace(tzinfo=None), name
    read = icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]
    instants = [read.decoded(name).astimezone(dt.UTC) for name in ("dtstart", "dtend")]
    assert instants == [meeting.starts_at, meeting.ends_at]


def test_the_time_zone_is_right_at_each_hour_around_each_change():
    (part,) = rfc5545.calendar_of(
        b"BEGIN:VCALENDAR\r\n" + zone.written("America/Toronto").encode() + b"END:VCALENDAR\r\n"
    ).inside
    days = [dt.datetime(2027, 3, 14), dt.datetime(2027, 11, 7)]
    instants = [
        day + (hour - 24) * HOUR + minute
        for day in days
        for hour in range(72)
        for minute in (HOUR / 2, 0 * HOUR)
    ]
    instants += [dt.datetime(year, month, 15, 12) for year in range(2007, 2041) for month in range(1, 13)]
    for instant in instants:
        there = instant.replace(tzinfo=dt.UTC).astimezone(TORONTO).utcoffset()
        assert rfc5545.offset_at(part, instant) == there, instant


def test_another_time_zone_is_written_too(settings):
    settings.TIME_ZONE = "America/Vancouver"
    meeting = meeting_at(dt.datetime(2027, 7, 1, 13))
    with timezone.override("America/Vancouver"):
        octets = by_feed(meeting)
    (event,) = rfc5545.events_of(octets)
    assert event["DTSTART"].parameters["TZID"] == "America/Vancouver"
    found = rfc5545.instant_of(event["DTSTART"], rfc5545.calendar_of(octets))
    assert found == meeting.starts_at.replace(tzinfo=None)


@pytest.mark.parametrize("write", WRITERS)
def test_a_title_and_a_place_come_back_as_they_were_typed(write):
    words = "Été; « nord », \\n et \\ salle " + "é" * 80
    meeting = meeting_at(dt.datetime(2027, 6, 1, 9), title=words, place=words)
    f.MeetingObjectiveFactory(meeting=meeting, text=HARD)
    octets = write(meeting)
    (event,) = rfc5545.events_of(octets)
    expected = [f"{meeting.cycle.chantier}\xa0: {words}", words]
    assert [rfc5545.unescaped(event[name].value) for name in ("SUMMARY", "LOCATION")] == expected
    read = icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]
    assert [str(read["SUMMARY"]), str(read["LOCATION"])] == expected


def test_an_hour_that_comes_twice_is_told_apart():
    first, second = (dt.datetime(2027, 11, 7, hour, 30, tzinfo=dt.UTC) for hour in (5, 6))
    meeting = f.MeetingFactory(date=dt.date(2027, 11, 7), starts_at=first, ends_at=second)
    read = icalendar.Calendar.from_ical(by_feed(meeting)).walk("VEVENT")[0]
    assert [read.decoded(name).astimezone(dt.UTC) for name in ("dtstart", "dtend")] == [first, second]
    rfc5545.events_of(by_feed(meeting))


def test_each_special_character_is_escaped_once_and_read_back():
    meeting = meeting_at(dt.datetime(2027, 6, 1, 9), place=HARD[:120])
    f.MeetingObjectiveFactory(meeting=meeting, text=HARD)
    octets = by_feed(meeting)
    (event,) = rfc5545.events_of(octets)
    assert rfc5545.unescaped(event["LOCATION"].value) == WRITTEN[:120]
    assert rfc5545.unescaped(event["DESCRIPTION"].value) == f"- {WRITTEN}"
    read = icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]
    assert str(read["LOCATION"]) == WRITTEN[:120]


@pytest.mark.parametrize("letter", ["a", "é", "’", "\U0001f600", "e\u0301"])
def test_a_line_of_any_length_is_folded_between_characters(letter):
    for length in range(1, 170):
        line = f"DESCRIPTION:{letter * length}"
        octets = f"{feed.folded(line)}\r\n".encode()
        assert rfc5545.lines_of(octets) == [line]


@pytest.mark.parametrize("write", WRITERS)
def test_a_meeting_without_hours_takes_its_whole_day_and_needs_no_time_zone(write):
    meeting = f.MeetingFactory(state=Meeting.State.CONVENED, date=dt.date(2027, 3, 14))
    octets = write(meeting)
    (event,) = rfc5545.events_of(octets)
    assert (event["DTSTART"].value, event["DTEND"].value) == ("20270314", "20270315")
    assert b"VTIMEZONE" not in octets


def test_a_meeting_without_an_end_has_none():
    meeting = meeting_at(dt.datetime(2027, 6, 1, 9), ends_at=None)
    (event,) = rfc5545.events_of(by_feed(meeting))
    assert event.get("DTEND") is None


@pytest.mark.parametrize("write", WRITERS)
def test_the_name_of_an_event_stays_and_its_moves_are_counted(write, settings):
    settings.PORTAL_URL = "https://portail.example"
    meeting = meeting_at(dt.datetime(2027, 6, 1, 9))
    (before,) = rfc5545.events_of(write(meeting))
    Meeting.objects.update(date="2027-06-02", starts_at=None, ends_at=None, sequence=1, title="Autre")
    meeting.refresh_from_db()
    (after,) = rfc5545.events_of(write(meeting))
    assert before["UID"].value == after["UID"].value == f"rencontre-{meeting.pk}@portail.example"
    assert (before["SEQUENCE"].value, after["SEQUENCE"].value) == ("0", "1")
    assert after["URL"].value == f"https://portail.example{meeting.get_absolute_url()}"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("convened", "CONFIRMED"),
        ("held", "CONFIRMED"),
        ("published", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_a_cancelled_meeting_says_so(state, status):
    (event,) = rfc5545.events_of(by_feed(f.MeetingFactory(state=state)))
    assert event["STATUS"].value == status


def test_where_one_meets_from_afar_is_told_once():
    link = "https://visio.example/abc"
    online = meeting_at(dt.datetime(2027, 6, 1, 9), video_link=link)
    both = meeting_at(dt.datetime(2027, 6, 2, 9), video_link=link, place="Québec")
    events = rfc5545.events_of(feed.calendar([online, both], stamp=STAMP).encode())
    told = [(event.get("LOCATION"), event.get("DESCRIPTION")) for event in events]
    assert told == [(link, None), ("Québec", f"Visioconférence\xa0: {link}")]


def test_the_organiser_is_the_portal_whatever_its_name(settings):
    settings.DEFAULT_FROM_EMAIL = '"Portail; \\"ECPAR\\", é" <portail@portail.example>'
    octets = by_feed(f.MeetingFactory())
    rfc5545.events_of(octets)
    read = icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]["ORGANIZER"]
    assert (str(read), read.params["CN"]) == ("mailto:portail@portail.example", "Portail; ECPAR, é")
