"""What must hold with real workers and a real mail server: every message arrives, and once."""

import signal
from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from celery import Celery
from django.db import transaction

from ecpar_portal import work
from mailing import tasks
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.mailing.writing import state_of, write
from tests.services import empty_broker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_workers(post_office, start):
    """Two workers that are both at work: while one waits for a receipt, the other sends."""
    workers = [start(), start()]
    held, other = write(), write()
    post_office.trouble = lambda moment, to: "hang" if (moment, to) == ("receipt", held.to) else ""
    wait_until(lambda: state_of(other) == "done")
    post_office.trouble = lambda moment, to: ""
    wait_until(all_done)
    OutgoingEmail.objects.all().delete()
    post_office.raw.clear()
    return workers


def all_done() -> bool:
    return not OutgoingEmail.objects.exclude(state="done").exists()


def test_a_message_arrives_as_it_was_written(post_office, start):
    start()
    message = write(html="<p>Venez à Québec.</p>", calendar="BEGIN:VCALENDAR\r\n", calendar_method="REQUEST")
    wait_until(all_done)
    letter = post_office.letters()[0]
    contents = [part.get_payload(decode=True).decode() for part in letter.walk() if not part.is_multipart()]
    assert (letter["To"], letter["Message-ID"]) == (message.to, message.message_id)
    assert contents == ["Bonjour,\r\n\r\nVenez.", message.html, message.calendar]
    message.refresh_from_db()
    assert message.sent_at
    assert (message.attempts, message.may_have_arrived_twice) == (1, False)


def test_a_worker_killed_before_it_sends_leaves_the_message_to_the_next_one(post_office, start):
    post_office.trouble = lambda moment, address: "hang" if moment == "greeting" else ""
    message, first = write(), start()
    wait_until(lambda: post_office.visits == 1)
    assert first.kill() == -signal.SIGKILL
    assert (state_of(message), post_office.raw) == ("running", [])
    post_office.trouble = lambda moment, address: ""
    second = start()
    assert second.process.pid != first.process.pid
    wait_until(all_done)
    assert post_office.recipients() == [message.to]
    message.refresh_from_db()
    assert message.attempts == 2


def test_a_worker_killed_once_the_message_was_accepted_sends_it_twice_at_most_and_it_shows(
    post_office, start
):
    post_office.trouble = lambda moment, address: "hang" if moment == "receipt" else ""
    message, first = write(), start()
    wait_until(lambda: len(post_office.raw) == 1)
    assert first.kill() == -signal.SIGKILL
    post_office.trouble = lambda moment, address: ""
    start()
    wait_until(all_done)
    assert [letter["Message-ID"] for letter in post_office.letters()] == [message.message_id] * 2
    message.refresh_from_db()
    assert message.interrupted
    assert message.may_have_arrived_twice


def test_a_message_that_two_workers_are_told_of_leaves_once(post_office, two_workers):
    held = write(1)
    post_office.trouble = lambda moment, to: "hang" if (moment, to) == ("receipt", held.to) else ""
    tasks.deliver.delay(str(held.pk))
    wait_until(lambda: post_office.recipients() == [held.to])
    for _ in range(4):
        tasks.deliver.delay(str(held.pk))
    other = write(2)
    wait_until(lambda: state_of(other) == "done")  # by the other worker, which was told of both
    post_office.trouble = lambda moment, to: ""
    wait_until(all_done)
    assert post_office.recipients() == [held.to, other.to]
    assert OutgoingEmail.objects.get(pk=held.pk).attempts == 1


def test_a_broker_that_is_down_fails_nobody_and_the_sweep_sends(post_office, start, monkeypatch, client):
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nowhere.conf.task_publish_retry = False
    bell = nowhere.task(name="mailing.tasks.deliver")(deliver)
    monkeypatch.setitem(work._kinds, OutgoingEmail, work.Kind(bell, drains=True))
    person = f.UserFactory()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    assert client.post("/compte/password/reset/", {"email": person.email}).status_code == 302
    start()
    wait_until(all_done)
    assert post_office.recipients() == [person.email]
    assert "/compte/password/reset/key/" in post_office.letters()[0].get_content()
    assert OutgoingEmail.objects.get().text == ""


def test_bells_that_the_broker_lost_are_rung_again_by_the_sweep(post_office, start):
    messages = [write() for _ in range(5)]
    assert empty_broker() == 5
    assert empty_broker() == 0
    assert {state_of(message) for message in messages} == {"waiting"}
    start()
    wait_until(all_done)
    assert sorted(post_office.recipients()) == sorted(message.to for message in messages)


def test_a_worker_asked_to_stop_sends_what_it_has_in_hand_and_leaves_the_rest(post_office, start):
    post_office.trouble = lambda moment, address: "hang" if moment == "receipt" else ""
    with transaction.atomic():
        messages = [write() for _ in range(20)]
    leaving = start(WORK_LEASE_SECONDS="60")
    wait_until(lambda: post_office.hanging)
    leaving.ask_to_stop()
    post_office.trouble = lambda moment, address: ""
    assert leaving.process.wait(30) == 0
    assert len(post_office.raw) == 1
    assert Counter(map(state_of, messages)) == {"done": 1, "waiting": 19}
    start()
    wait_until(all_done)
    assert sorted(post_office.recipients()) == sorted(message.to for message in messages)
    assert set(OutgoingEmail.objects.values_list("attempts", "interrupted")) == {(1, False)}
