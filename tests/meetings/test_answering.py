"""Answering: by the link of the message without an account, or in the portal; until the meeting begins."""

import datetime as dt
import json
import logging
import threading
from unittest import mock

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.models import TraceEntry
from ecpar_portal import french
from ecpar_portal.logs import JsonFormatter
from ecpar_portal.refusal import Refusal
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings.actions import answering, calling, convening
from meetings.answer_link import token_of
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests.pages import text_of
from tests.prepare_form import controls, filled_in

pytestmark = pytest.mark.django_db

State = OutgoingEmail.State


@pytest.fixture
def meeting(cycle, member):
    """A convened meeting in three weeks, whose convocations have left."""
    day = timezone.localdate() + dt.timedelta(days=21)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(13, 30)))
    video = "https://visio.example/reunion?salle=1&cle=2"
    meeting = f.MeetingFactory(
        cycle=cycle, draft=True, date=day, starts_at=start, place="Québec", video_link=video
    )
    f.MeetingObjectiveFactory(meeting=meeting, text="Choisir deux mesures")
    f.AgendaLineFactory(meeting=meeting, text="Tour de table")
    convening.convene(meeting, by=None)
    deliver()
    return meeting


@pytest.fixture
def row(meeting, member):
    return meeting.convocations.get(user=member)


def link(row):
    return reverse("open_convocation", args=[token_of(row)])


def opened(row, client=None):
    """A client that opened the link, and the page to which it led."""
    client = client or Client()
    return client, client.get(link(row), follow=True)


def address_of(row):
    return reverse("convocation", args=[row.pk])


def answer_of(row):
    row.refresh_from_db()
    return row.answer


def begins(moment):
    return mock.patch("django.utils.timezone.now", return_value=moment)


def written():
    """Who is written to of the convocations that wait, oldest first."""
    waits = OutgoingEmail.objects.filter(state=State.WAITING).exclude(kind="reminder")
    return list(waits.order_by("pk").values_list("to", "kind"))


# By the link


def test_the_page_of_the_link_tells_the_meeting_without_an_account_and_without_the_token(row):
    client, page = opened(row)
    for words in ("Québec", "Choisir deux mesures", "Tour de table", "13 h 30", "Je serai là"):
        assert words in text_of(page)
    assert "https://visio.example/reunion?salle=1&amp;cle=2" in page.text
    assert page.redirect_chain == [(address_of(row), 302)]
    first = client.get(link(row))
    assert first["Referrer-Policy"] == "no-referrer"
    token = token_of(row)
    for answer in (first, page):
        assert token not in answer.text + str(answer.headers)
    assert token not in str(dict(client.session))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_follows_the_link_answers_nothing(row, method):
    client = Client()
    for address in (link(row), f"{address_of(row)}?answer=yes"):
        getattr(client, method)(address)
    assert answer_of(row) == ""


def test_an_answer_is_noted_may_change_and_is_in_the_history(row, member):
    client, _ = opened(row)
    for choice in ("yes", "no", "yes"):
        assert client.post(address_of(row), {"answer": choice}).status_code == 302
        assert answer_of(row) == choice
    client.post(address_of(row), {"answer": "yes"})
    entries = TraceEntry.objects.filter(event="answered").order_by("pk")
    told = [(entry.by_id, entry.detail["answer"]) for entry in entries]
    assert told == [(member.pk, "yes"), (member.pk, "no"), (member.pk, "yes")]


def test_the_coordinator_reads_the_answers_in_the_history(sign_in, coordinator, row, meeting):
    answering.answer(row, "no", by=row.user)
    page = text_of(sign_in(coordinator).get(reverse("admin:meetings_meeting_history", args=[meeting.pk])))
    assert "Réponse à une convocation" in page
    assert "réponse : ne peut pas" in page


def test_what_is_no_answer_is_refused_in_words(row):
    client, _ = opened(row)
    for sent in ({}, {"answer": "peut-être"}):
        page = client.post(address_of(row), sent)
        assert "Choisissez une réponse." in text_of(page)
    assert answer_of(row) == ""


@pytest.mark.parametrize("token", ["abc", "abc:def", "W10:x", "é", "a" * 5000])
def test_a_forged_link_teaches_nothing(row, token):
    client = Client()
    page = client.get(reverse("open_convocation", args=[token]), follow=True)
    assert page.status_code == 410
    assert "Ce lien ne vaut plus" in text_of(page)


