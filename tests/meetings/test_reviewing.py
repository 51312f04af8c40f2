"""A synthesis is read again by those who were there: told when it opens and when it closes, once each."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.html import escape

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings.actions import reviewing
from meetings.actions.publishing import publish
from meetings.models import Meeting, PointComment, Review
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD)
    f.SynthesisPointFactory(meeting=meeting, text="Le cadre est vaste.")
    return meeting


@pytest.fixture
def was_there(cycle, meeting):
    """Somebody who was at the meeting, by their own name."""
    person = f.member_of(cycle)
    f.AttendanceFactory(meeting=meeting, user=person, organization=person.organization)
    return person


@pytest.fixture
def stood_for(cycle, meeting):
    """Somebody whose organisation was there, without a name."""
    person = f.member_of(cycle)
    f.AttendanceFactory(meeting=meeting, user=None, organization=person.organization)
    return person


def address(meeting):
    return f"/rencontres/{meeting.slug}/relecture/"


def in_days(days):
    return timezone.localdate() + dt.timedelta(days=days)


def open_for(meeting, coordinator, days=7):
    return reviewing.open_review(meeting, last_day=in_days(days), by=coordinator)


def told(kind):
    return sorted(OutgoingEmail.objects.filter(kind=kind).values_list("to", flat=True))


def test_those_who_were_there_are_told_once_when_it_opens_and_once_when_it_closes(
    client, cycle, meeting, was_there, stood_for, coordinator
):
    f.member_of(cycle)  # not there: not told
    client.force_login(coordinator)
    client.post(address(meeting), {"do": "open", "last_day": in_days(7)})
    people = sorted([was_there.email, stood_for.email])
    assert told("review_opened") == people
    review = Review.objects.get()
    reviewing.comment(review, meeting.points.get(), "Il manque les OBNL.", by=was_there)
    assert OutgoingEmail.objects.count() == 2
    client.post(address(meeting), {"do": "close"})
    client.post(address(meeting), {"do": "close"})
    assert told("review_closed") == people
    assert OutgoingEmail.objects.count() == 4
    closed = OutgoingEmail.objects.filter(kind="review_closed").first()
    assert "1\u00a0commentaire a été reçu" in closed.text


def test_who_was_there_reads_the_draft_and_says_what_is_missing(client, meeting, was_there, coordinator):
    open_for(meeting, coordinator)
    client.force_login(was_there)
    assert f"/rencontres/{meeting.slug}/relecture/" in client.get(meeting.get_absolute_url()).text
    assert "Le cadre est vaste." in client.get(address(meeting)).text
    point = meeting.points.get()
    answer = client.post(address(meeting), {"do": f"comment-{point.pk}", "text": "Il manque les OBNL."})
    assert answer["Location"].endswith(f"#point-{point.pk}")
    page = client.get(address(meeting)).text
    assert "Il manque les OBNL." in page
    assert str(was_there.organization) in page
    assert was_there.name not in page.partition("<main")[2]


def test_who_was_not_there_reads_nothing_of_it(client, cycle, meeting, was_there, coordinator):
    open_for(meeting, coordinator)
    client.force_login(f.member_of(cycle))
    assert client.get(address(meeting)).status_code == 404
    assert client.post(address(meeting), {"do": "comment-1", "text": "x"}).status_code == 404


def test_a_draft_is_not_read_before_the_review_opens_nor_after_it_closed(
    client, meeting, was_there, coordinator
):
    client.force_login(was_there)
    assert client.get(address(meeting)).status_code == 404
    review = open_for(meeting, coordinator)
    reviewing.comment(review, meeting.points.get(), "Dit pendant la relecture", by=was_there)
    reviewing.close_review(review, by=coordinator)
    meeting.points.update(text="Corrigé depuis")
    page = client.get(address(meeting)).text
    assert "Dit pendant la relecture" in page
    assert "Corrigé depuis" not in page
    answer = client.post(address(meeting), {"do": f"comment-{meeting.points.get().pk}", "text": "Trop tard"})
    assert "La relecture est terminée" in answer.text
    assert PointComment.objects.count() == 1


def test_the_coordinator_answers_and_the_person_reads_it(client, meeting, was_there, coordinator):
    comment = reviewing.comment(
        open_for(meeting, coordinator), meeting.points.get(), "Il manque les OBNL.", by=was_there
    )
    client.force_login(coordinator)
    client.post(address(meeting), {"do": f"answer-{comment.pk}", "answer": "Ajouté au point 2."})
    client.force_login(was_there)
    page = client.get(address(meeting)).text
    assert "Ajouté au point 2." in page
    # What was answered stays.
    client.post(address(meeting), {"do": f"remove-{comment.pk}"})
    assert PointComment.objects.count() == 1


def test_one_takes_back_one_s_own_comment_and_nobody_else_s(
    client, meeting, was_there, stood_for, coordinator
):
    review, point = open_for(meeting, coordinator), meeting.points.get()
    mine = reviewing.comment(review, point, "Le mien", by=was_there)
    theirs = reviewing.comment(review, point, "Le leur", by=stood_for)
    client.force_login(was_there)
    assert client.post(address(meeting), {"do": f"remove-{theirs.pk}"}).status_code == 404
    assert client.post(address(meeting), {"do": f"remove-{mine.pk}"}).status_code == 302
    assert PointComment.objects.get() == theirs


def test_a_member_neither_opens_nor_closes_nor_answers(client, meeting, was_there, coordinator):
    review = open_for(meeting, coordinator)
    comment = reviewing.comment(review, meeting.points.get(), "x", by=was_there)
    client.force_login(was_there)
    for gesture in ("open", "close", f"answer-{comment.pk}"):
        answer = client.post(address(meeting), {"do": gesture, "answer": "y", "last_day": in_days(3)})
        assert answer.status_code == 403
    assert Review.objects.open().count() == 1


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Ce jour est passé."), (61, "Donnez au plus 60 jours."), (None, "Choisissez")]
)
def test_a_last_day_that_cannot_be_is_refused_and_stays_typed(
    client, meeting, was_there, coordinator, days, words
):
    client.force_login(coordinator)
    day = "" if days is None else str(in_days(days))
    page = client.post(address(meeting), {"do": "open", "last_day": day}).text
    assert words in page
    assert not day or f'value="{day}"' in page
    assert not Review.objects.exists()


def test_a_review_waits_for_points_and_for_people(client, cycle, coordinator):
    empty = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD)
    client.force_login(coordinator)
    page = client.post(address(empty), {"do": "open", "last_day": in_days(3)}).text
    assert "Écrivez au moins un point de synthèse" in page
    f.SynthesisPointFactory(meeting=empty)
    page = client.post(address(empty), {"do": "open", "last_day": in_days(3)}).text
    assert "Notez d’abord qui était là" in page


def test_a_comment_of_twenty_thousand_letters_is_refused_and_stays_typed(
    client, meeting, was_there, coordinator
):
    open_for(meeting, coordinator)
    client.force_login(was_there)
    long = "é" * 20_000
    page = client.post(address(meeting), {"do": f"comment-{meeting.points.get().pk}", "text": long}).text
    assert "Écrivez au plus 4000 caractères." in page
    assert long in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "مرحبا بالعالم", "🤝🏽 d’accord", "<p class=MsoNormal>x</p>"]
)
def test_what_people_type_is_shown_as_they_typed_it(client, meeting, was_there, coordinator, text):
    open_for(meeting, coordinator)
    client.force_login(was_there)
    client.post(address(meeting), {"do": f"comment-{meeting.points.get().pk}", "text": text})
    assert escape(text) in client.get(address(meeting)).text


def test_a_review_closes_by_itself_after_its_last_day(meeting, was_there, coordinator):
    review = open_for(meeting, coordinator)
    reviewing.close_due()
    assert Review.objects.open().exists()
    Review.objects.update(last_day=in_days(-1))
    reviewing.close_due()
    reviewing.close_due()
    review.refresh_from_db()
    assert review.closed_at
    assert told("review_closed") == [was_there.email]


def test_a_synthesis_is_not_published_while_it_is_read_again(client, meeting, was_there, coordinator):
    review = open_for(meeting, coordinator)
    client.force_login(coordinator)
    page = client.post(f"/rencontres/{meeting.slug}/publier/", {"tell": "on"}).text
    assert "fermez la relecture avant de publier" in page
    reviewing.close_review(review, by=coordinator)
    publish(meeting, by=coordinator)
    assert Meeting.objects.get(pk=meeting.pk).state == Meeting.State.PUBLISHED


def test_a_comment_stays_when_its_point_goes(client, meeting, was_there, coordinator):
    comment = reviewing.comment(open_for(meeting, coordinator), meeting.points.get(), "Gardé", by=was_there)
    meeting.points.all().delete()
    comment.refresh_from_db()
    assert comment.point_text == "Le cadre est vaste."
    client.force_login(coordinator)
    page = client.get(address(meeting)).text
    assert "Le cadre est vaste." in page
    assert "Gardé" in page


def test_a_message_that_asks_to_read_again_does_not_leave_once_it_is_over(meeting, was_there, coordinator):
    review = open_for(meeting, coordinator)
    reviewing.close_review(review, by=coordinator)
    deliver()
    states = dict(OutgoingEmail.objects.values_list("kind", "state"))
    assert states == {"review_opened": "withdrawn", "review_closed": "done"}
