"""« /sante/ »: whether each part answers, for who balances the load and for the coordinator."""

import datetime as dt
import json
import socket
import subprocess
import threading

import pytest
from django.core.cache import caches
from django.utils import timezone

from ecpar_portal import health
from ecpar_portal.storage import WholeFileStorage
from tests import factories as f
from tests.house.workshop import ROOT, free_port, plain_environment, python
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PARTS = ("database", "broker", "worker", "storage", "waiting")


@pytest.fixture
def well():
    """A worker was there a moment ago."""
    health.note_worker()


def test_all_is_well_when_every_part_answers(client, well):
    answer = client.get("/sante/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"} | dict.fromkeys(PARTS, "ok")
    assert "no-store" in answer["Cache-Control"]


def not_well(answer):
    """The parts that are told as not well, and the whole."""
    assert set(answer.json().values()) <= {"ok", "ko"}
    return {name for name, state in answer.json().items() if state == "ko"}


def where_the_cache_is(part):
    """The part, where the cache is in the database and goes with it."""
    return {part} if caches.settings["default"]["BACKEND"].endswith("DatabaseCache") else set()


@pytest.mark.parametrize("part", PARTS)
def test_one_part_that_does_not_answer_is_told_without_its_secrets(client, well, monkeypatch, part):
    def broken():
        raise OSError("postgres://portail:secret@db refused")

    monkeypatch.setitem(health.CHECKS, part, broken)
    answer = client.get("/sante/")
    assert answer.status_code == 503
    lost = {"database": {"waiting", *where_the_cache_is("worker")}}.get(part, set())
    assert not_well(answer) == {"status", part, *lost}
    assert "secret" not in answer.text


def look_again():
    """Do not wait until the last look is old."""
    caches["process"].clear()


def test_a_worker_that_was_never_seen_or_not_lately_is_away(client, monkeypatch):
    assert not_well(client.get("/sante/")) == {"status", "worker"}
    health.note_worker()
    look_again()
    assert client.get("/sante/").status_code == 200
    later = timezone.now() + dt.timedelta(minutes=4)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    look_again()
    assert not_well(client.get("/sante/")) == {"status", "worker"}
    assert health.worker().startswith("aucun travailleur depuis le")


def test_work_that_waits_too_long_is_told(client, well):
    f.ReportFactory()
    assert client.get("/sante/").status_code == 200
    f.ReportFactory(due_at=timezone.now() - dt.timedelta(minutes=20))
    look_again()
    assert not_well(client.get("/sante/")) == {"status", "waiting"}
    assert health.waiting().startswith("un travail attend depuis le")


def test_files_that_cannot_be_written_are_told(client, well, settings):
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": "/dev/null/files"}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    assert not_well(client.get("/sante/")) == {"status", "storage"}


def test_fifty_callers_cost_one_look_and_one_file_at_most(
    client, well, monkeypatch, django_assert_max_num_queries
):
    written, save = [], WholeFileStorage._save
    monkeypatch.setattr(
        WholeFileStorage, "_save", lambda self, name, *rest: written.append(name) or save(self, name, *rest)
    )
    with django_assert_max_num_queries(6):
        assert {client.get("/sante/").status_code for _ in range(50)} == {200}
    assert len(written) == 1


def test_callers_who_come_together_wait_for_one_look(monkeypatch):
    looks, first = [], threading.Event()

    def slow():
        looks.append("look")
        first.wait(5)
        return dict.fromkeys(PARTS, "")

    monkeypatch.setattr(health, "look", slow)
    callers = [threading.Thread(target=health.problems) for _ in range(8)]
    for caller in callers:
        caller.start()
    first.set()
    for caller in callers:
        caller.join()
    assert looks == ["look"]


ASK = """
import json, sys, time, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["session"] = "celle-de-quelqu-un"
started = time.monotonic()
answers = [client.get("/sante/", headers={"host": "localhost"}) for _ in range(20)]
seconds = time.monotonic() - started
print(json.dumps([sorted({a.status_code for a in answers}), answers[0].json(), seconds]))
"""


def ask_elsewhere(tmp_path, **environment):
    """What somebody with a session reads in a portal whose servers are these, twenty times."""
    settings = {"DJANGO_SETTINGS_MODULE": "ecpar_portal.settings", "DEMO": 1, "VAR_DIR": tmp_path}
    environment = plain_environment(**settings, **environment)
    done = subprocess.run(python(ASK), cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.once
def test_a_database_that_is_down_is_a_503_at_once_even_where_the_cache_is_in_it(tmp_path):
    closed = f"postgres://portail:secret@127.0.0.1:{free_port()}/portail"
    statuses, parts, seconds = ask_elsewhere(tmp_path, DATABASE_URL=closed)
    assert statuses == [503]
    assert {name for name, state in parts.items() if state == "ko"} == {
        *("status", "database", "worker", "waiting")
    }
    assert seconds < 3


@pytest.mark.once
def test_servers_that_hang_keep_nobody_waiting_for_long(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        statuses, parts, seconds = ask_elsewhere(
            tmp_path,
            DATABASE_URL=f"postgres://portail:secret@{place}/portail",
            CELERY_BROKER_URL=f"redis://{place}/0",
            CACHE_URL=f"redis://{place}/1",
        )
    assert statuses == [503]
    assert {name for name, state in parts.items() if state == "ok"} == {"storage"}
    assert seconds < 3 + 3 + 3  # database, broker and cache, each once for twenty callers


@pytest.mark.once
@pytest.mark.parametrize("listens", [True, False])
def test_a_broker_that_is_down_or_hangs_is_told_within_three_seconds(tmp_path, listens):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if listens else free_port()
        _, parts, seconds = ask_elsewhere(tmp_path, CELERY_BROKER_URL=f"redis://127.0.0.1:{port}/0")
    assert parts["broker"] == "ko"
    assert seconds < 3


def test_the_admin_says_it_at_its_top(sign_in, coordinator, well, monkeypatch):
    client = sign_in(coordinator)
    assert "tout répond" in text_of(client.get("/admin/"))
    look_again()
    monkeypatch.setitem(health.CHECKS, "storage", lambda: "le disque est plein.")
    assert "Fichiers privés : le disque est plein." in text_of(client.get("/admin/"))
