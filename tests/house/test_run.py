"""`manage.py run`: what a person sees between the command and Ctrl-C, with the real server and worker."""

import contextlib
import http.client
import json
import os
import sqlite3
import subprocess
import sys
from io import StringIO

import pytest

from ecpar_portal.management.commands import run
from tests.house.test_supervisor import SUPERVISOR
from tests.house.workshop import (
    ROOT,
    Terminal,
    free_port,
    is_free,
    plain_environment,
    processes_with,
    python,
    wait_until,
)

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder and a port for one portal."""
    return {"VAR_DIR": tmp_path_factory.mktemp("portal"), "PORT": free_port()}


def start(place):
    environment = plain_environment(**place, DEMO=1)
    return Terminal([sys.executable, "manage.py", "run"], place["VAR_DIR"] / "screen", env=environment)


def data(place):
    """Everything in the database, as text, but for the work that goes on and its signs of life."""
    with sqlite3.connect(place["VAR_DIR"] / "portal.sqlite3") as connection:
        lines = list(connection.iterdump())
    living = ('INSERT INTO "reports_report"', 'INSERT INTO "portal_cache"')
    return [line for line in lines if not line.startswith(living)]


def get(place, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", place["PORT"], timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": f"localhost:{place['PORT']}"})
        return connection.getresponse().status


def test_a_start_prints_address_accounts_and_time_and_ctrl_c_leaves_nothing_behind(place):
    with start(place) as terminal:
        terminal.wait_for("Ctrl-C pour tout arrêter.", 90)
        assert get(place, "/") == 200
        assert f"s\u00a0: http://localhost:{place['PORT']}\n" in terminal.text
        assert "Prêt en " in terminal.text
        assert "mot de passe\u00a0: chantier-2021" in terminal.text
        assert "coordination@portail.example" in terminal.text
        worker = place["VAR_DIR"] / "log" / "worker.log"
        wait_until(lambda: "ready." in worker.read_text(), 30, "the worker")

        terminal.ctrl_c()
        assert terminal.wait_for_end(30) == 0
        assert terminal.text.endswith("Le portail est arrêté.\n")
        assert "Traceback" not in terminal.text
    assert is_free(place["PORT"])
    assert processes_with(f"VAR_DIR={place['VAR_DIR']}") == []


def test_a_second_start_changes_no_data_and_prepares_less(place):
    before = data(place)
    with start(place) as terminal:
        terminal.wait_for("Ctrl-C pour tout arrêter.", 90)
        terminal.ctrl_c()
        assert terminal.wait_for_end(30) == 0
        assert "Fichiers statiques" not in terminal.text
    assert len(before) > 50
    assert data(place) == before


def test_a_database_that_is_none_is_told_in_one_line(tmp_path):
    (tmp_path / "portal.sqlite3").write_text("ceci n’est pas une base de données")
    environment = plain_environment(VAR_DIR=tmp_path, PORT=free_port(), DEMO=1)
    done = subprocess.run(
        [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("La préparation s’arrête à l’étape «\u00a0Base de données\u00a0».")
    assert "Traceback" in (tmp_path / "log" / "run.log").read_text()


def test_ctrl_c_waits_for_the_task_that_a_real_celery_worker_has_in_hand(tmp_path):
    environment = plain_environment(SLOW_FOLDER=tmp_path, VAR_DIR=tmp_path, DEMO=1, PYTHONPATH=os.getcwd())
    celery = "from celery.__main__ import main; import sys; sys.argv = {!r}; main()"
    argv = ["celery", "-q", "-A", "tests.house.slow_app", "worker", "-c", "1", "--without-mingle"]
    command = [*python(SUPERVISOR), json.dumps({"le travailleur Celery": celery.format(argv)})]
    with Terminal(command, tmp_path / "screen", env=environment) as terminal:
        ask = "from tests.house.slow_app import work; work.delay()"
        subprocess.run(python(ask), env=environment, check=True)
        wait_until((tmp_path / "begun").exists, 30, "the task")
        terminal.ctrl_c()

        assert terminal.wait_for_end(40) == 0
        assert (tmp_path / "done").exists()
        assert "J’attends la fin de la tâche en cours (le travailleur Celery)" in terminal.text


@pytest.mark.django_db
def test_a_file_that_fits_no_more_does_not_keep_the_portal_closed(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "steps", lambda: [("Cycle perdu", "load_cycle", str(tmp_path / "perdu.toml"))])
    told = StringIO()
    run.Command(stdout=told).prepare()
    assert told.getvalue().startswith("Cycle perdu\u00a0: non chargé.")
