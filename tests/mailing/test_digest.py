"""The digest: what is new for a person, once, at nine, and nothing where nothing is new."""

import datetime as dt
import threading
import uuid
from unittest import mock

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chantier.models import Membership, User
from mailing import digests, preferences
from mailing.actions import POINTLESS, deliver, send_again
from mailing.models import MailPreferences, OutgoingEmail
from meetings.actions.publishing import publish
from meetings.models import Meeting, MeetingDocument, SynthesisVersion
from tests import factories as f

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2027, 2, 8, 14, tzinfo=dt.UTC)  # nine in Toronto
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


def at(instant):
    return mock.patch("django.utils.timezone.now", return_value=instant)


def plan(instant):
    """The digests that a beat writes at that instant, by address."""
    before = set(OutgoingEmail.objects.values_list("pk", flat=True))
    with at(instant):
        digests.plan_all()
    return sorted(OutgoingEmail.objects.exclude(pk__in=before).values_list("to", flat=True))


def send(instant):
    with at(instant):
        deliver()
    return mail.outbox[-1].body


def synthesis(cycle, instant, title="Cadre de référence"):
    """A synthesis published at that instant."""
    meeting = f.MeetingFactory(cycle=cycle, title=title, state=Meeting.State.HELD)
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None, tell=False)
    SynthesisVersion.objects.filter(meeting=meeting).update(published_at=instant)
    return meeting


def document(meeting, instant, name="ordre-du-jour.pdf"):
    # Without a file: other tests read every file that is kept.
    row = f.MeetingDocumentFactory(meeting=meeting, name=name, stored_as=f"essai/{uuid.uuid4()}.pdf")
    MeetingDocument.objects.filter(pk=row.pk).update(added_at=instant)
    return row


@pytest.fixture
def weekly(member):
    """The member, who chose each week, and was told until the Monday before."""
    told = MONDAY - 7 * DAY
    f.MailPreferencesFactory(user=member, digest="weekly", digested_until=told - digests.SETTLED)
    return member


def test_a_member_reads_what_is_new_with_a_link_to_each(cycle, weekly):
    meeting = synthesis(cycle, MONDAY - DAY)
    document(meeting, MONDAY - 2 * DAY)
    assert plan(MONDAY) == [weekly.email]
    body = send(MONDAY)
    for words in ("Synthèses publiées", "Cadre de référence", "Documents de rencontre", "ordre-du-jour.pdf"):
        assert words in body
        assert words in mail.outbox[0].alternatives[0].content
    assert f"http://localhost{meeting.get_absolute_url()}" in body
    assert "http://localhost/compte/courriels/" in body.strip().splitlines()[-1]
    assert "List-Unsubscribe" in mail.outbox[0].extra_headers


def test_nothing_is_sent_when_nothing_is_new(cycle, weekly):
    synthesis(cycle, MONDAY - 8 * DAY)
    assert plan(MONDAY) == []


def test_two_beats_write_one_digest(cycle, weekly):
    synthesis(cycle, MONDAY - DAY)
    assert plan(MONDAY) == [weekly.email]
    assert plan(MONDAY) == plan(MONDAY + HOUR) == plan(MONDAY + DAY) == []


def test_what_was_told_is_not_told_again_and_what_came_at_that_moment_is_told_next(cycle, weekly):
    synthesis(cycle, MONDAY - 6 * MINUTE, "Première")
    synthesis(cycle, MONDAY - 4 * MINUTE, "Deuxième")
    synthesis(cycle, MONDAY + DAY, "Troisième")
    plan(MONDAY)
    first = send(MONDAY)
    plan(MONDAY + 7 * DAY)
    second = send(MONDAY + 7 * DAY)
    told = [[title in body for title in ("Première", "Deuxième", "Troisième")] for body in (first, second)]
    assert told == [[True, False, False], [False, True, True]]


def test_a_new_version_of_a_synthesis_is_news(cycle, weekly):
    meeting = synthesis(cycle, MONDAY - DAY)
    plan(MONDAY)
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None, tell=False)
    SynthesisVersion.objects.filter(number=2).update(published_at=MONDAY + DAY)
    assert plan(MONDAY + 7 * DAY) == [weekly.email]
    assert "(version 2)" in send(MONDAY + 7 * DAY)


