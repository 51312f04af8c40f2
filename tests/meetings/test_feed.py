"""One's meetings in one's own calendar: a file, and a secret address that programs read."""

import datetime as dt
import json
import logging
import re
import secrets

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chantier.actions.erasure import erase
from chantier.models import TraceEntry, User
from ecpar_portal.logs import JsonFormatter, PlainFormatter
from meetings.actions import convening
from meetings.models import CalendarFeed, Meeting
from meetings.models.feeds import digest_of
from tests import factories as f
from tests.meetings import rfc5545
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGE = "/compte/agenda/"
DAY = dt.timedelta(days=1)
TOKEN = secrets.token_urlsafe(32)


def address_of(user):
    """The secret address of somebody, and its feed."""
    f.CalendarFeedFactory(user=user, token_digest=digest_of(TOKEN))
    return f"/agenda/{TOKEN}.ics"


@pytest.fixture
def address(member):
    """The member's address."""
    return address_of(member)


@pytest.fixture
def program():
    """A calendar program: it knows the address and nothing else."""
    return Client()


def made(page):
    """The address that a page shows."""
    return re.search(r'value="http://localhost(/agenda/[\w-]{43}\.ics)"', page.text)[1]


def mark(client):
    return client.get(PAGE).context["mark"]


def titles(answer):
    return [
        rfc5545.unescaped(event["SUMMARY"].value).split(": ")[1]
        for event in rfc5545.events_of(answer.content)
    ]


# The page --------------------------------------------------------------------------------------------


def test_a_member_makes_an_address_that_is_shown_once_and_of_which_only_the_hash_is_kept(
    sign_in, member, program
):
    client = sign_in(member)
    assert "Faire mon adresse" in text_of(client.get(PAGE))
    page = client.post(PAGE, {"make": "1", "mark": ""})
    path = made(page)
    for words in ("Montrée une seule fois", "Outlook", "Google Agenda", "iPhone"):
        assert words in text_of(page)
    assert program.get(path).status_code == 200
    token = path.split("/")[2].removesuffix(".ics")
    assert token not in client.get(PAGE).text
    assert token not in json.dumps(
        [*CalendarFeed.objects.values(), *TraceEntry.objects.values()], default=str
    )
    assert CalendarFeed.objects.get().token_digest == digest_of(token)
    assert "no-store" in page["Cache-Control"]


def test_an_address_that_is_replaced_or_stopped_shows_nothing_more(sign_in, member, program):
    client = sign_in(member)
    first = made(client.post(PAGE, {"make": "1", "mark": ""}))
    second = made(client.post(PAGE, {"make": "1", "mark": mark(client)}))
    assert [program.get(path).status_code for path in (first, second)] == [404, 200]
    page = client.post(PAGE, {"stop": "1", "mark": mark(client)}, follow=True)
    assert "C’est arrêté" in text_of(page)
    assert program.get(second).status_code == 404
    assert not CalendarFeed.objects.exists()
    events = (
        TraceEntry.objects.filter(event__startswith="feed_").order_by("pk").values_list("event", flat=True)
    )
    assert list(events) == ["feed_made", "feed_replaced", "feed_stopped"]


def test_a_page_that_is_sent_twice_replaces_nothing(sign_in, member, program):
    client = sign_in(member)
    first = made(client.post(PAGE, {"make": "1", "mark": ""}))
    for sent in (
        {"make": "1", "mark": ""},
        {"make": "1", "mark": "abc"},
        {"stop": "1", "mark": ""},
        {"x": "1"},
    ):
        page = client.post(PAGE, sent, follow=True)
        assert ("a changé entre-temps" in text_of(page)) == ("x" not in sent)
    assert program.get(first).status_code == 200


def test_who_takes_part_in_nothing_makes_none(sign_in):
    client = sign_in(f.UserFactory())
    assert "Aucune rencontre à montrer" in text_of(client.get(PAGE))
    page = client.post(PAGE, {"make": "1", "mark": ""}, follow=True)
    assert "rattaché à aucune organisation" in text_of(page)
    assert not CalendarFeed.objects.exists()


def test_the_account_leads_to_the_page(sign_in, member):
    assert f'href="{PAGE}"' in sign_in(member).get("/compte/").text


# What a program reads ---------------------------------------------------------------------------------


def test_it_reads_the_meetings_of_the_person_s_chantiers_and_no_other(
    program, member, cycle, outsider, address
):
    for state in Meeting.State:
        f.MeetingFactory(cycle=cycle, state=state, title=state.value)
    past = f.CycleFactory(chantier=cycle.chantier, starting_year=2019)
    f.MeetingFactory(cycle=past, title="another year")
    elsewhere = f.CycleFactory()
    f.MeetingFactory(cycle=elsewhere, title="elsewhere")
    f.ConvocationFactory(
        meeting=f.MeetingFactory(cycle=elsewhere, title="called", upcoming=True), user=member
    )
    f.ConvocationFactory(
        meeting=f.MeetingFactory(cycle=elsewhere, title="withdrawn", upcoming=True),
        user=member,
        withdrawn_at=timezone.now(),
    )
    f.ConvocationFactory(
        meeting=f.MeetingFactory(cycle=elsewhere, title="other's", upcoming=True), user=outsider
    )
    f.ConvocationFactory(meeting=f.MeetingFactory(cycle=elsewhere, title="not yet", draft=True), user=member)
    answer = program.get(address)
    assert sorted(titles(answer)) == sorted(
        ["convened", "held", "published", "cancelled", "another year", "called"]
    )
    assert "drafts" not in answer.text


def test_the_coordinator_reads_every_meeting_that_is_announced(program, coordinator):
    f.MeetingFactory(title="one")
    f.MeetingFactory(title="two")
    f.MeetingFactory(title="draft", draft=True)
    assert sorted(titles(program.get(address_of(coordinator)))) == ["one", "two"]


