"""What must hold when a worker dies or the broker is away."""

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from ecpar_portal import work
from meetings.actions.publishing import publish
from meetings.models import Meeting
from reports.actions import produce
from reports.models import Report
from tests import factories as f
from tests.reports.asking import address, done, files, get
from tests.services import Worker, database_url, empty_broker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start():
    """Start workers; those that live at the end are stopped."""
    empty_broker()  # the bells of other tests
    workers = []

    def start_one(**environment: str) -> Worker:
        workers.append(Worker(**environment))
        return workers[-1]

    yield start_one
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()


def tried(times: int) -> bool:
    """Whether the report was tried so often, and nobody has it in hand."""
    report = Report.objects.get()
    return report.attempts == times and report.state != Report.State.RUNNING


def test_a_worker_killed_in_the_middle_leaves_one_whole_file_after_the_next_one(reader, meeting):
    get(reader, address(meeting))
    first = Worker(WORK_LEASE_SECONDS="3")
    wait_until(lambda: Report.objects.get().state == Report.State.RUNNING)
    assert first.kill() == -signal.SIGKILL
    assert Report.objects.get().state == Report.State.RUNNING
    assert files() == []
    second = Worker(WORK_LEASE_SECONDS="3")
    assert second.process.pid != first.process.pid
    wait_until(done)
    second.stop()
    assert Report.objects.get().attempts == 2
    assert len(files()) == 1
    assert get(reader, address(meeting)).body.startswith(b"%PDF")


def test_a_broker_that_is_down_fails_nobody_and_the_sweep_catches_up(reader, meeting, monkeypatch):
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nowhere.conf.task_publish_retry = False
    bell = nowhere.task(name="reports.tasks.produce")(produce)
    monkeypatch.setitem(work._kinds, Report, work.Kind(bell))
    assert get(reader, address(meeting)).status_code == 202
    running = Worker()
    wait_until(done)
    running.stop()


def test_the_same_content_gives_the_same_bytes_in_two_processes(meeting):
    script = (
        "import django, hashlib; django.setup();"
        "from meetings.documents import synthesis_pdf as pdf; from meetings.models import SynthesisVersion;"
        "print(hashlib.sha256(pdf(SynthesisVersion.objects.get())).hexdigest())"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "ecpar_portal.settings",
    }
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], env={**environment, "PYTHONHASHSEED": seed}, capture_output=True
        )
        for seed in ("1", "2")
    ]
    digests = {run.stdout for run in runs}
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


def test_the_sweep_rings_for_nothing_that_is_held_or_over(meeting):
    Report.objects.all().delete()
    now = timezone.now() + dt.timedelta(minutes=1)
    make = lambda n, **fields: Report.objects.create(kind="synthesis", object_id=n, content_key="x", **fields)  # noqa: E731
    hour = dt.timedelta(hours=1)
    due = {make(1).pk, make(2, state="running", lease_until=now - hour).pk}
    make(3, state="running", lease_until=now + hour)
    make(4, due_at=now + hour)
    make(5, expires_at=now - hour)
    for number, state in enumerate(("done", "failed", "withdrawn", "held"), start=6):
        make(number, state=state)
    assert set(Report.objects.due(now).values_list("pk", flat=True)) == due


def test_a_content_that_changes_before_its_making_never_gets_the_wrong_file(reader, meeting):
    get(reader, address(meeting))
    report = Report.objects.get()
    Meeting.objects.update(title="Nouveau titre")
    produce(report.pk)
    report.refresh_from_db()
    assert (report.state, report.file.name) == (Report.State.WITHDRAWN, "")
    after = reader.get(report.get_absolute_url())
    current = Report.objects.exclude(pk=report.pk).get()
    assert after["Location"] == current.get_absolute_url()

    Meeting.objects.update(title="")
    get(reader, address(meeting))
    report.refresh_from_db()
    assert report.state == Report.State.WAITING
    produce(report.pk)
    assert get(reader, address(meeting)).status_code == 200