def test_a_beat_that_was_away_on_monday_tells_on_tuesday_and_later_waits_for_the_next(cycle, weekly):
    synthesis(cycle, MONDAY - DAY)
    assert plan(MONDAY + 2 * DAY) == []
    assert plan(MONDAY + DAY) == [weekly.email]
    assert plan(MONDAY + 7 * DAY) == []


def test_a_week_that_was_missed_is_told_by_the_next_digest(cycle, weekly):
    synthesis(cycle, MONDAY - DAY)
    assert plan(MONDAY + 7 * DAY) == [weekly.email]


@pytest.mark.parametrize(
    ("rhythm", "day", "expected"),
    [
        # Before and after each change of the clock: nine in Toronto, and the first of November is a Monday.
        ("weekly", dt.date(2027, 3, 8), "2027-03-08T14:00:00+00:00"),
        ("weekly", dt.date(2027, 3, 15), "2027-03-15T13:00:00+00:00"),
        ("weekly", dt.date(2027, 11, 1), "2027-11-01T13:00:00+00:00"),
        ("weekly", dt.date(2027, 11, 8), "2027-11-08T14:00:00+00:00"),
        ("monthly", dt.date(2027, 3, 1), "2027-03-01T14:00:00+00:00"),
        ("monthly", dt.date(2027, 4, 1), "2027-04-01T13:00:00+00:00"),
        ("monthly", dt.date(2027, 5, 3), "2027-05-03T13:00:00+00:00"),  # the first is a Saturday
        ("monthly", dt.date(2027, 8, 2), "2027-08-02T13:00:00+00:00"),  # the first is a Sunday
        ("monthly", dt.date(2027, 11, 1), "2027-11-01T13:00:00+00:00"),
        ("monthly", dt.date(2027, 12, 1), "2027-12-01T14:00:00+00:00"),
    ],
)
def test_it_leaves_at_nine_local_time_on_a_working_day(cycle, member, rhythm, day, expected):
    due = dt.datetime.fromisoformat(expected)
    f.MailPreferencesFactory(user=member, digest=rhythm, digested_until=due - 6 * DAY)
    synthesis(cycle, due - DAY)
    assert plan(due - MINUTE) == []
    assert plan(due) == [member.email]
    email = OutgoingEmail.objects.get()
    assert (email.due_at, timezone.localtime(email.due_at).hour) == (due, 9)
    assert timezone.localdate(email.due_at) == day


@pytest.mark.parametrize(("day", "hours"), [("2027-03-15", 167), ("2027-11-08", 169)])
def test_the_week_of_a_change_of_the_clock_loses_no_hour_and_tells_none_twice(cycle, member, day, hours):
    last = digests.slot("weekly", dt.datetime.fromisoformat(f"{day}T20:00Z"))
    first = digests.slot("weekly", last - MINUTE)
    assert last - first == hours * HOUR
    f.MailPreferencesFactory(user=member, digest="weekly", digested_until=first - digests.SETTLED)
    published = [first - digests.SETTLED, first, first + hours / 2 * HOUR, last - digests.SETTLED, last]
    for number, instant in enumerate(published):
        synthesis(cycle, instant, f"Synthèse {number}")
    plan(last)
    body = send(last)
    assert [f"Synthèse {number}" in body for number in range(5)] == [False, True, True, True, False]


def test_a_change_of_rhythm_loses_nothing_and_tells_nothing_twice(cycle, weekly):
    titles = ["Première", "Deuxième", "Troisième", "Quatrième"]
    days = [-1, 1, 8, 23]
    for title, day in zip(titles, days, strict=True):
        synthesis(cycle, MONDAY + day * DAY, title)
    plan(MONDAY)
    bodies = [send(MONDAY)]
    preferences.choose(weekly, refused=[], digest="monthly")
    assert plan(MONDAY + 7 * DAY) == []
    first_of_march = MONDAY + 21 * DAY
    plan(first_of_march)
    bodies.append(send(first_of_march))
    preferences.choose(weekly, refused=[], digest="weekly")
    assert plan(first_of_march + DAY) == []
    plan(first_of_march + 7 * DAY)
    bodies.append(send(first_of_march + 7 * DAY))
    told = [[title for title in titles if title in body] for body in bodies]
    assert told == [["Première"], ["Deuxième", "Troisième"], ["Quatrième"]]