def test_its_head_is_what_programs_look_for(program, cycle, address):
    start = timezone.now() + 10 * DAY
    for _ in range(3):
        f.MeetingFactory(cycle=cycle, upcoming=True, starts_at=start, date=timezone.localdate(start))
    answer = program.get(address)
    calendar = rfc5545.calendar_of(answer.content)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(calendar.named("VTIMEZONE")) == 1
    assert len(calendar.named("VEVENT")) == 3
    assert rfc5545.unescaped(calendar["X-WR-CALNAME"].value) == "Rencontres ECPAR"
    assert calendar["REFRESH-INTERVAL"].value == calendar["X-PUBLISHED-TTL"].value == "PT4H"
    assert calendar["REFRESH-INTERVAL"].parameters == {"VALUE": "DURATION"}


def test_a_feed_without_a_meeting_is_a_calendar_all_the_same(program, address):
    assert rfc5545.events_of(program.get(address).content) == []


def test_a_meeting_that_moves_then_is_cancelled_keeps_its_name(program, cycle, address):
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=timezone.localdate() + 10 * DAY)
    convening.convene(meeting, by=None)
    (first,) = rfc5545.events_of(program.get(address).content)
    convening.move(meeting, date=meeting.date + DAY, starts_at=None, ends_at=None, by=None)
    (second,) = rfc5545.events_of(program.get(address).content)
    convening.cancel(meeting, by=None)
    (third,) = rfc5545.events_of(program.get(address).content)
    assert first["UID"] == second["UID"] == third["UID"]
    assert int(second["SEQUENCE"].value) > int(first["SEQUENCE"].value)
    assert [event["STATUS"].value for event in (first, second, third)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


def test_the_same_content_gives_the_same_octets_and_is_not_sent_again(program, cycle, address):
    f.MeetingFactory(cycle=cycle, upcoming=True)
    first, second = program.get(address), program.get(address)
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    assert "no-cache" in first["Cache-Control"]
    for known in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}'):
        unchanged = program.get(address, headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    Meeting.objects.update(title="Autre")
    changed = program.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


# Who reads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        lambda member: member.memberships.update(until=timezone.localdate()),
        lambda member: User.objects.filter(pk=member.pk).update(is_active=False),
        lambda member: erase(member, by=None),
        lambda member: CalendarFeed.objects.all().delete(),
    ],
    ids=["left", "account closed", "erased", "stopped"],
)
def test_it_shows_nothing_once_the_person_left_or_stopped_it(
    program, cycle, member, coordinator, address, end
):
    f.MeetingFactory(cycle=cycle)
    etag = program.get(address)["ETag"]
    end(member)
    answer = program.get(address, headers={"If-None-Match": etag})
    assert answer.status_code == 404
    assert "Rencontre" not in answer.text.replace("Rencontres", "")


def test_an_organisation_that_leaves_takes_its_meetings_with_it(program, cycle, member, address):
    f.MeetingFactory(cycle=cycle)
    member.organization.participations.update(left=timezone.localdate())
    assert titles(program.get(address)) == []


def test_a_coordinator_without_a_second_factor_reads_nothing(program):
    address = address_of(f.UserFactory(coordinator=True, coordinator__second_factor=False))
    assert program.get(address).status_code == 404


def test_a_demonstration_account_reads_nothing_where_there_is_none(program, member, address, settings):
    User.objects.update(is_demonstration=True)
    settings.DEMO = False
    assert program.get(address).status_code == 404


@pytest.mark.parametrize("token", ["abc", TOKEN[:-1], TOKEN + "x", digest_of(TOKEN), "é" * 40, "%00"])
def test_another_address_shows_nothing(program, address, token):
    assert program.get(f"/agenda/{token}.ics").status_code == 404


def test_the_token_is_in_no_line_of_the_log_nor_sent_to_another_page(program, address, settings, caplog):
    caplog.set_level(logging.DEBUG)
    answer = program.get(address)
    assert answer["Referrer-Policy"] == "no-referrer"
    CalendarFeed.objects.all().delete()
    program.get(address)
    settings.LIMITS = {**settings.LIMITS, "links": (0, 300)}
    assert program.get(address).status_code == 429
    assert len(caplog.records) >= 2
    for formatter in (JsonFormatter, PlainFormatter):
        assert TOKEN not in "".join(formatter().format(record) for record in caplog.records)


def test_sixty_meetings_cost_the_questions_of_five(program, cycle, member, address):
    counts = []
    for number in (5, 55):
        for _ in range(number):
            f.MeetingObjectiveFactory(meeting__cycle=cycle)
        with CaptureQueriesContext(connection) as queries:
            program.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


# A file ----------------------------------------------------------------------------------------------


def test_a_meeting_is_saved_as_a_calendar(sign_in, member, cycle):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    client = sign_in(member)
    address = f"{meeting.get_absolute_url()}rencontre.ics"
    assert f'href="{address}"' in client.get(meeting.get_absolute_url()).text
    answer = client.get(address)
    (event,) = rfc5545.events_of(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="rencontre-{meeting.slug}.ics"'
    assert event["DTSTART"].value == f"{meeting.date:%Y%m%d}"


def test_another_chantier_s_meeting_or_a_draft_is_saved_by_nobody(sign_in, member, coordinator, cycle):
    draft, other = f.MeetingFactory(cycle=cycle, draft=True), f.MeetingFactory()
    assert sign_in(member).get(f"{other.get_absolute_url()}rencontre.ics").status_code == 404
    for person in (member, coordinator):
        assert sign_in(person).get(f"{draft.get_absolute_url()}rencontre.ics").status_code == 404
