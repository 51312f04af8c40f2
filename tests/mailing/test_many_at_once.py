"""Many messages written at once: each key once, all of them or none, one bell."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailing.actions import deliver, hold_unsent, withdraw
from mailing.models import OutgoingEmail
from mailing.queueing import AT_ONCE, HeaderInjection, Message, queue_many
from tests.mailing.writing import write

pytestmark = pytest.mark.django_db


def message(number, **fields):
    written = {"key": f"rencontre/1/{number}", "to": f"personne{number}@ville.example"}
    return Message(**{"kind": "notice", "subject": "Rencontre", "text": "Venez."} | written | fields)


def queued(*numbers, **fields):
    return queue_many(message(number, **fields) for number in numbers)


def subjects():
    return [email.subject for email in OutgoingEmail.objects.order_by("key")]


def test_many_leave_in_the_order_in_which_they_are_given_and_one_bell_rings(
    django_capture_on_commit_callbacks,
):
    numbers = range(2 * AT_ONCE + 1)
    with django_capture_on_commit_callbacks() as bells:
        rows = queued(*numbers)
    assert len(bells) == 1
    assert deliver() == len(numbers)
    addresses = [f"personne{number}@ville.example" for number in numbers]
    assert [email.to for email in rows] == [sent.to[0] for sent in mail.outbox] == addresses


def test_nothing_rings_for_what_leaves_later_nor_for_what_is_there_already(
    django_capture_on_commit_callbacks,
):
    queued(1, 2)
    with django_capture_on_commit_callbacks() as bells:
        queued(1, 2)
        queued(3, 4, due_at=timezone.now() + dt.timedelta(hours=1))
    assert bells == []


def test_a_key_that_comes_twice_is_one_message():
    first, second = queue_many([message(1), message(1, subject="Autre"), message(2)])
    assert [first.subject, second.key] == ["Rencontre", "rencontre/1/2"]
    assert subjects() == ["Rencontre", "Rencontre"]


def test_what_is_new_what_is_there_and_what_comes_back_are_written_together():
    queued(1, 2, 3)
    withdraw("rencontre/1/2")
    hold_unsent()
    withdraw("rencontre/1/3")
    rows = queued(1, 2, 3, 4, subject="Nouvelle date")
    assert subjects() == ["Rencontre", "Nouvelle date", "Nouvelle date", "Nouvelle date"]
    assert [email.state for email in rows] == ["held", "waiting", "held", "waiting"]
    assert rows == list(OutgoingEmail.objects.order_by("key"))
    assert deliver() == 2


def test_one_that_cannot_be_written_takes_all_the_others_with_it():
    with pytest.raises(HeaderInjection):
        queue_many([message(1), message(2, subject="Rencontre\nBcc: voleur@evil.example")])
    with pytest.raises(KeyError):
        queue_many([message(1), message(2, kind="inconnu")])
    assert not OutgoingEmail.objects.exists()


def test_forty_ask_as_many_questions_as_two():
    counts = []
    for numbers in (range(2), range(2, 42)):
        asked = []
        for _ in ("new", "there", "back"):
            with CaptureQueriesContext(connection) as queries:
                queued(*numbers)
            asked.append(len(queries))
            if len(asked) == 2:
                withdraw("rencontre/1/")
        counts.append(asked)
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_who_write_the_same_at_once_write_it_once():
    both_ready = threading.Barrier(2, timeout=10)

    def together():
        both_ready.wait()
        queued(*range(20))
        connection.close()

    write(1, key="rencontre/1/3")
    withdraw("rencontre/1/3")
    threads = [threading.Thread(target=together) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OutgoingEmail.objects.count() == 20
    assert deliver() == 20