def weeks(*titles, cycle):
    """A synthesis in each of the weeks before the first Mondays; return the Mondays."""
    for number, title in enumerate(titles):
        synthesis(cycle, MONDAY + 7 * number * DAY - DAY, title)
    return [MONDAY + 7 * number * DAY for number in range(len(titles))]


def read_in_last(*titles):
    return [title for title in titles if title in mail.outbox[-1].body]


def test_what_a_server_refused_for_good_is_told_by_the_next_digest_and_once(cycle, weekly):
    titles = ("Première", "Deuxième", "Troisième", "Quatrième")
    first, second, third, fourth = weeks(*titles, cycle=cycle)
    for monday in (first, second):
        plan(monday)
        OutgoingEmail.objects.filter(state="waiting").update(state="failed")
    plan(third)
    send(third)
    assert read_in_last(*titles) == ["Première", "Deuxième", "Troisième"]
    plan(fourth)
    send(fourth)
    assert read_in_last(*titles) == ["Quatrième"]


def test_what_was_written_to_an_address_that_was_left_is_told_at_the_new_one(cycle, weekly):
    first, second = weeks("Première", "Deuxième", cycle=cycle)
    plan(first)
    User.objects.filter(pk=weekly.pk).update(email="nouvelle@ville.example")
    with at(first):
        assert deliver() == 0
    plan(second)
    send(second)
    assert read_in_last("Première", "Deuxième") == ["Première", "Deuxième"]


def test_a_refused_digest_that_was_sent_again_by_hand_is_not_told_twice(cycle, weekly, coordinator):
    first, second = weeks("Première", "Deuxième", cycle=cycle)
    plan(first)
    OutgoingEmail.objects.update(state="failed")
    with at(first + HOUR):
        send_again(OutgoingEmail.objects.get(), by=coordinator)
    send(first + HOUR)
    assert read_in_last("Première", "Deuxième") == ["Première"]
    plan(second)
    send(second)
    assert read_in_last("Première", "Deuxième") == ["Deuxième"]


def test_who_had_chosen_never_is_told_what_comes_from_now_on(cycle, weekly):
    MailPreferences.objects.update(digest="never")
    synthesis(cycle, MONDAY - 2 * DAY, "Ancienne")
    assert plan(MONDAY) == []
    with at(MONDAY + DAY):
        preferences.choose(weekly, refused=[], digest="weekly")
    synthesis(cycle, MONDAY + 2 * DAY, "Nouvelle")
    plan(MONDAY + 7 * DAY)
    body = send(MONDAY + 7 * DAY)
    assert ("Ancienne" in body, "Nouvelle" in body) == (False, True)


def test_who_never_chose_receives_one_a_month(cycle, member):
    synthesis(cycle, MONDAY)
    assert plan(MONDAY + 7 * DAY) == []
    assert not MailPreferences.objects.exists()
    assert plan(MONDAY + 21 * DAY) == [member.email]
    assert MailPreferences.objects.get().digest == "monthly"


def test_a_new_member_is_not_told_what_came_before_them(cycle, member):
    synthesis(cycle, MONDAY - 5 * DAY, "Avant")
    synthesis(cycle, MONDAY - DAY, "Après")
    new = f.member_of(cycle)
    new.memberships.update(since=(MONDAY - 3 * DAY).date())
    organization = f.member_of(cycle)
    organization.organization.participations.update(joined=(MONDAY - 3 * DAY).date())
    for person in (member, new, organization):
        f.MailPreferencesFactory(user=person, digest="weekly", digested_until=MONDAY - 7 * DAY)
    plan(MONDAY)
    with at(MONDAY):
        deliver()
    told = {message.to[0]: ("Avant" in message.body, "Après" in message.body) for message in mail.outbox}
    assert told == {member.email: (True, True), new.email: (False, True), organization.email: (False, True)}


