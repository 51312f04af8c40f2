"""Rows of work: claimed once, tried again later each time, thrown away when they are old."""

import datetime as dt

import pytest
from django.utils import timezone

from ecpar_portal import broker, work
from ecpar_portal.celery import app
from reports.models import Report
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_row_is_claimed_once():
    row = f.ReportFactory()
    assert Report.objects.claim(row.pk).attempts == 1
    assert Report.objects.claim(row.pk) is None


def test_a_row_whose_worker_is_gone_is_taken_over_and_says_so():
    row = f.ReportFactory()
    assert not Report.objects.claim(row.pk).interrupted
    Report.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    second = Report.objects.claim(row.pk)
    assert (second.attempts, second.interrupted) == (2, True)


def test_a_worker_that_lost_its_lease_changes_nothing():
    late = Report.objects.claim(f.ReportFactory().pk)
    Report.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    current = Report.objects.claim(late.pk)
    assert not late.finish()
    assert not late.give_back("trop tard")
    assert current.finish()


def test_each_wait_is_twice_the_last_an_hour_at_most_and_never_exactly_the_same():
    waits = [[work.delay_after(n).total_seconds() for _ in range(50)] for n in (1, 2, 3, 20)]
    for wait, middle in zip(waits, (30, 60, 120, 3600), strict=True):
        assert all(0.8 * middle <= seconds <= 1.2 * middle for seconds in wait)
        assert len(set(wait)) > 40


def test_a_row_fails_after_its_last_attempt_and_keeps_the_reason():
    row = f.ReportFactory(attempts=Report.max_attempts - 1)
    Report.objects.claim(row.pk).give_back("OSError: disque plein")
    row.refresh_from_db()
    assert (row.state, row.last_error) == (Report.State.FAILED, "OSError: disque plein")


def test_a_row_that_kills_every_worker_is_given_up():
    row = f.ReportFactory(attempts=Report.max_attempts, state=Report.State.RUNNING)
    Report.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert Report.objects.claim(row.pk) is None
    row.refresh_from_db()
    assert row.state == Report.State.FAILED


def test_what_changed_since_it_was_read_is_not_taken():
    row = f.ReportFactory()
    Report.objects.claim(row.pk).give_back("plus tard")
    assert Report.objects.take(row) is None
    row = f.ReportFactory()
    Report.objects.filter(pk=row.pk).update(state=Report.State.WITHDRAWN)
    assert Report.objects.take(row) is None


def test_a_row_is_due_in_words_when_it_is_due_in_the_database():
    now, hour = timezone.now(), dt.timedelta(hours=1)
    for state in Report.State:
        for due_at in (now - hour, now + hour):
            for lease_until in (None, now - hour, now + hour):
                for expires_at in (None, now - hour, now + hour):
                    fields = {"due_at": due_at, "lease_until": lease_until, "expires_at": expires_at}
                    f.ReportFactory(state=state, object_id=1, **fields)
    due = set(Report.objects.due(now))
    assert {row for row in Report.objects.all() if row.is_due(now)} == due
    assert due


def test_what_is_no_longer_useful_is_not_done():
    row = f.ReportFactory(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert Report.objects.claim(row.pk) is None


@pytest.mark.once
def test_messages_that_were_read_leave_the_embedded_broker(settings, tmp_path):
    settings.CELERY_BROKER_URL = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    assert broker.purge_spent() == 0
    with app.connection_for_write(settings.CELERY_BROKER_URL) as connection:
        queue = connection.SimpleQueue("essai")
        for number in range(3):
            queue.put(number)
        queue.get().ack()
        queue.close()
    assert broker.purge_spent() == 1
    assert broker.purge_spent() == 0
