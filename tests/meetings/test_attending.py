"""The coordinator notes who is there in a few taps; the sheet then tells who was."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from chantier.models import Membership, TraceEntry
from meetings import attendance
from meetings.actions.calling import keep_called
from meetings.models import Attendance, Convocation, Meeting, MeetingGuest
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ASKED = {"HX-Request": "true"}


@pytest.fixture
def meeting(cycle):
    """A meeting to which two people of a city, a college and a guest were called, and whose day has come."""
    city = f.member_of(cycle, name="Ville de la Baie").organization
    f.MembershipFactory(organization=city, role=Membership.Role.READER, user__name="Lectrice de la ville")
    f.member_of(cycle, name="Collège du Nord")
    found = f.MeetingFactory(cycle=cycle, upcoming=True)
    MeetingGuest.objects.create(meeting=found, email="invitee@ailleurs.example", name="Invitée d’ailleurs")
    keep_called(found)
    Meeting.objects.update(date=timezone.localdate())
    found.refresh_from_db()
    return found


def address(meeting):
    return reverse("attendance", args=[meeting.slug])


def row_of(name):
    return Convocation.objects.get(user__name=name)


def tap(client, meeting, **sent):
    return client.post(address(meeting), sent, headers=ASKED)


def present():
    return sorted(row.who for row in Attendance.objects.all())


def test_a_tap_notes_a_person_for_their_organisation_and_another_forgets_it(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    answer = tap(client, meeting, here=row_of("Lectrice de la ville").pk)
    assert 'aria-pressed="true"' in answer.text
    assert "Collège du Nord" not in answer.text
    assert "1 personne et 1 organisation présentes" in text_of(answer)
    noted = Attendance.objects.get()
    assert (noted.who, str(noted.organization)) == ("Lectrice de la ville", "Ville de la Baie")
    answer = tap(client, meeting, gone=noted.pk)
    assert 'aria-pressed="true"' not in answer.text
    assert "0 personne et 0 organisation" in text_of(answer)
    assert list(
        TraceEntry.objects.filter(event__startswith="attended").order_by("pk").values_list("event", flat=True)
    ) == [
        "attended",
        "attended_not",
    ]


def test_tapped_twice_or_sent_again_is_noted_once(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    guest = Convocation.objects.get(user=None)
    college = meeting.cycle.organizations.get(name="Collège du Nord")
    for _ in range(2):
        for sent in ({"here": row_of("Lectrice de la ville").pk}, {"here": guest.pk}, {"alone": college.pk}):
            tap(client, meeting, **sent)
        client.post(address(meeting), {"name": "Passante", "organization": college.pk})
        client.post(address(meeting), {"name": "Passante"})
    assert present() == [
        "Collège du Nord",
        "Invitée d’ailleurs",
        "Lectrice de la ville",
        "Passante",
        "Passante",
    ]
    assert TraceEntry.objects.filter(event="attended").count() == 5
    page = text_of(client.get(address(meeting)))
    assert "4 personnes et 2 organisations présentes" in page


def test_the_page_lists_those_called_with_their_answers_and_organisations_without_anybody(
    sign_in, coordinator, meeting, cycle
):
    f.ParticipationFactory(cycle=cycle, organization__name="Ministère sans personne")
    Convocation.objects.filter(user__name="Lectrice de la ville").update(
        answer="yes", answered_at=timezone.now()
    )
    page = text_of(sign_in(coordinator).get(address(meeting)))
    assert "Lectrice de la ville sera là" in page
    for name in ("Ville de la Baie", "Collège du Nord", "Invitée d’ailleurs", "Ministère sans personne"):
        assert name in page
    assert page.index("Ville de la Baie") < page.index("Sans organisation")


def test_somebody_noted_whose_convocation_was_withdrawn_stays_shown(sign_in, coordinator, meeting):
    client = sign_in(coordinator)
    tap(client, meeting, here=row_of("Lectrice de la ville").pk)
    Convocation.objects.update(withdrawn_at=timezone.now())
    page = text_of(client.get(address(meeting)))
    assert "Lectrice de la ville" in page
    assert "1 personne et 1 organisation" in page


@pytest.mark.parametrize("sent", [{}, {"here": "x"}, {"here": "9" * 30}, {"gone": "999999"}, {"alone": "-1"}])
def test_what_means_nothing_changes_nothing(sign_in, coordinator, meeting, sent):
    client = sign_in(coordinator)
    assert client.post(address(meeting), sent).status_code == 302
    assert tap(client, meeting, **sent).status_code == 200
    assert not Attendance.objects.exists()


def test_what_is_of_another_meeting_is_not_touched(sign_in, coordinator, meeting, outsider):
    other = f.ConvocationFactory()
    noted = f.AttendanceFactory()
    client = sign_in(coordinator)
    for sent in ({"here": other.pk}, {"gone": noted.pk}, {"alone": outsider.organization.pk}):
        tap(client, meeting, **sent)
    client.post(address(meeting), {"name": "Passante", "organization": outsider.organization.pk})
    assert list(Attendance.objects.all()) == [noted]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "deux\nlignes"])
def test_a_name_that_is_none_is_refused_beside_its_field(sign_in, coordinator, meeting, name):
    answer = sign_in(coordinator).post(address(meeting), {"name": name})
    assert 'class="error-summary"' in answer.text
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(("minutes", "opens"), [(59, True), (61, False)])
def test_it_opens_an_hour_before_or_on_the_day(sign_in, coordinator, meeting, minutes, opens):
    starts = timezone.now() + dt.timedelta(minutes=minutes)
    # On the day after, whatever the hour of this test.
    Meeting.objects.update(date=timezone.localdate() + dt.timedelta(days=1), starts_at=starts)
    client = sign_in(coordinator)
    tap(client, meeting, here=row_of("Lectrice de la ville").pk)
    assert Attendance.objects.exists() == opens
    assert ("Les présences se notent à partir du" in text_of(client.get(address(meeting)))) != opens


def test_before_the_day_nothing_is_noted_and_it_is_said(sign_in, coordinator, meeting):
    Meeting.objects.update(date=timezone.localdate() + dt.timedelta(days=2))
    client = sign_in(coordinator)
    answer = client.post(address(meeting), {"here": row_of("Lectrice de la ville").pk}, follow=True)
    assert "Les présences se notent à partir du" in text_of(answer)
    assert "Une autre personne" not in answer.text
    assert not Attendance.objects.exists()


def test_a_member_notes_nobody(sign_in, member, meeting):
    client = sign_in(member)
    assert client.get(address(meeting)).status_code == 403
    assert tap(client, meeting, here=Convocation.objects.first().pk).status_code == 403
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("state", [Meeting.State.DRAFT, Meeting.State.CANCELLED])
def test_nobody_is_noted_at_what_does_not_take_place(sign_in, coordinator, meeting, state):
    Meeting.objects.update(state=state)
    assert sign_in(coordinator).get(address(meeting)).status_code == 404


def test_the_meeting_leads_there_once_its_day_has_come(sign_in, coordinator, member, meeting):
    assert address(meeting) + '"' in sign_in(coordinator).get(meeting.get_absolute_url()).text
    assert address(meeting) + '"' not in sign_in(member).get(meeting.get_absolute_url()).text
    Meeting.objects.update(date=timezone.localdate() + dt.timedelta(days=2))
    assert address(meeting) + '"' not in sign_in(coordinator).get(meeting.get_absolute_url()).text


def test_the_page_asks_as_many_queries_with_more_people(sign_in, coordinator, meeting):
    client, counts = sign_in(coordinator), []
    for _ in range(2):
        for _ in range(5):
            row = f.ConvocationFactory(meeting=meeting)
            f.AttendanceFactory(meeting=meeting, user=row.user, organization=row.organization)
            f.AttendanceFactory(meeting=meeting, user=None, name="Passante")
            f.AttendanceFactory(meeting=meeting)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(address(meeting)).text.count('aria-pressed="true"')
        counts.append((len(queries), shown))
    assert counts == [(counts[0][0], 15), (counts[0][0], 30)]


def test_the_sheet_tells_who_was_there_once_somebody_is_noted(sign_in, coordinator, meeting):
    before = attendance.key(meeting)
    assert {line[3] for line in attendance.rows_of(meeting)} == {""}
    client = sign_in(coordinator)
    tap(client, meeting, here=row_of("Lectrice de la ville").pk)
    tap(client, meeting, here=Convocation.objects.get(user=None).pk)
    client.post(address(meeting), {"name": "Passante"})
    tap(client, meeting, alone=meeting.cycle.organizations.get(name="Collège du Nord").pk)
    told = {(line[1], line[3]) for line in attendance.rows_of(meeting)}
    assert {
        ("Lectrice de la ville", "oui"),
        ("Invitée d’ailleurs", "oui"),
        ("Passante", "oui"),
        ("sans nommer personne", "oui"),
    } < told
    assert len([who for who, there in told if there == "non"]) == 2
    assert attendance.key(meeting) != before
    lines = load_workbook(io.BytesIO(attendance.xlsx(meeting))).active.iter_rows(values_only=True)
    assert ("Ville de la Baie", "Lectrice de la ville", "sans réponse", "oui") in set(lines)
