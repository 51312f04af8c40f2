"""A real Celery worker for tests, on the test's own database and broker."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection

from ecpar_portal.broker import purge_spent
from ecpar_portal.celery import app


def database_url() -> str:
    """The address of the database that the test uses, for another process."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return (
        f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    )


def empty_broker() -> int:
    """Lose every bell, those that a worker holds included; return how many waited."""
    waited = app.control.purge()
    if settings.CELERY_BROKER_URL.startswith("redis"):
        with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
            client.delete("unacked", "unacked_index", "unacked_mutex")
    purge_spent()
    return waited


class Worker:
    """A worker process, with one child that does the work, and its beat."""

    def __init__(self, **environment: str) -> None:
        name = uuid.uuid4()
        self.log = settings.VAR_DIR / f"worker-{name}.log"
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "ecpar_portal",
            "worker",
            "-B",
            "-c",
            "1",
            "-l",
            "INFO",
        ]
        command += [
            "--schedule",
            str(settings.VAR_DIR / f"beat-{name}"),
            "--without-gossip",
            "--without-mingle",
        ]
        inherited = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env={**inherited, "WORK_SWEEP_SECONDS": "2", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, words: str) -> bool:
        """Whether its log, or its beat's, holds these words."""
        return words in self.log.read_text()

    def kill(self) -> int:
        """Kill the worker and its child at once; return the exit code of the worker."""
        os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait(10)

    def ask_to_stop(self) -> None:
        """Do what a deploy does, and return once the worker has heard it."""
        wait_until(lambda: self.says(" ready."))
        self.process.terminate()
        wait_until(lambda: self.says("Warm shutdown"))

    def stop(self) -> int:
        """Ask the worker to finish and go."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            return self.kill()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that another process does; fail when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s\n{_last_words()}"
        time.sleep(0.2)


def _last_words() -> str:
    logs = sorted(settings.VAR_DIR.glob("worker-*.log"), key=lambda log: log.stat().st_mtime)
    return "\n".join(log.read_text()[-600:] for log in logs[-2:])
