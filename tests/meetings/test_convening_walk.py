"""A meeting from its convocation to its cancellation, by the letters that a real mail server accepts."""

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.actions import calling
from meetings.models import Meeting
from tests import factories as f
from tests.admin_form import filled_in
from tests.mailing.conftest import our_post_office, post_office  # noqa: F401  fixtures
from tests.meetings.invitations import Letter, Mailbox, event_of, link_in, text_of_letter
from tests.pages import text_of

pytestmark = pytest.mark.django_db

GUEST, INSTEAD = "invitee@ailleurs.example", "remplacante@ailleurs.example"


@pytest.fixture
def meeting(cycle):
    """A draft three weeks ahead, to which one of two organisations of the cycle is called, and a guest."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start, place="Québec")
    f.MeetingObjectiveFactory(meeting=meeting, text="Choisir deux mesures")
    f.AgendaLineFactory(meeting=meeting, text="Tour de table", minutes=20)
    f.MeetingGuestFactory(meeting=meeting, email=GUEST, name="Personne invitée")
    Meeting.objects.filter(pk=meeting.pk).update(invites_all=False)
    return meeting


@pytest.fixture
def people(cycle, meeting):
    """Two people of the organisation that is called; others take part and are not called."""
    first = f.member_of(cycle)
    second = f.MembershipFactory(organization=first.organization).user
    meeting.organizations.add(first.organization)
    f.member_of(cycle)
    f.member_of(f.CycleFactory())
    return first, second


@pytest.fixture
def received(our_post_office):  # noqa: F811
    return Mailbox(our_post_office)


def answer(path, **sent):
    """Follow a link as a browser does, then send the form of the page to which it leads."""
    client = Client(enforce_csrf_checks=True)
    page = client.get(path, follow=True)
    assert page.status_code == 200
    (there, _) = page.redirect_chain[-1]
    assert path not in there
    token = {"csrfmiddlewaretoken": str(page.context["csrf_token"])}
    return client.post(there, sent | token, follow=True)


def answers(meeting):
    return {row.address: row.answer for row in meeting.convocations.standing().select_related("user")}


def test_from_the_convocation_to_the_cancellation_each_receives_what_they_should_and_no_more(
    sign_in, coordinator, meeting, people, received
):
    first, second = (person.email for person in people)
    client, everyone = sign_in(coordinator), sorted([first, second, GUEST])

    # Convened, once its message was looked at.
    page = client.get(reverse("convene", args=[meeting.slug]))
    assert "Envoyer la convocation à 3 personnes" in text_of(page)
    assert "Répondez : serez-vous à cette rencontre?" in text_of(page)
    client.post(reverse("convene", args=[meeting.slug]), {"people": "3"})
    letters, told = received()
    assert told == [Letter(to, "Convocation", "REQUEST", 0) for to in everyone]
    for message in letters.values():
        text = text_of_letter(message)
        assert text.startswith("Répondez\u00a0: serez-vous à cette rencontre?")
        for words in ("13\u00a0h\u00a030", "Québec", "Choisir deux mesures", "Tour de table (20\u00a0min)"):
            assert words in text.replace(" min", "\u00a0min")
        assert event_of(message)["ATTENDEE"] == f"mailto:{message['To']}"
    uids = {event_of(message)["UID"] for message in letters.values()}

    # A scanner that follows every link answers nothing.
    for message in letters.values():
        Client().head(link_in(message))
        Client().get(link_in(message), follow=True)
    assert answers(meeting) == dict.fromkeys(everyone, "")

    # One comes, one does not, and the guest asks somebody else.
    assert "vous serez là" in text_of(answer(link_in(letters[first]), answer="yes"))
    answer(link_in(letters[second]), answer="no")
    instead = {"answer": "replaced", "name": "Personne remplaçante", "email": INSTEAD}
    answer(link_in(letters[GUEST]), **instead)
    assert answers(meeting) == {first: "yes", second: "no", GUEST: "replaced", INSTEAD: ""}
    letters, told = received()
    assert told == [Letter(INSTEAD, "Convocation", "REQUEST", 0)]
    assert "Personne invitée vous demande de venir à sa place." in text_of_letter(letters[INSTEAD])
    answer(link_in(letters[INSTEAD]), answer="yes")

    # Moved to another day: everybody is asked again, and who came instead is no longer needed.
    later = meeting.date + dt.timedelta(days=7)
    address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    assert client.post(address, filled_in(client, address, date=str(later))).status_code == 302
    letters, told = received()
    moved = [Letter(to, "Déplacée", "REQUEST", 1) for to in everyone]
    assert told == sorted([*moved, Letter(INSTEAD, "Vous n’êtes plus convoqué", "CANCEL", 1)])
    assert answers(meeting) == dict.fromkeys(everyone, "")
    assert {event_of(letters[to]).decoded("dtstart").date() for to in everyone} == {later}

    # They answer again, and change their mind.
    for choice in ("no", "yes"):
        answer(link_in(letters[first]), answer=choice)
    answer(link_in(letters[GUEST]), answer="no")
    assert answers(meeting) == {first: "yes", second: "", GUEST: "no"}
    assert received() == ({}, [])

    # Reminded a week before, but for who said no; then cancelled.
    with mock.patch("django.utils.timezone.now", return_value=noon(later, days=7)):
        _, told = received()
        assert told == [Letter(to, "Rappel", "PUBLISH", 1) for to in sorted([first, second])]
        sign_in(coordinator).post(reverse("meeting_event", args=[meeting.slug, "annuler"]))
        last, told = received()
        assert told == [Letter(to, "Annulée", "CANCEL", 2) for to in everyone]
        assert {event_of(message)["STATUS"] for message in last.values()} == {"CANCELLED"}
        assert uids == {event_of(message)["UID"] for message in [*letters.values(), *last.values()]}

    # Nothing more ever leaves, and the links are of no use.
    for days in (1, -1):
        with mock.patch("django.utils.timezone.now", return_value=noon(later, days=days)):
            calling.keep_all()
            assert received() == ({}, [])
    assert Client().get(link_in(letters[first]), follow=True).status_code == 410


def noon(day, *, days):
    return timezone.make_aware(dt.datetime.combine(day - dt.timedelta(days=days), dt.time(12)))
