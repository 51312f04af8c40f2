"""Who is called to a meeting, and who is told what when that changes: each once."""

import datetime as dt
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.actions.erasure import erase
from chantier.actions.people import readdress
from chantier.models import Cycle, TraceEntry
from ecpar_portal import french
from ecpar_portal.refusal import Refusal
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings import answer_link
from meetings.actions import answering, calling, convening
from meetings.following import follow
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests import prepare_form
from tests.admin_form import filled_in
from tests.pages import text_of

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State
CALLS = ["convocation", "meeting_moved", "meeting_cancelled", "uninvited"]


@pytest.fixture
def meeting(cycle, member):
    """A draft three weeks ahead; one member takes part in its cycle."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    return f.MeetingFactory(cycle=cycle, draft=True, date=day, starts_at=start)


def left():
    """What has left so far and was not told of yet: to whom, and what."""
    deliver()
    written = OutgoingEmail.objects.filter(kind__in=CALLS, state=State.DONE)
    told = sorted(written.values_list("to", "kind"))
    written.update(kind="account")
    return told


def later(meeting):
    return meeting.date + dt.timedelta(days=7)


def move(meeting, date, starts_at=None):
    convening.move(meeting, date=date, starts_at=starts_at, ends_at=None, by=None)


def answer_of(person):
    return Convocation.objects.get(user=person).answer


def test_the_page_tells_who_receives_what_and_sends_it_once(sign_in, coordinator, meeting, cycle, member):
    f.MembershipFactory(organization=member.organization)
    f.member_of(cycle)
    f.MeetingGuestFactory(meeting=meeting)
    client, address = sign_in(coordinator), reverse("convene", args=[meeting.slug])
    assert reverse("convene", args=[meeting.slug]) in client.get(meeting.get_absolute_url()).text
    page = client.get(address)
    for words in (
        "3 personnes du cycle",
        "2 organisations",
        "1 par courriel",
        "Envoyer la convocation à 4 personnes",
        f"{member.organization} : {member}",
        "Répondez",
    ):
        assert words in text_of(page)
    assert "Ni lieu ni lien" in text_of(page)
    assert "style=" not in page.text
    assert not Convocation.objects.exists()
    for _ in range(2):
        client.post(address, {"people": "4"})
    assert [kind for _, kind in left()] == ["convocation"] * 4
    assert TraceEntry.objects.get(event="convened").detail["people"] == 4


def test_what_is_sent_is_what_was_shown_and_not_what_another_wrote_meanwhile(
    sign_in, coordinator, meeting, member
):
    client, address = sign_in(coordinator), reverse("convene", args=[meeting.slug])
    seen = prepare_form.controls(client.get(address), "actions")
    prepare = reverse("prepare_meeting", args=[meeting.slug])
    client.post(prepare, prepare_form.filled_in(client, prepare, title="Un autre titre"))
    page = client.post(address, seen)
    assert "Quelqu’un a écrit sur cette rencontre" in text_of(page)
    assert "Un autre titre" in text_of(page)
    assert left() == []
    client.post(address, prepare_form.controls(page, "actions"))
    assert left() == [(member.email, "convocation")]


def test_another_draft_that_took_the_address_meanwhile_is_not_convened(
    sign_in, coordinator, meeting, cycle, member
):
    client, address = sign_in(coordinator), reverse("convene", args=[meeting.slug])
    seen = prepare_form.controls(client.get(address), "actions")
    day, meeting.date, meeting.starts_at = meeting.date, later(meeting), None
    meeting.save()
    other = f.MeetingFactory(cycle=cycle, draft=True, date=day)
    assert reverse("convene", args=[other.slug]) == address
    client.post(address, seen)
    other.refresh_from_db()
    meeting.refresh_from_db()
    assert (other.state, meeting.state) == (Meeting.State.DRAFT, Meeting.State.CONVENED)


@pytest.mark.parametrize("known", [True, False])
def test_the_page_does_not_promise_messages_for_a_meeting_that_has_begun(
    sign_in, coordinator, meeting, known
):
    with mock.patch("django.utils.timezone.now", return_value=meeting.starts_at):
        if not known:
            meeting.starts_at = None
            meeting.save()
        client, address = sign_in(coordinator), reverse("convene", args=[meeting.slug])
        page = client.get(address)
        assert "aucun message ne partira" in text_of(page)
        assert "Envoyer la convocation" not in text_of(page)
        page = client.post(address, {"people": "1"}, follow=True)
        assert "aucun message ne part" in text_of(page)
        assert left() == []


@pytest.mark.parametrize("hour", ["", "09:00"])
@pytest.mark.parametrize("page", ["prepare", "admin"])
def test_a_convened_meeting_does_not_move_to_an_hour_that_is_over_since_nobody_would_be_told(
    sign_in, coordinator, meeting, hour, page
):
    convening.convene(meeting, by=None)
    day = meeting.date - dt.timedelta(days=1)
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(15)))
    changes = {"date": str(day), "start_time": hour, "end_time": ""}
    with mock.patch("django.utils.timezone.now", return_value=moment):
        client = sign_in(coordinator)
        if page == "admin":
            address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
            sent = filled_in(client, address, **changes)
        else:
            address = reverse("prepare_meeting", args=[meeting.slug])
            sent = prepare_form.filled_in(client, address, **changes)
        assert "Donnez une heure de début à venir" in text_of(client.post(address, sent))
    meeting.refresh_from_db()
    assert meeting.sequence == 0


def test_what_was_typed_is_text_in_the_message_that_is_shown(sign_in, coordinator, meeting):
    Meeting.objects.update(title='Mesures <img src=x onerror="alert(1)">', place="<script>alert(1)</script>")
    page = sign_in(coordinator).get(reverse("convene", args=[meeting.slug])).text
    assert "<img" not in page
    assert "<script>alert" not in page
    assert page.count("&lt;img src=x") > 3


@pytest.mark.parametrize("told", ["1", "3", "", "deux", "-2", "9" * 40])
def test_it_is_not_sent_to_another_number_of_people_than_was_told(sign_in, coordinator, meeting, cycle, told):
    f.member_of(cycle)
    page = sign_in(coordinator).post(reverse("convene", args=[meeting.slug]), {"people": told})
    assert "Relisez avant d’envoyer" in text_of(page)
    assert left() == []
    assert Meeting.objects.get().state == Meeting.State.DRAFT


def test_those_of_invited_organisations_only_are_called_where_some_are_chosen(meeting, cycle, member):
    invited, elsewhere = f.member_of(cycle), f.member_of(f.CycleFactory())
    Meeting.objects.update(invites_all=False)
    meeting.organizations.set([invited.organization, elsewhere.organization])
    convening.convene(meeting, by=None)
    assert left() == [(invited.email, "convocation")]


def test_a_guest_who_is_a_member_already_is_called_once(meeting, member):
    f.MeetingGuestFactory(meeting=meeting, email=member.email.upper())
    convening.convene(meeting, by=None)
    assert left() == [(member.email, "convocation")]


@pytest.mark.parametrize("called_as", ["guest", "stand-in"])
def test_who_was_called_by_address_and_becomes_a_member_keeps_their_call(meeting, member, called_as):
    address = "venue@ailleurs.example"
    if called_as == "guest":
        f.MeetingGuestFactory(meeting=meeting, email=address)
    convening.convene(meeting, by=None)
    if called_as == "stand-in":
        instead = answering.StandIn(name="Venue", email=address)
        answering.answer(meeting.convocations.get(), "replaced", by=member, stand_in=instead)
    left()
    row = meeting.convocations.get(email=address)
    answering.answer(row, "yes", by=None)
    user = f.UserFactory(email="Venue@ailleurs.example")
    f.MembershipFactory(organization=member.organization, user=user)
    for _ in range(2):
        calling.keep_all()
    assert left() == []
    row.refresh_from_db()
    assert (row.user, row.organization, row.answer) == (user, member.organization, "yes")
    assert meeting.convocations.standing().count() == 2
    assert answer_link.convocation_of(row.pk, row.nonce) == row
    (followed,) = (person for person in follow(meeting).people if person.row == row)
    assert "convocation" in {email.key.partition("/")[0] for email in followed.messages}
    reminded = OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING, to__iexact=address)
    assert reminded.filter(user=user).count() == reminded.count() == 2


def test_a_member_who_stays_as_a_guest_is_not_told_that_they_are_no_longer_called(meeting, member):
    convening.convene(meeting, by=None)
    left()
    member.memberships.update(until=timezone.localdate())
    f.MeetingGuestFactory(meeting=meeting, email=member.email)
    convening.invited_changed(meeting, by=None)
    assert left() == [(member.email, "convocation")]


def test_people_added_later_receive_what_they_need_and_the_others_nothing_more(meeting, cycle, member):
    convening.convene(meeting, by=None)
    left()
    newcomer, guest = f.member_of(cycle), f.MeetingGuestFactory(meeting=meeting)
    for _ in range(2):
        convening.invited_changed(meeting, by=None)
    assert left() == sorted([(newcomer.email, "convocation"), (guest.email, "convocation")])
    reminded = OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING)
    assert set(reminded.values_list("to", flat=True)) == {member.email, newcomer.email, guest.email}


def test_people_removed_are_told_once_and_called_anew_when_they_come_back(meeting, cycle, member):
    guest = f.MeetingGuestFactory(meeting=meeting)
    convening.convene(meeting, by=None)
    left()
    first = Convocation.objects.get(user=member)
    Convocation.objects.filter(user=member).update(answer="yes", answered_at=timezone.now())
    cycle.participations.update(left=timezone.localdate())
    guest.delete()
    for _ in range(2):
        calling.keep_all()
    assert left() == sorted([(guest.email, "uninvited"), (member.email, "uninvited")])
    assert not OutgoingEmail.objects.filter(kind="reminder", state=State.WAITING).exists()
    cycle.participations.update(left=None)
    for _ in range(2):
        calling.keep_all()
    assert left() == [(member.email, "convocation")]
    anew = Convocation.objects.get(user=member)
    assert (anew.pk, anew.answer, anew.withdrawn_at) == (first.pk, "", None)
    assert anew.nonce != first.nonce
    cycle.participations.update(left=timezone.localdate())
    calling.keep_all()
    assert left() == [(member.email, "uninvited")]


def test_who_was_not_told_yet_is_not_told_that_it_is_over(meeting, cycle, member):
    convening.convene(meeting, by=None)
    cycle.participations.update(left=timezone.localdate())
    calling.keep_all()
    assert left() == []
    assert OutgoingEmail.objects.get(kind="convocation").state == State.WITHDRAWN


@pytest.mark.parametrize("gone", ["closed", "erased"])
def test_a_person_whose_account_is_closed_or_erased_is_told_nothing(meeting, member, coordinator, gone):
    convening.convene(meeting, by=None)
    left()
    if gone == "erased":
        erase(member, by=coordinator)
    else:
        member.is_active = False
        member.save()
    calling.keep_all()
    assert Convocation.objects.get().withdrawn_at
    move(meeting, later(meeting))
    convening.cancel(meeting, by=None)
    assert left() == []


def test_a_guest_who_is_erased_is_told_nothing(meeting):
    guest = f.MeetingGuestFactory(meeting=meeting)
    convening.convene(meeting, by=None)
    left()
    person = f.UserFactory(email=guest.email)
    erase(person, by=None)
    calling.keep_all()
    assert left() == []


def test_a_meeting_convened_before_there_were_convocations_notes_who_is_called_and_writes_to_nobody(
    cycle, member
):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    calling.keep_all()
    assert Convocation.objects.get().user == member
    assert left() == []
    newcomer = f.member_of(cycle)
    calling.keep_all()
    assert left() == [(newcomer.email, "convocation")]
    move(meeting, later(meeting))
    assert left() == sorted([(member.email, "meeting_moved"), (newcomer.email, "meeting_moved")])


@pytest.mark.parametrize("event", ["move", "cancel"])
def test_such_a_meeting_that_moves_or_is_cancelled_at_once_tells_everybody(cycle, member, event):
    meeting = f.MeetingFactory(cycle=cycle, upcoming=True)
    move(meeting, later(meeting)) if event == "move" else convening.cancel(meeting, by=None)
    assert left() == [(member.email, "meeting_moved" if event == "move" else "meeting_cancelled")]


def test_a_move_before_the_convocation_left_sends_one_convocation_of_the_new_day(meeting, member):
    convening.convene(meeting, by=None)
    day = later(meeting)
    move(meeting, day)
    waits = OutgoingEmail.objects.get(kind="convocation", state=State.WAITING)
    assert french.long_date(day) in waits.subject
    assert left() == [(member.email, "convocation")]
    waits.refresh_from_db()
    assert (waits.text, waits.html, waits.calendar) == ("", "", "")  # it held a link


def test_two_moves_in_a_row_send_one_message(meeting, member):
    convening.convene(meeting, by=None)
    left()
    move(meeting, later(meeting))
    move(meeting, later(meeting) + dt.timedelta(days=1))
    assert left() == [(member.email, "meeting_moved")]


def test_of_two_moves_in_a_row_one_reads_from_the_day_that_one_knew(meeting, member):
    convening.convene(meeting, by=None)
    left()
    known = meeting.date
    for days in (7, 8, 9):
        move(meeting, known + dt.timedelta(days=days))
    (message,) = OutgoingEmail.objects.filter(kind="meeting_moved").waiting()
    assert f"La rencontre du {french.long_date(known)} est déplacée au" in message.text
    Convocation.objects.update(answer="yes", answered_at=timezone.now())  # in the portal, for that day
    move(meeting, meeting.date, timezone.make_aware(dt.datetime.combine(meeting.date, dt.time(9))))
    (message,) = OutgoingEmail.objects.filter(kind="meeting_moved").waiting()
    assert f"La rencontre du {french.long_date(known)} est déplacée au" in message.text
    assert "Votre réponse tient." in message.text
    move(meeting, known)
    (message,) = OutgoingEmail.objects.filter(kind="meeting_moved").waiting()
    assert "puis remise au" in message.text
    assert "est déplacée au" not in message.text
    left()
    move(meeting, later(meeting))
    (message,) = OutgoingEmail.objects.filter(kind="meeting_moved").waiting()
    assert f"La rencontre du {french.long_date(known)} est déplacée au" in message.text


def test_a_cancellation_tells_those_who_had_been_told_and_no_other(meeting, cycle, member):
    convening.convene(meeting, by=None)
    left()
    f.member_of(cycle)
    calling.keep_all()
    convening.cancel(meeting, by=None)
    assert left() == [(member.email, "meeting_cancelled")]
    assert not OutgoingEmail.objects.waiting().exists()


@pytest.mark.parametrize(("known", "hour"), [("no hour", 7), ("start", 14), ("start and end", 14)])
def test_a_meeting_given_up_on_its_day_tells_everybody_until_it_would_be_over(meeting, member, known, hour):
    if known == "no hour":
        meeting.starts_at = None
    if known == "start and end":
        meeting.ends_at = meeting.starts_at + dt.timedelta(hours=2)
    meeting.save()
    convening.convene(meeting, by=None)
    left()
    moment = timezone.make_aware(dt.datetime.combine(meeting.date, dt.time(hour)))
    with mock.patch("django.utils.timezone.now", return_value=moment):
        convening.cancel(meeting, by=None)
        assert left() == [(member.email, "meeting_cancelled")]


def test_a_meeting_given_up_once_it_is_over_tells_nobody(meeting, member):
    meeting.ends_at = meeting.starts_at + dt.timedelta(hours=2)
    meeting.save()
    convening.convene(meeting, by=None)
    left()
    with mock.patch("django.utils.timezone.now", return_value=meeting.ends_at):
        convening.cancel(meeting, by=None)
        assert left() == []


def test_a_meeting_to_come_does_not_move_to_a_day_that_is_over(sign_in, coordinator, meeting):
    convening.convene(meeting, by=None)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(Refusal, match="date est passée"):
        move(meeting, yesterday)
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    page = client.post(address, filled_in(client, address, date=str(yesterday)))
    assert "Cette date est passée." in text_of(page)
    meeting.refresh_from_db()
    assert meeting.sequence == 0


@pytest.mark.parametrize(("same_day", "kept"), [(True, "yes"), (False, "")])
def test_answers_are_asked_again_when_the_day_changes_and_kept_when_the_hour_does(
    meeting, member, same_day, kept
):
    convening.convene(meeting, by=None)
    Convocation.objects.update(answer="yes", answered_at=timezone.now())
    day = meeting.date if same_day else later(meeting)
    move(meeting, day, timezone.make_aware(dt.datetime.combine(day, dt.time(9))))
    assert answer_of(member) == kept
    detail = TraceEntry.objects.get(event="moved").detail
    assert detail.get("answers", 0) == (0 if same_day else 1)


def test_what_changed_on_its_way_out_is_told_as_it_is_now(meeting, member):
    convening.convene(meeting, by=None)
    readdress(member, "nouvelle@ville.example", by=None)
    assert left() == []
    calling.keep_all()
    assert left() == [("nouvelle@ville.example", "convocation")]


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting, member: Meeting.objects.update(state=Meeting.State.CANCELLED),
        lambda meeting, member: Meeting.objects.update(sequence=1),
        lambda meeting, member: Convocation.objects.update(withdrawn_at=timezone.now()),
        lambda meeting, member: member.memberships.update(until=timezone.localdate()),
        lambda meeting, member: Meeting.objects.update(starts_at=timezone.now()),
    ],
    ids=["cancelled", "moved", "withdrawn", "left", "begun"],
)
def test_a_convocation_that_lost_its_purpose_does_not_leave(meeting, member, change):
    convening.convene(meeting, by=None)
    change(meeting, member)
    assert left() == []


def test_who_is_called_again_meanwhile_is_not_told_that_it_is_over(meeting, cycle, member):
    convening.convene(meeting, by=None)
    left()
    cycle.participations.update(left=timezone.localdate())
    calling.keep_all()
    cycle.participations.update(left=None)
    calling.keep_all()
    assert left() == [(member.email, "convocation")]


def test_who_is_called_again_and_let_go_before_a_word_leaves_is_told_that_it_is_over(meeting, cycle, member):
    convening.convene(meeting, by=None)
    left()
    for day in (timezone.localdate(), None, timezone.localdate()):
        cycle.participations.update(left=day)
        calling.keep_all()
    assert left() == [(member.email, "uninvited")]


def test_a_demonstration_calls_nobody_where_it_is_off(meeting, member, settings):
    Cycle.objects.update(is_demonstration=True)
    settings.DEMO = False
    convening.convene(meeting, by=None)
    assert not Convocation.objects.exists()


def test_looking_again_at_many_people_asks_no_more_than_at_few(meeting, cycle):
    convening.convene(meeting, by=None)
    counts = []
    for _ in range(2):
        for _ in range(10):
            f.member_of(cycle)
        calling.keep_called(meeting)
        OutgoingEmail.objects.filter(kind="reminder").delete()
        Meeting.objects.update(date=timezone.localdate(), starts_at=timezone.now() + dt.timedelta(minutes=9))
        with CaptureQueriesContext(connection) as queries:
            calling.keep_called(meeting)
        counts.append(len(queries))
        Meeting.objects.update(date=meeting.date, starts_at=meeting.starts_at)
    assert counts[0] == counts[1]


def test_the_page_of_the_message_asks_no_more_for_many_people(sign_in, coordinator, meeting, cycle):
    client, counts = sign_in(coordinator), []
    for _ in range(2):
        for _ in range(5):
            f.member_of(cycle)
            f.MeetingGuestFactory(meeting=meeting)
            f.AgendaLineFactory(meeting=meeting)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("convene", args=[meeting.slug])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_admin_tells_what_the_whole_page_says_when_it_moves_a_meeting(
    sign_in, coordinator, meeting, member
):
    convening.convene(meeting, by=None)
    left()
    client, address = sign_in(coordinator), reverse("admin:meetings_meeting_change", args=[meeting.pk])
    client.post(address, filled_in(client, address, date=str(later(meeting)), place="Lévis"))
    message = OutgoingEmail.objects.get(kind="meeting_moved")
    assert "Lévis" in message.text
    assert "Lévis" in message.calendar
    assert left() == [(member.email, "meeting_moved")]
