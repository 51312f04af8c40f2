"""A real Celery worker for tests, on the test's own database and broker."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import connection


def database_url() -> str:
    """The address of the database that the test uses, for another process."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return (
        f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    )


class Worker:
    """A worker process, with one child that does the work, and its beat."""

    def __init__(self, **environment: str) -> None:
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
            str(settings.VAR_DIR / f"beat-{uuid.uuid4()}"),
            "--without-gossip",
            "--without-mingle",
        ]
        inherited = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        }
        with open(settings.VAR_DIR / "worker.log", "ab") as log:
            self.process = subprocess.Popen(
                command,
                env={**inherited, "WORK_SWEEP_SECONDS": "2", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> int:
        """Kill the worker and its child at once; return the exit code of the worker."""
        os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait(10)

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
        assert time.monotonic() < end, (
            f"not within {seconds} s\n{(settings.VAR_DIR / 'worker.log').read_text()[-600:]}"
        )
        time.sleep(0.2)