def test_a_link_with_the_number_of_somebody_else_is_forged(row, meeting, cycle):
    other = f.ConvocationFactory(meeting=meeting)
    signature = token_of(row).rpartition(":")[2]
    forged = f"{token_of(other).rpartition(':')[0]}:{signature}"
    page = Client().get(reverse("open_convocation", args=[forged]), follow=True)
    assert page.status_code == 410


def expired(meeting, row):
    return {
        "begun": lambda: Meeting.objects.update(starts_at=timezone.now()),
        "begun at midnight": lambda: Meeting.objects.update(starts_at=None, date=timezone.localdate()),
        "cancelled": lambda: convening.cancel(meeting, by=None),
        "withdrawn": lambda: Convocation.objects.update(withdrawn_at=timezone.now()),
        "left": lambda: row.user.memberships.update(until=timezone.localdate()),
        "closed": lambda: type(row.user).objects.update(is_active=False),
        "called anew": lambda: calling.call_again(row),
    }


@pytest.mark.parametrize(
    "why", ["begun", "begun at midnight", "cancelled", "withdrawn", "left", "closed", "called anew"]
)
def test_a_link_that_no_longer_holds_opens_and_changes_nothing(meeting, row, why):
    old = link(row)
    client, page = opened(row)
    assert page.status_code == 200
    expired(meeting, row)[why]()
    pages = [client.post(address_of(row), {"answer": "yes"}), client.get(address_of(row))]
    pages += [Client().get(old, follow=True)]
    assert [page.status_code for page in pages] == [410, 410, 410]
    assert len({text_of(page) for page in pages}) == 1
    assert answer_of(row) == ""


def test_who_was_called_anew_meanwhile_does_not_answer_the_call_of_before(row):
    calling.call_again(Convocation.objects.get(pk=row.pk))
    with pytest.raises(Refusal, match="ne vaut plus"):
        answering.answer(row, "yes", by=None)


def test_the_page_of_a_convocation_opens_with_its_own_link_only(row, meeting):
    other = f.ConvocationFactory(meeting=meeting)
    client, _ = opened(row)
    for pk in (other.pk, 0, 10**20):
        assert client.get(f"/convocation/{pk}/").status_code == 410
    assert client.post(address_of(other), {"answer": "yes"}).status_code == 410
    assert answer_of(other) == ""


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_link_of_somebody_else_does_not_open_to_another_account_and_says_what_to_do(
    row, sign_in, cycle, member, method
):
    other = f.member_of(f.CycleFactory())
    client, page = opened(row, sign_in(other))
    if method == "post":
        page = client.post(address_of(row), {"answer": "yes"})
    assert page.status_code == 403
    text = text_of(page)
    assert f"Vous êtes ici sous le compte {other.email}" in text
    assert "Donner ma propre réponse" not in text
    for word in (member.name, member.email, str(row.meeting), row.meeting.place):
        assert word not in page.text
    assert answer_of(row) == ""
    client.post(reverse("account_logout"))
    assert opened(row, client)[1].status_code == 200


def test_who_opens_the_link_of_somebody_else_and_is_called_too_is_led_to_their_own_answer(
    row, sign_in, cycle, meeting
):
    other = f.member_of(cycle)
    calling.keep_called(meeting)
    page = opened(row, sign_in(other))[1]
    assert f'href="{reverse("answer", args=[meeting.slug])}"' in page.text


def test_the_token_is_in_no_line_of_the_log(row, caplog):
    caplog.set_level(logging.DEBUG)
    token = token_of(row)
    opened(row)
    Client().get(reverse("open_convocation", args=[token[:-3] + "abc"]), follow=True)
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name != "django.template"]
    assert not [line for line in lines if token[:20] in json.dumps(line)]


def test_links_that_are_tried_too_often_are_held_back(row, settings):
    settings.LIMITS = settings.LIMITS | {"answers": (3, 300)}
    client = Client()
    answers = [client.get("/convocation/abc/").status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]


@pytest.mark.parametrize("way", ["link", "portal"])
def test_an_answer_holds_for_the_day_that_its_page_told(sign_in, member, meeting, row, way):
    if way == "link":
        (client, page), address = opened(row), address_of(row)
    else:
        client, address = sign_in(member), reverse("answer", args=[meeting.slug])
        page = client.get(meeting.get_absolute_url())
    sent = {"answer": "yes"} | controls(page, "actions")
    later = meeting.date + dt.timedelta(days=7)
    convening.move(meeting, date=later, starts_at=None, ends_at=None, by=None)
    page = client.post(address, sent)
    assert f"La rencontre est déplacée au {french.weekday(later)}" in text_of(page)
    assert answer_of(row) == ""
    client.post(address, {"answer": "yes"} | controls(page, "actions"))
    assert answer_of(row) == "yes"


