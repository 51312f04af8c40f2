"""What a meeting says to calendars, read back and held against RFC 5545 and RFC 5546, rule by rule."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils import timezone

from meetings.calendar import Requests, calendar_of, uid_of
from meetings.models import Meeting
from tests import factories as f

pytestmark = pytest.mark.django_db

TORONTO = ZoneInfo("America/Toronto")
MARCH, NOVEMBER = dt.date(2027, 3, 14), dt.date(2027, 11, 7)


@pytest.fixture
def meeting(cycle):
    """A convened meeting with everything that its event tells, in words that fold badly."""
    meeting = f.MeetingFactory(
        cycle=cycle,
        upcoming=True,
        date=dt.date(2027, 3, 9),
        starts_at=dt.datetime(2027, 3, 9, 13, 30, tzinfo=TORONTO),
        ends_at=dt.datetime(2027, 3, 9, 16, tzinfo=TORONTO),
        title="Été, « où »; ça\\là " + "é" * 90,
        place="Salle 1; 2e étage, " + "à gauche " * 12,
        video_link="https://visio.example/reunion?salle=1&cle=a,b;c",
    )
    f.MeetingObjectiveFactory(meeting=meeting, text="Choisir " + "très " * 40 + "bien\net vite")
    f.AgendaLineFactory(meeting=meeting, text="Tour de table, à l’ordre; du jour", minutes=20)
    f.AgendaLineFactory(meeting=meeting, text="Mesures", minutes=70)
    return meeting


@pytest.fixture
def row(meeting):
    return f.ConvocationFactory(meeting=meeting, user=f.UserFactory(name="Élise « É » Tremblay"))


def request_to(row, method="REQUEST"):
    return Requests(row.meeting, method).to(row)


def read(text):
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return event


def texts(meeting, row):
    return [calendar_of(meeting), request_to(row), request_to(row, "CANCEL")]


def test_lines_end_as_they_must_hold_75_octets_at_most_and_cut_no_letter(meeting, row):
    for text in texts(meeting, row):
        raw = text.encode()
        assert raw.endswith(b"\r\n")
        assert b"\n" not in raw.replace(b"\r\n", b"")
        for line in raw.split(b"\r\n"):
            assert len(line) <= 75
            line.decode()
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)


def test_what_was_written_comes_back_as_it_was(meeting, row):
    for text in texts(meeting, row):
        event = read(text)
        assert meeting.title in event["SUMMARY"]
        assert event["LOCATION"] == f"{meeting.place}, {meeting.video_link}"
        assert meeting.objectives.get().text in event["DESCRIPTION"]
        assert "Tour de table, à l’ordre; du jour (20\u00a0min)" in event["DESCRIPTION"]
        assert "Ordre du jour (90\u00a0min)" in event["DESCRIPTION"]
        assert meeting.get_absolute_url() in event["DESCRIPTION"]
        assert event["CONFERENCE"] == meeting.video_link
        assert event["CONFERENCE"].params["VALUE"] == "URI"


def test_a_request_says_whom_it_calls_who_calls_and_asks_no_answer_by_calendar(meeting, row):
    calendar = icalendar.Calendar.from_ical(request_to(row))
    event = read(request_to(row))
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert event["ATTENDEE"] == f"mailto:{row.user.email}"
    told = {name: event["ATTENDEE"].params[name] for name in ("PARTSTAT", "RSVP", "CN")}
    # A quotation mark cannot stand in a parameter; ours are guillemets.
    assert told == {"PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE", "CN": "Élise « É » Tremblay"}
    assert event["ORGANIZER"].startswith("mailto:")
    for name in ("DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE"):
        assert len(re.findall(rf"^{name}[;:]", request_to(row).partition("BEGIN:VEVENT")[2], re.M)) == 1
    assert event["STATUS"] == "CONFIRMED"


def test_a_guest_s_request_names_their_address(meeting):
    guest = f.ConvocationFactory(meeting=meeting, guest=True, name='Anne "la" Tremblay')
    assert read(request_to(guest))["ATTENDEE"] == f"mailto:{guest.email}"


def test_one_event_made_once_names_each_person_alone(meeting, row):
    other, requests = f.ConvocationFactory(meeting=meeting), Requests(meeting, "REQUEST")
    read_back = [read(requests.to(which))["ATTENDEE"] for which in (row, other, row)]
    assert read_back == [f"mailto:{which.user.email}" for which in (row, other, row)]


@pytest.mark.parametrize(("answer", "told"), [("", "NEEDS-ACTION"), ("yes", "ACCEPTED"), ("no", "DECLINED")])
def test_an_answer_that_is_kept_stays_in_the_calendar(meeting, row, answer, told):
    row.answer = answer
    assert read(request_to(row))["ATTENDEE"].params["PARTSTAT"] == told


def test_a_publication_names_nobody(meeting):
    assert icalendar.Calendar.from_ical(calendar_of(meeting))["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in read(calendar_of(meeting))


def test_a_cancellation_cancels_the_meeting_or_takes_one_person_out(meeting, row):
    alone = read(request_to(row, "CANCEL"))
    assert "STATUS" not in alone
    meeting.state = row.meeting.state = Meeting.State.CANCELLED
    whole = read(request_to(row, "CANCEL"))
    assert whole["STATUS"] == "CANCELLED"
    assert {event["UID"] for event in (alone, whole)} == {uid_of(meeting)}
    assert icalendar.Calendar.from_ical(request_to(row, "CANCEL"))["METHOD"] == "CANCEL"


@pytest.mark.parametrize(
    ("day", "offset"),
    [
        (MARCH - dt.timedelta(days=1), -5),
        (MARCH, -4),
        (NOVEMBER - dt.timedelta(days=1), -4),
        (NOVEMBER, -5),
    ],
)
def test_the_zone_in_the_file_is_right_on_both_sides_of_a_change(meeting, row, day, offset):
    start = dt.datetime.combine(day, dt.time(9), TORONTO)
    Meeting.objects.update(date=day, starts_at=start, ends_at=start + dt.timedelta(hours=2))
    row.meeting.refresh_from_db()
    calendar = icalendar.Calendar.from_ical(request_to(row))
    (zone,) = calendar.walk("VTIMEZONE")
    event = read(request_to(row))
    assert event["DTSTART"].params["TZID"] == zone["TZID"] == "America/Toronto"
    assert event["DTSTART"].to_ical() == f"{day:%Y%m%d}T090000".encode()
    # As the file itself says, without any other knowledge of the zone.
    told = zone.to_tz(lookup_tzid=False).utcoffset(dt.datetime.combine(day, dt.time(9)))
    assert told == dt.timedelta(hours=offset)


def test_without_hours_it_is_a_whole_day_in_no_zone(meeting, row):
    Meeting.objects.update(starts_at=None, ends_at=None)
    row.meeting.refresh_from_db()
    event = read(request_to(row))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        meeting.date,
        meeting.date + dt.timedelta(days=1),
    )
    assert "VTIMEZONE" not in request_to(row)


def test_the_moment_of_the_message_is_in_universal_time(row):
    assert re.search(r"^DTSTAMP:\d{8}T\d{6}Z\r$", request_to(row), re.M)
    assert abs(read(request_to(row)).decoded("dtstamp") - timezone.now()) < dt.timedelta(minutes=1)