def test_nobody_else_is_told(cycle, weekly, outsider):
    gone, closed = f.member_of(cycle), f.member_of(cycle)
    Membership.objects.filter(user=gone).update(until="2027-01-01")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    for person in (gone, closed, outsider):
        f.MailPreferencesFactory(user=person, digest="weekly", digested_until=MONDAY - 7 * DAY)
    synthesis(cycle, MONDAY - DAY)
    assert plan(MONDAY) == [weekly.email]


def test_the_document_of_a_draft_is_told_once_it_is_convened(cycle, weekly):
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date="2027-06-01")
    document(meeting, MONDAY - DAY)
    assert plan(MONDAY) == []
    Meeting.objects.update(state=Meeting.State.CONVENED)
    convocation = f.ConvocationFactory(meeting=meeting)
    type(convocation).objects.update(called_at=MONDAY + DAY)
    assert plan(MONDAY + 7 * DAY) == [weekly.email]
    assert plan(MONDAY + 14 * DAY) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda member: member.memberships.update(until="2027-02-08"),
        lambda member: member.organization.participations.update(left="2027-02-08"),
        lambda member: User.objects.update(is_active=False),
        lambda member: User.objects.update(email="nouvelle@ville.example"),
        lambda member: MailPreferences.objects.update(refused=["digest"]),
        lambda member: MailPreferences.objects.update(digest="never"),
    ],
    ids=["left", "organisation left", "account closed", "address changed", "unsubscribed", "never"],
)
def test_what_a_person_may_not_read_at_the_moment_of_sending_does_not_leave(cycle, weekly, change):
    synthesis(cycle, MONDAY - DAY)
    plan(MONDAY)
    change(weekly)
    with at(MONDAY):
        assert deliver() == 0
    assert OutgoingEmail.objects.get().state == "withdrawn"


def test_what_was_taken_away_meanwhile_is_left_out_and_the_rest_leaves(cycle, weekly):
    kept, taken = synthesis(cycle, MONDAY - DAY, "Gardée"), synthesis(cycle, MONDAY - DAY, "Reprise")
    document(kept, MONDAY - DAY, "gardé.pdf")
    plan(MONDAY)
    Meeting.objects.filter(pk=taken.pk).update(state=Meeting.State.DRAFT)
    body = send(MONDAY)
    assert "Reprise" not in body + mail.outbox[0].alternatives[0].content
    assert "Gardée" in body
    assert "Reprise" not in OutgoingEmail.objects.get().text
    Meeting.objects.all().update(state=Meeting.State.DRAFT)
    OutgoingEmail.objects.update(state="waiting")
    with at(MONDAY):
        assert deliver() == 0
    assert OutgoingEmail.objects.get().last_error == POINTLESS


def test_one_person_s_trouble_stops_nobody(cycle, weekly, monkeypatch):
    other = f.member_of(cycle)
    f.MailPreferencesFactory(user=other, digest="weekly", digested_until=MONDAY - 7 * DAY)
    synthesis(cycle, MONDAY - DAY)
    whole = digests.news_for
    broken = lambda user, *period: 1 / 0 if user == weekly else whole(user, *period)  # noqa: E731
    monkeypatch.setattr(digests, "news_for", broken)
    assert plan(MONDAY) == [other.email]
    monkeypatch.undo()
    assert plan(MONDAY + HOUR) == [weekly.email]  # the instant did not move: nothing is lost


def test_a_digest_asks_the_same_whatever_it_tells(cycle, weekly):
    counts = []
    for number in (1, 10):
        for _ in range(number):
            document(synthesis(cycle, MONDAY - DAY + number * 7 * DAY), MONDAY - DAY + number * 7 * DAY)
        person = User.objects.get(pk=weekly.pk)
        with at(MONDAY + number * 7 * DAY), CaptureQueriesContext(connection) as queries:
            assert digests.plan(person)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_the_same_moment_write_one_digest(cycle, weekly):
    synthesis(cycle, MONDAY - DAY)
    start = threading.Barrier(2)

    def beat():
        start.wait()
        try:
            digests.plan_all()
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _ in range(2)]
    with at(MONDAY):
        for thread in beats:
            thread.start()
        for thread in beats:
            thread.join()
    assert OutgoingEmail.objects.filter(kind="digest").count() == 1
