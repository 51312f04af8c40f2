"""Writing, taking back, sending again, throwing away."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from mailing import actions
from mailing.actions import (
    NotSentAgain,
    deliver,
    hold_unsent,
    purge,
    release,
    send_again,
    withdraw,
)
from mailing.models import OutgoingEmail
from mailing.queueing import HeaderInjection
from tests import factories as f
from tests.mailing.writing import it_is_time, state_of, write

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_a_message_written_twice_leaves_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        first, second = write(1), write(1, subject="Autre")
    deliver()
    deliver()
    assert first == second
    assert [message.subject for message in mail.outbox] == ["Rencontre"]
    assert len(bells) == 1


def test_a_message_goes_with_its_cause_or_not_at_all():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert deliver() == 0


@pytest.mark.parametrize("trap", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("field", ["subject", "to", "calendar_method"])
def test_a_line_break_in_a_header_is_refused(field, trap):
    with pytest.raises(HeaderInjection):
        write(**{field: f"Rencontre{trap}Bcc: voleur@evil.example"})
    assert not OutgoingEmail.objects.exists()


def test_a_subject_that_is_too_long_is_shortened():
    assert len(write(subject="é" * 300).subject) == 200


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(KeyError):
        write(kind="inconnu")


def test_nothing_leaves_before_its_hour_nor_after_it_has_lost_its_use(django_capture_on_commit_callbacks):
    now = timezone.now()
    with django_capture_on_commit_callbacks() as bells:
        later = write(due_at=now + HOUR)
    late = write(due_at=now - 2 * HOUR, expires_at=now - HOUR)
    assert deliver() == deliver(str(late.pk)) == deliver(str(later.pk)) == 0
    assert (mail.outbox, bells) == ([], [])


def test_what_is_taken_back_does_not_leave_and_may_come_back():
    kept, taken = write(1, key="rencontre/1/ana"), write(2, key="rencontre/2/ana")
    assert withdraw("rencontre/2/") == 1
    deliver()
    assert (state_of(kept), state_of(taken)) == ("done", "withdrawn")
    assert withdraw(OutgoingEmail.objects.all()) == 0
    write(2, key="rencontre/2/ana", subject="Nouvelle date")
    deliver()
    assert [message.subject for message in mail.outbox] == ["Rencontre", "Nouvelle date"]


def test_a_secret_is_wiped_when_it_leaves_fails_or_is_taken_back(our_post_office):
    our_post_office.answer = lambda address: "550 inconnu" if address.startswith("refus") else "250 OK"
    html, calendar = "<p>4321</p>", "BEGIN:VCALENDAR"
    secrets = [
        write(kind="code", text="4321", html=html, calendar=calendar, **more)
        for more in ({}, {"to": "refuse@ville.example"}, {"due_at": timezone.now() + HOUR, "key": "retrait"})
    ]
    plain = write()
    deliver()
    withdraw("retrait")
    assert [state_of(message) for message in secrets] == ["done", "failed", "withdrawn"]
    for message in secrets:
        assert (message.text, message.html, message.calendar) == ("", "", "")
        assert message.wiped_at
    assert "4321" in our_post_office.letters()[0].get_body(("plain",)).get_content()
    assert state_of(plain) == "done"
    assert plain.text


def test_a_secret_that_kills_every_worker_is_wiped_too():
    secret = write(kind="code", text="4321")
    past = timezone.now() - HOUR
    OutgoingEmail.objects.update(state="running", attempts=OutgoingEmail.max_attempts, lease_until=past)
    assert deliver() == 0
    assert (state_of(secret), secret.text) == ("failed", "")


def test_a_message_sent_again_is_one_of_its_own(coordinator):
    first = write(
        to=coordinator.email,
        html="<p>Venez.</p>",
        calendar="BEGIN:VCALENDAR",
        calendar_method="REQUEST",
        user=coordinator,
    )
    deliver()
    first.refresh_from_db()
    again = send_again(first, by=coordinator)
    with pytest.raises(NotSentAgain, match="déjà en route"):
        send_again(first, by=coordinator)
    deliver()
    once_more = send_again(OutgoingEmail.objects.get(pk=again.pk), by=coordinator)
    deliver()
    assert len({first.message_id, again.message_id, once_more.message_id}) == 3
    assert len(mail.outbox) == 3
    assert (again.again_of, once_more.again_of, again.user) == (first, again, coordinator)
    assert again.key.startswith(f"{first.key}/encore/")
    assert once_more.key.count("/encore/") == 1
    for name in ("subject", "to", "text", "html", "calendar", "calendar_method"):
        assert getattr(again, name) == getattr(first, name)


def test_neither_a_secret_nor_what_has_lost_its_use_is_sent_again(coordinator):
    secret, old, waiting = write(kind="code"), write(), write(due_at=timezone.now() + HOUR)
    deliver()
    OutgoingEmail.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    for message in (secret, old, waiting):
        message.refresh_from_db()
        with pytest.raises(NotSentAgain):
            send_again(message, by=coordinator)


def test_old_messages_are_thrown_away_and_the_others_stay(settings):
    settings.MAIL_KEPT_DAYS = 30
    old, recent = (timezone.now() - dt.timedelta(days=days) for days in (31, 29))
    for state in ("done", "failed", "withdrawn", "waiting", "running", "held"):
        for instant in (old, recent):
            f.OutgoingEmailFactory(state=state, due_at=instant)
    sent_late = f.OutgoingEmailFactory(state="done", due_at=old, sent_at=recent)
    again = f.OutgoingEmailFactory(again_of=OutgoingEmail.objects.get(state="done", due_at=old, sent_at=None))
    assert purge() == 3
    assert OutgoingEmail.objects.filter(due_at__gt=old).count() == 7
    assert sent_late in OutgoingEmail.objects.all()
    again.refresh_from_db()
    assert again.again_of is None


def test_what_was_never_sent_in_time_is_withdrawn_at_night_and_its_secret_wiped():
    past = timezone.now() - HOUR
    late = write(kind="code", text="4321", expires_at=past)
    held = write(expires_at=past)
    OutgoingEmail.objects.filter(pk=held.pk).update(state="running", lease_until=timezone.now() + HOUR)
    assert purge() == 0
    assert (state_of(late), late.text) == ("withdrawn", "")
    assert late.last_error == "Trop tard pour être utile."
    assert state_of(held) == "running"


def test_everything_that_has_not_left_is_held_after_a_restore_and_says_that_it_may_have_arrived():
    for state in OutgoingEmail.State:
        f.OutgoingEmailFactory(state=state, to=f"{state}@ville.example")
    assert hold_unsent() == 3
    assert deliver() == 0
    held = OutgoingEmail.objects.filter(state="held")
    assert {message.to.partition("@")[0] for message in held} == {"waiting", "running", "held"}
    assert {message.last_error for message in held} == {"Retenu après une restauration."}
    release(held, by=f.UserFactory())
    assert deliver() == 3
    assert all(message.may_have_arrived_twice for message in OutgoingEmail.objects.exclude(sent_at=None))


def test_what_is_held_is_still_held_when_it_is_planned_again_and_goes_when_its_cause_goes():
    write(1, key="rencontre/1/ana")
    hold_unsent()
    withdraw("rencontre/1/")
    again = write(1, key="rencontre/1/ana", subject="Nouvelle heure")
    assert (again.state, again.subject) == ("held", "Nouvelle heure")
    assert deliver() == 0
    assert withdraw("rencontre/1/") == 1
    assert release(OutgoingEmail.objects.all(), by=f.UserFactory()) == (0, 0)
    assert deliver() == 0


def test_a_secret_that_is_held_is_wiped_once_its_link_has_ended():
    secret = write(kind="code", text="4321", expires_at=timezone.now() + HOUR)
    hold_unsent()
    OutgoingEmail.objects.update(expires_at=timezone.now())
    purge()
    assert (state_of(secret), secret.text) == ("withdrawn", "")


def test_no_more_leave_in_a_minute_than_the_mail_server_allows(settings):
    settings.MAIL_PER_MINUTE = 2
    for _ in range(5):
        write()
    assert (deliver(), deliver()) == (2, 0)
    OutgoingEmail.objects.filter(state="done").update(sent_at=timezone.now() - dt.timedelta(seconds=61))
    assert deliver() == 2


def test_what_waited_longest_leaves_first():
    now = timezone.now()
    for number, minutes in enumerate((1, 3, 2)):
        write(number, due_at=now - dt.timedelta(minutes=minutes))
    deliver()
    assert [message.to[0][8] for message in mail.outbox] == ["1", "2", "0"]


def test_each_message_is_marked_before_the_next_one_is_sent(monkeypatch):
    write()
    write()
    states = []
    look = lambda carrier, email: states.append(set(OutgoingEmail.objects.values_list("pk", "state")))  # noqa: E731
    monkeypatch.setattr(actions.Carrier, "send", look)
    deliver()
    first, second = OutgoingEmail.objects.order_by("pk").values_list("pk", flat=True)
    assert states == [{(first, "running"), (second, "waiting")}, {(first, "done"), (second, "running")}]


def test_a_worker_that_lost_its_lease_does_not_say_that_it_sent(monkeypatch):
    message = write()
    monkeypatch.setattr(
        actions.Carrier, "send", lambda carrier, email: OutgoingEmail.objects.update(claims=9)
    )
    assert deliver() == 0
    it_is_time()
    assert state_of(message) == "running"


def test_a_text_that_was_replaced_since_it_was_read_does_not_leave():
    former = write(1, text="ancien")
    withdraw(OutgoingEmail.objects.filter(pk=former.pk))
    write(1, text="nouveau", due_at=timezone.now() + dt.timedelta(days=3))
    assert OutgoingEmail.objects.take(former) is None


def test_a_message_that_begins_anew_has_all_its_tries():
    message = write(1)
    OutgoingEmail.objects.update(attempts=OutgoingEmail.max_attempts)
    withdraw(OutgoingEmail.objects.all())
    write(1)
    assert deliver() == 1
    assert state_of(message) == "done"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_send_a_message_again_once(coordinator):
    message = write(1)
    deliver()
    refused = []

    def click():
        try:
            send_again(message, by=coordinator)
        except NotSentAgain as reason:
            refused.append(str(reason))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(3)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(refused) == 2
    assert OutgoingEmail.objects.filter(again_of=message).count() == 1


def test_a_message_is_not_sent_again_to_an_address_that_its_person_left(coordinator):
    message = write(to=coordinator.email, user=coordinator)
    deliver()
    type(coordinator).objects.update(email="nouvelle@portail.example")
    with pytest.raises(NotSentAgain, match="changé d’adresse"):
        send_again(message, by=coordinator)
