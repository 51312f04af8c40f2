"""One terminal holds several programs: they start, are watched, and end together without a task cut."""

import json
import os
import signal

import pytest

from tests.house.workshop import Terminal, plain_environment, processes_with, python, wait_until

pytestmark = pytest.mark.once

SUPERVISOR = """
import json, sys
from ecpar_portal.supervisor import Service, Supervisor
services = [Service(name, [sys.executable, "-c", code]) for name, code in json.loads(sys.argv[1]).items()]
speak = lambda line: print(line, flush=True)
run = Supervisor(services, say=speak).run
sys.exit(run(is_ready=lambda: True, on_ready=lambda: speak("prêt"), wait=5))
"""

# Writes each signal it gets; finishes what it has in hand before it goes.
BUSY = """
import os, pathlib, signal, sys, time
journal = pathlib.Path(os.environ["JOURNAL"])
def note(number, frame):
    with journal.open("a") as file:
        file.write(signal.Signals(number).name + "\\n")
signal.signal(signal.SIGTERM, note)
signal.signal(signal.SIGINT, note)
journal.touch()
while not journal.read_text():
    time.sleep(0.02)
time.sleep(1.5)
with journal.open("a") as file:
    file.write("finished\\n")
"""
DEAF = """
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(os.environ["JOURNAL"]).touch()
time.sleep(60)
"""
QUIET = "import time; time.sleep(60)"


@pytest.fixture
def supervise(tmp_path):
    """Start programs under the supervisor, and wait until the first has written its journal."""
    terminals = []

    def start(**programs):
        command = [*python(SUPERVISOR), json.dumps(programs)]
        environment = plain_environment(JOURNAL=tmp_path / "journal", PYTHONPATH=os.getcwd())
        terminal = Terminal(command, tmp_path / "screen", env=environment)
        terminals.append(terminal)
        return terminal

    yield start
    for terminal in terminals:
        terminal.__exit__()


def test_ctrl_c_lets_each_program_finish_and_asks_it_only_once(supervise, tmp_path):
    terminal = supervise(busy=BUSY, quiet=QUIET)
    wait_until((tmp_path / "journal").exists, 10)
    terminal.ctrl_c()

    assert terminal.wait_for_end(10) == 0
    assert (tmp_path / "journal").read_text().split() == ["SIGTERM", "finished"]
    assert "Arrêt du portail" in terminal.text
    assert "Le portail est arrêté." in terminal.text
    assert "Traceback" not in terminal.text


def test_sigterm_ends_it_as_ctrl_c_does(supervise, tmp_path):
    terminal = supervise(busy=BUSY)
    wait_until((tmp_path / "journal").exists, 10)
    terminal.process.terminate()

    assert terminal.wait_for_end(10) == 0
    assert (tmp_path / "journal").read_text().split() == ["SIGTERM", "finished"]


def test_a_second_ctrl_c_cuts_what_does_not_end(supervise, tmp_path):
    terminal = supervise(deaf=DEAF)
    wait_until((tmp_path / "journal").exists, 10)
    terminal.ctrl_c()
    with pytest.raises(Exception, match="timed out"):
        terminal.wait_for_end(1.5)
    terminal.ctrl_c()

    assert terminal.wait_for_end(5) == 0
    assert "Arrêt immédiat." in terminal.text
    assert processes_with(str(tmp_path / "journal")) == []


def test_a_wait_for_a_long_task_is_explained(supervise, tmp_path):
    terminal = supervise(deaf=DEAF)
    wait_until((tmp_path / "journal").exists, 10)
    terminal.ctrl_c()
    terminal.wait_for("J’attends la fin de la tâche en cours (deaf)", 15)


def test_a_program_that_dies_is_named_with_its_code_and_the_rest_is_stopped(supervise, tmp_path):
    terminal = supervise(**{"le serveur web": "raise SystemExit(3)", "quiet": QUIET})

    assert terminal.wait_for_end(10) == 1
    assert "Arrêt inattendu\u00a0: le serveur web (code 3). J’arrête le reste." in terminal.text
    assert processes_with(str(tmp_path / "journal")) == []


def test_a_program_that_is_killed_is_named_with_the_signal(supervise, tmp_path):
    terminal = supervise(deaf=DEAF, quiet=QUIET)
    wait_until((tmp_path / "journal").exists, 10)
    victim = next(n for n in processes_with(str(tmp_path / "journal")) if n != terminal.process.pid)
    os.kill(victim, signal.SIGKILL)

    assert terminal.wait_for_end(10) == 1
    assert "(signal SIGKILL)" in terminal.text


def test_children_of_a_dead_program_do_not_stay(supervise, tmp_path):
    supervise(parent="import subprocess; subprocess.Popen(['sleep', '60'])")
    wait_until(lambda: processes_with(str(tmp_path / "journal")) == [], 10, "an empty machine")


def test_programs_end_when_the_supervisor_itself_is_killed(supervise, tmp_path):
    terminal = supervise(busy=BUSY, quiet=QUIET)
    wait_until((tmp_path / "journal").exists, 10)
    terminal.process.kill()

    wait_until(lambda: processes_with(str(tmp_path / "journal")) == [], 10, "the end of the orphans")
    assert (tmp_path / "journal").read_text().split() == ["SIGTERM", "finished"]


def test_a_portal_that_never_answers_is_stopped_after_its_time(tmp_path):
    never = SUPERVISOR.replace("lambda: True", "lambda: False").replace("wait=5", "wait=1")
    with Terminal(
        [*python(never), json.dumps({"quiet": QUIET})],
        tmp_path / "screen",
        env=plain_environment(PYTHONPATH=os.getcwd()),
    ) as terminal:
        assert terminal.wait_for_end(10) == 1
        assert "ne répond toujours pas" in terminal.text
