"""Tools of these tests: processes as a person starts them, in an environment of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What the tests' own run has set, and what a person who types `make run` has not.
OURS = """
    DEMO VAR_DIR PORTAL_URL DATABASE_URL CELERY_BROKER_URL CACHE_URL SECRET_KEY DEBUG PORT BIND CHROMIUM
    DJANGO_SETTINGS_MODULE PORTAL_STARTED_AT MAKEFLAGS MAKELEVEL MFLAGS VIRTUAL_ENV ARGS PYTHONPATH
"""


def plain_environment(**extra):
    """The environment of a person's terminal, with `extra`."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS.split()}
    return kept | {name: str(value) for name, value in extra.items()}


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_free(port):
    """Whether a web server could listen there at once."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_until(condition, seconds, what="it"):
    """Wait for a condition, not for a time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def processes_with(text):
    """The numbers of the living processes whose command line or environment holds `text`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue
            told = folder.joinpath("cmdline").read_bytes() + folder.joinpath("environ").read_bytes()
            if text.encode() in told and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


class Terminal:
    """A command in a terminal of its own, whose screen can be read while it runs."""

    def __init__(self, command, screen, **options):
        self.screen = Path(screen)
        with self.screen.open("wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=options.get("cwd", ROOT),
                env=options.get("env") or plain_environment(),
            )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def text(self):
        return self.screen.read_text(encoding="utf-8")

    def wait_for(self, words, seconds):
        def shown():
            assert self.process.poll() is None or words in self.text, self.text
            return words in self.text

        wait_until(shown, seconds, f"« {words} » in {self.text}")

    def ctrl_c(self):
        """What a terminal does: the signal reaches everybody in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait_for_end(self, seconds):
        return self.process.wait(timeout=seconds)


def python(code):
    """The command that runs a few lines of Python."""
    return [sys.executable, "-c", code]
