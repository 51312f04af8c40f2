"""`make run` and `make test` on machines that are not ready: one clear line each, never a traceback."""

import ast
import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.house.workshop import ROOT, plain_environment

pytestmark = pytest.mark.once

BOOTSTRAP = ROOT / "scripts" / "bootstrap.py"


def start(*arguments, **environment):
    """Run `bootstrap.py` as make does."""
    return subprocess.run(
        [sys.executable, BOOTSTRAP, *arguments],
        env=plain_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )


def in_steps(code, **environment):
    """Run a few lines beside the steps of the set-up."""
    lines = f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", lines],
        env=plain_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )


def one_line(done):
    """What was said, when it is one line and a failure."""
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr.replace("\u00a0", " ")


def test_a_taken_port_is_told_with_another_to_try(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line(start("run", PORT=port, VAR_DIR=tmp_path))
    assert line.startswith(f"Le port {port} est déjà pris")
    assert f"PORT={port + 1} make run" in line


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_told(tmp_path, port):
    assert f"PORT={port} n’est pas un numéro de port." in one_line(start("run", PORT=port, VAR_DIR=tmp_path))


def test_a_folder_that_cannot_be_written_is_told():
    line = one_line(start("tools", VAR_DIR="/proc/portail"))
    assert line.startswith("On ne peut pas écrire dans le dossier /proc/portail")


def test_an_old_python_is_told_what_to_install_where_there_is_no_other():
    line = one_line(in_steps("import bootstrap; bootstrap.refuse_old_python()", PATH="/nulle-part"))
    assert line.startswith("Le portail demande Python 3.11 ou plus récent")
    assert "apt-get install python3.11 python3.11-venv" in line


def test_an_old_python_can_read_the_file_that_refuses_it():
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 6))


def test_a_missing_library_is_told_with_the_line_to_type():
    code = """
from steps import commands, environment
environment.finds_libraries = lambda: False
commands.dispatch = lambda *arguments, rest: environment.check_libraries()
commands.main(["run"])
"""
    line = one_line(in_steps(code, PATH="/nulle-part"))
    assert line.startswith("Il manque des bibliothèques pour produire les PDF.")
    assert "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0" in line


def test_an_unforeseen_accident_is_one_line_and_its_detail_is_kept(tmp_path):
    code = """
from steps import commands
def dispatch(*arguments, rest):
    raise OSError(28, "No space left on device")
commands.dispatch = dispatch
commands.main(["run"])
"""
    line = one_line(in_steps(code, VAR_DIR=tmp_path))
    assert "il n’y a plus de place sur le disque" in line
    assert "Traceback" in (tmp_path / "log" / "bootstrap.log").read_text()


def test_make_alone_lists_every_command():
    shown = subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("run", "manage", "test", "test-services", "lint", "format", "bench", "lock"):
        assert f"make {command} " in shown.stdout


def test_a_machine_without_python_is_told_so(tmp_path):
    for program in ("make", "sh", "sed", "printf"):
        (tmp_path / program).symlink_to(shutil.which(program) or f"/bin/{program}")
    done = subprocess.run(
        [shutil.which("make"), "--no-print-directory", "-C", ROOT, "run"],
        env={"PATH": str(tmp_path), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Il manque Python 3.11 ou plus récent" in done.stderr