def test_a_file_that_is_there_is_not_made_again(reader, meeting):
    get(reader, address(meeting))
    report = Report.objects.get()
    produce(report.pk)
    reader.post(f"{report.get_absolute_url()}reessayer/")
    report.refresh_from_db()
    assert report.state == Report.State.DONE


def test_an_error_that_no_database_can_hold_is_noted_all_the_same(reader, meeting, monkeypatch):
    get(reader, address(meeting))
    report = Report.objects.get()
    monkeypatch.setattr("reports.actions._render", lambda report: int("\0"))
    produce(report.pk)
    report.refresh_from_db()
    assert report.state == Report.State.WAITING
    assert report.last_error.startswith("ValueError")


def test_a_disk_that_fills_up_leaves_no_partial_file_and_the_person_may_try_again(reader, meeting, start):
    get(reader, address(meeting))
    full = start(DJANGO_SETTINGS_MODULE="tests.reports.small_disk")
    for number in range(1, Report.max_attempts + 1):
        wait_until(lambda number=number: tried(number))
        assert files() == []
        assert "File too large" in Report.objects.get().last_error
        if number < Report.max_attempts:
            assert get(reader, address(meeting)).status_code == 202
            Report.objects.update(due_at=timezone.now())
            work.ring(Report.objects.get())
    assert full.stop() == 0
    report = Report.objects.get()
    assert report.state == Report.State.FAILED
    page = get(reader, address(meeting))
    assert "Réessayer" in page.text
    assert "too large" not in page.text

    start()
    reader.post(f"{report.get_absolute_url()}reessayer/")
    wait_until(done)
    assert get(reader, address(meeting)).body.startswith(b"%PDF")
    assert len(files()) == 1


def test_a_bell_that_the_broker_lost_is_rung_again_by_the_sweep(start, reader, meeting):
    assert Report.objects.get().state == Report.State.WAITING  # since it was published
    assert empty_broker() == 1
    start()
    wait_until(done)
    assert get(reader, address(meeting)).body.startswith(b"%PDF")


def test_a_worker_asked_to_stop_finishes_the_file_in_hand(reader, meeting, start):
    f.SynthesisPointFactory.create_batch(40, meeting=meeting)  # a second of rendering or two
    Report.objects.all().delete()
    publish(meeting, by=None)
    leaving = start(WORK_LEASE_SECONDS="60")
    wait_until(lambda: Report.objects.filter(state=Report.State.RUNNING).exists())
    leaving.ask_to_stop()
    assert Report.objects.get(state=Report.State.RUNNING)
    assert leaving.process.wait(30) == 0
    report = Report.objects.get()
    assert (report.state, report.attempts, report.interrupted) == (Report.State.DONE, 1, False)
    assert len(files()) == 1
    assert get(reader, address(meeting)).body.startswith(b"%PDF")


def test_two_workers_that_hear_the_same_bell_make_one_file(reader, meeting):
    get(reader, address(meeting))
    report = Report.objects.get()
    first = Report.objects.claim(report.pk)
    produce(report.pk)
    assert files() == []
    first.give_back("la première se retire")
    Report.objects.update(due_at=timezone.now())
    produce(report.pk)
    produce(report.pk)
    assert len(files()) == 1


def test_a_file_that_takes_too_long_fails_with_its_reason_and_is_not_tried_again(reader, meeting, start):
    for _ in range(400):
        f.SynthesisPointFactory(meeting=meeting, text="Un point de la rencontre " * 40)
    publish(meeting, by=None)
    Report.objects.all().delete()
    get(reader, address(meeting))
    start(REPORT_SECONDS="1")
    wait_until(lambda: Report.objects.get().state == Report.State.FAILED)
    report = Report.objects.get()
    assert "trop long" in report.last_error
    assert report.attempts == 1
    assert files() == []


def test_a_worker_gives_a_file_up_before_another_may_take_it():
    assert settings.REPORT_SECONDS < settings.WORK_LEASE_SECONDS