# In the portal


@pytest.mark.parametrize("page", ["home", "meeting"])
def test_the_answer_is_at_hand_on_home_and_on_the_meeting_s_page(sign_in, member, meeting, row, page):
    client = sign_in(member)
    address = reverse("home") if page == "home" else meeting.get_absolute_url()
    assert "Je serai là" in text_of(client.get(address))
    answer = client.post(
        reverse("answer", args=[meeting.slug]), {"answer": "yes"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Vous serez là" in text_of(answer)
    assert answer_of(row) == "yes"
    assert "Vous serez là" in text_of(client.get(address))


def test_without_a_script_the_answer_comes_back_to_the_meeting(sign_in, member, meeting, row):
    answer = sign_in(member).post(reverse("answer", args=[meeting.slug]), {"answer": "no"}, follow=True)
    assert answer.redirect_chain == [(meeting.get_absolute_url(), 302)]
    assert "vous ne pouvez pas venir" in text_of(answer)
    assert answer_of(row) == "no"


@pytest.mark.parametrize("who", ["coordinator", "outsider"])
def test_who_is_not_called_is_offered_no_answer(sign_in, request, meeting, row, who):
    client = sign_in(request.getfixturevalue(who))
    assert client.post(reverse("answer", args=[meeting.slug]), {"answer": "yes"}).status_code == 404
    assert "Je serai là" not in text_of(client.get(reverse("home")))
    assert answer_of(row) == ""


@pytest.mark.parametrize("hours_known", [True, False])
def test_one_answers_until_it_begins_and_not_after(sign_in, member, meeting, row, hours_known):
    if not hours_known:
        Meeting.objects.update(starts_at=None)
        meeting.refresh_from_db()
    midnight = timezone.make_aware(dt.datetime.combine(meeting.date, dt.time()))
    assert meeting.begins_at == (meeting.starts_at if hours_known else midnight)
    address = reverse("answer", args=[meeting.slug])
    with begins(meeting.begins_at - dt.timedelta(seconds=1)):
        sign_in(member).post(address, {"answer": "yes"})
    assert answer_of(row) == "yes"
    with begins(meeting.begins_at):
        page = sign_in(member).post(address, {"answer": "no"})
        assert ("La rencontre a commencé" if hours_known else "La rencontre est aujourd’hui") in text_of(page)
        assert "Je serai là" not in text_of(page)
    assert answer_of(row) == "yes"


def test_after_the_day_to_answer_by_one_may_only_say_no(sign_in, member, meeting, row):
    Meeting.objects.update(answer_by=timezone.localdate())
    with begins(timezone.now() + dt.timedelta(days=2)):
        client, address = sign_in(member), reverse("answer", args=[meeting.slug])
        assert "attendues au plus tard" in text_of(client.post(address, {"answer": "yes"}))
        assert answer_of(row) == ""
        client.post(address, {"answer": "no"})
        assert answer_of(row) == "no"
        assert "attendues au plus tard" in text_of(client.post(address, {"answer": "yes"}))
        assert answer_of(row) == "no"


def test_on_the_day_to_answer_by_one_still_says_yes(sign_in, member, meeting, row):
    Meeting.objects.update(answer_by=timezone.localdate())
    sign_in(member).post(reverse("answer", args=[meeting.slug]), {"answer": "yes"})
    assert answer_of(row) == "yes"


def test_who_is_asked_again_after_that_day_may_say_yes(sign_in, member, coordinator, meeting, row):
    Meeting.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    later = meeting.date + dt.timedelta(days=7)
    desk, address = sign_in(coordinator), reverse("prepare_meeting", args=[meeting.slug])
    page = desk.post(address, filled_in(desk, address, date=str(later)))
    assert "Les réponses sont redemandées pour le nouveau jour" in text_of(page)
    convening.move(meeting, date=later, starts_at=None, ends_at=None, by=None)  # as the admin does
    assert meeting.answer_by is None
    answering.answer(row, "yes", by=member)
    assert answer_of(row) == "yes"


def test_a_meeting_that_comes_sooner_asks_for_answers_until_its_new_day(meeting):
    Meeting.objects.update(answer_by=meeting.date)
    sooner = meeting.date - dt.timedelta(days=7)
    convening.move(meeting, date=sooner, starts_at=None, ends_at=None, by=None)  # as the admin does
    assert meeting.answer_by == sooner


def test_who_is_called_after_that_day_may_answer_all_the_same(meeting, cycle):
    Meeting.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    late = f.member_of(cycle)
    calling.keep_called(meeting)
    row = meeting.convocations.get(user=late)
    assert answering.answer(row, "yes", by=late).answer == "yes"


def test_the_last_place_is_taken_once_and_freed_by_a_no(sign_in, member, meeting, row, cycle):
    Meeting.objects.update(capacity=1)
    yes = {"answer": "yes", "answered_at": timezone.now()}
    other = f.ConvocationFactory(meeting=meeting, user=f.member_of(cycle), **yes)
    client, address = sign_in(member), reverse("answer", args=[meeting.slug])
    page = client.post(address, {"answer": "yes"}, headers={"HX-Request": "true"})
    assert "La seule place est prise" in text_of(page)
    assert answer_of(row) == ""
    Convocation.objects.filter(pk=other.pk).update(answer="no")
    client.post(address, {"answer": "yes"})
    client.post(address, {"answer": "yes"})
    assert answer_of(row) == "yes"


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_place_at_once_do_not_both_have_it(meeting, cycle):
    Meeting.objects.update(capacity=1)
    rows = [f.ConvocationFactory(meeting=meeting, user=f.member_of(cycle)) for _ in range(6)]
    barrier, refused = threading.Barrier(len(rows)), []

    def take(row):
        barrier.wait(timeout=10)
        try:
            answering.answer(row, "yes", by=None)
        except Refusal:
            refused.append(row.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(refused) == len(rows) - 1
    assert meeting.convocations.coming().count() == 1


# Somebody in one's place


@pytest.fixture
def colleague(member, meeting):
    """A colleague of the member, called too."""
    person = f.MembershipFactory(organization=member.organization).user
    calling.keep_called(meeting)
    deliver()
    return person


def test_a_colleague_is_chosen_and_asked_by_name(sign_in, member, meeting, row, colleague):
    client, address = sign_in(member), reverse("answer", args=[meeting.slug])
    page = client.get(address)
    assert colleague.name in page.text
    client.post(address, {"answer": "replaced", "colleague": colleague.pk})
    theirs = meeting.convocations.get(user=colleague)
    assert (answer_of(row), row.replaced_by) == ("replaced", theirs)
    message = OutgoingEmail.objects.get(state=State.WAITING, kind="convocation")
    assert message.to == colleague.email
    assert f"{member.name} vous demande de venir à sa place." in message.text
    client.post(address, {"answer": "replaced", "colleague": colleague.pk})
    assert len(written()) == 1
    client.post(address, {"answer": "yes"})
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None  # called in their own right


def test_a_colleague_is_not_asked_by_who_changed_their_mind_meanwhile(meeting, member, row, colleague):
    instead = answering.StandIn(user=colleague)
    answering.answer(row, "replaced", by=member, stand_in=instead)
    answering.answer(row, "yes", by=member)
    assert written() == []
    answering.answer(row, "replaced", by=member, stand_in=instead)
    assert written() == [(colleague.email, "convocation")]


def test_somebody_of_another_organisation_is_not_among_the_colleagues(sign_in, meeting, member, row, cycle):
    stranger = f.member_of(cycle)
    client, address = sign_in(member), reverse("answer", args=[meeting.slug])
    page = client.post(address, {"answer": "replaced", "colleague": stranger.pk})
    assert page.status_code == 200
    assert answer_of(row) == ""


INSTEAD = {"answer": "replaced", "name": "Remplaçante", "email": "remplacante@ailleurs.example"}


def test_an_address_that_is_typed_is_called_and_let_go_with_a_change_of_mind(meeting, row):
    client, _ = opened(row)
    client.post(address_of(row), INSTEAD)
    theirs = meeting.convocations.get(email=INSTEAD["email"])
    assert (theirs.name, theirs.organization) == ("Remplaçante", row.organization)
    assert written() == [(INSTEAD["email"], "convocation")]
    deliver()
    assert opened(theirs)[1].status_code == 200
    client.post(address_of(row), {"answer": "yes"})
    theirs.refresh_from_db()
    assert theirs.withdrawn_at
    assert written() == [(INSTEAD["email"], "uninvited")]
    assert opened(theirs)[1].status_code == 410
    client.post(address_of(row), INSTEAD)
    deliver()
    assert opened(meeting.convocations.standing().get(email=INSTEAD["email"]))[1].status_code == 200


def test_a_second_replacement_takes_the_place_of_the_first(meeting, row):
    client, _ = opened(row)
    client.post(address_of(row), INSTEAD)
    client.post(address_of(row), INSTEAD | {"email": "autre@ailleurs.example"})
    assert written() == [("autre@ailleurs.example", "convocation")]
    standing = meeting.convocations.standing().filter(user=None)
    assert [found.email for found in standing] == ["autre@ailleurs.example"]


def test_a_guest_of_the_meeting_who_came_instead_stays_called(meeting, row):
    guest = f.MeetingGuestFactory(meeting=meeting)
    calling.keep_called(meeting)
    deliver()
    client, _ = opened(row)
    client.post(address_of(row), INSTEAD | {"email": guest.email.upper()})
    client.post(address_of(row), {"answer": "yes"})
    assert meeting.convocations.get(email=guest.email).withdrawn_at is None


def test_no_chain_comes_back_to_the_person(meeting, row):
    client, _ = opened(row)
    page = client.post(address_of(row), INSTEAD | {"email": row.user.email.upper()})
    assert "votre propre adresse" in text_of(page)
    client.post(address_of(row), INSTEAD)
    theirs = meeting.convocations.get(email=INSTEAD["email"])
    other, _ = opened(theirs)
    page = other.post(address_of(theirs), INSTEAD | {"email": row.user.email})
    assert "ne peut pas venir à votre place" in text_of(page)
    assert answer_of(theirs) == ""


def test_a_chain_that_is_cut_lets_everybody_after_it_go(meeting, row):
    client, _ = opened(row)
    client.post(address_of(row), INSTEAD)
    theirs = meeting.convocations.get(email=INSTEAD["email"])
    opened(theirs)[0].post(address_of(theirs), {})
    other, _ = opened(theirs)
    other.post(address_of(theirs), INSTEAD | {"email": "troisieme@ailleurs.example"})
    client.post(address_of(row), {"answer": "yes"})
    calling.keep_called(meeting)
    assert not meeting.convocations.standing().filter(user=None).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "", "name": ""}, "Dites qui vient à votre place."),
        ({"name": ""}, "Donnez aussi le nom"),
        ({"email": "pas une adresse"}, "Donnez un courriel complet"),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "Donnez un courriel complet"),
        ({"name": "Anne\u2028Tremblay"}, "Écrivez sur une seule ligne."),
    ],
)
def test_a_replacement_that_cannot_be_is_refused_beside_its_field_and_kept(row, changed, words):
    client, _ = opened(row)
    page = client.post(address_of(row), INSTEAD | changed)
    assert page.status_code == 200
    assert words in text_of(page)
    kept = [value for value in (INSTEAD | changed).values() if value and value != "replaced"]
    assert all(value.split()[0] in page.text for value in kept)
    assert answer_of(row) == ""


def test_replacements_are_few_an_hour(row, settings):
    settings.LIMITS = settings.LIMITS | {"stand_ins": (2, 3600)}
    client, _ = opened(row)
    answers = [
        client.post(address_of(row), INSTEAD | {"email": f"personne{n}@ailleurs.example"}).status_code
        for n in range(3)
    ]
    assert answers == [302, 302, 429]


def test_who_came_instead_and_leaves_lets_the_other_be_asked_again(meeting, row, colleague):
    Convocation.objects.filter(pk=row.pk).update(
        answer="replaced",
        answered_at=timezone.now(),
        replaced_by=meeting.convocations.get(user=colleague),
    )
    colleague.memberships.update(until=timezone.localdate())
    calling.keep_called(meeting)
    assert answer_of(row) == ""


def test_the_page_asks_no_more_for_many_colleagues(sign_in, member, meeting, row):
    client, counts = sign_in(member), []
    for _ in range(2):
        for _ in range(5):
            f.MembershipFactory(organization=member.organization)
        calling.keep_called(meeting)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("answer", args=[meeting.slug]))
        counts.append(len(queries))
    assert counts[0] == counts[1]
