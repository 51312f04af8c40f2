"""Runs a few long-lived programs together, and stops them together without cutting the task in hand."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import BinaryIO

PR_SET_PDEATHSIG = 1
TICK = 0.1
# One stop may reach us twice, from the terminal and from make: only a later signal is a second wish.
ECHO = 0.5
# An idle Celery takes some five seconds to leave; beyond that it is finishing a task, and people wonder.
PATIENCE = 8

LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Service:
    """A program to keep running, and what people call it."""

    name: str
    command: Sequence[str]
    log: Path | None = None


class Child:
    """A running service, alone in its session: the terminal's Ctrl-C does not reach it, only we do."""

    def __init__(self, service: Service) -> None:
        self.name = service.name
        self.log = service.log
        supervisor = os.getpid()

        def end_with_supervisor() -> None:
            """Ask the kernel to stop this child should we die without a word (SIGKILL)."""
            if hasattr(LIBC, "prctl"):
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != supervisor:
                    os._exit(1)

        output = opened(service.log)
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=end_with_supervisor,
        )
        if output:
            output.close()

    def has_ended(self) -> bool:
        """Tell whether the program is over; what it leaves behind is swept away."""
        if self.process.returncode is None:
            # Looked at, not yet reaped: while the zombie stands, nobody else gets its group's number.
            if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return False
            self.kill()
            self.process.wait()
        return True

    def ask_to_stop(self) -> None:
        """Send the one signal that asks for a clean end."""
        self.process.terminate()

    def kill(self) -> None:
        """End the program and its own children at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def how_it_ended(self) -> str:
        """Return the exit code or the signal, and where to read more."""
        code = self.process.returncode
        what = f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        return f"{what}, voir {self.log}" if self.log else what


def opened(log: Path | None) -> BinaryIO | None:
    """Open a log anew, keeping that of the start before; None leaves the output in the terminal."""
    if log is None:
        return None
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".1.log"))
    return log.open("ab")


class Supervisor:
    """Starts services, watches them, stops them on Ctrl-C, SIGTERM or when one of them fails."""

    def __init__(self, services: Sequence[Service], *, say: Callable[[str], None]) -> None:
        self.services = services
        self.say = say
        self.children: list[Child] = []
        self.wishes = 0
        self.last_wish = 0.0

    def run(
        self,
        *,
        is_ready: Callable[[], bool],
        on_ready: Callable[[], None],
        wait: float,
    ) -> int:
        """Keep the services running until somebody wants them stopped; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.hear)
        try:
            self.children = [Child(service) for service in self.services]
            return self.watch(is_ready, on_ready, time.monotonic() + wait)
        finally:
            for child in self.children:
                if not child.has_ended():
                    child.kill()
                    child.process.wait()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Note that somebody wants an end."""
        if self.wishes == 0 or time.monotonic() - self.last_wish > ECHO:
            self.wishes += 1
        self.last_wish = time.monotonic()

    def watch(self, is_ready: Callable[[], bool], on_ready: Callable[[], None], deadline: float) -> int:
        """Look at the children until a wish or an accident."""
        ready = False
        while not self.wishes:
            for child in self.children:
                if child.has_ended():
                    self.say(
                        f"Arrêt inattendu\u00a0: {child.name} ({child.how_it_ended()}). J’arrête le reste."
                    )
                    self.stop()
                    return 1
            if not ready and is_ready():
                ready = True
                on_ready()
            elif not ready and time.monotonic() > deadline:
                self.say("Le portail ne répond toujours pas\u00a0: je l’arrête.")
                self.stop()
                return 1
            time.sleep(TICK)
        self.say("\nArrêt du portail\u00a0: quelques secondes, le temps de finir ce qui est en cours…")
        self.stop()
        self.say("Le portail est arrêté.")
        return 0

    def stop(self) -> None:
        """Ask every child to stop and wait for it; a further wish ends the waiting."""
        wishes = self.wishes
        since, patient = time.monotonic(), True
        for child in self.children:
            if not child.has_ended():
                child.ask_to_stop()
        while waited_for := [child for child in self.children if not child.has_ended()]:
            if self.wishes > wishes:
                self.say("Arrêt immédiat.")
                for child in waited_for:
                    child.kill()
            elif patient and time.monotonic() - since > PATIENCE:
                patient = False
                names = " et ".join(child.name for child in waited_for)
                self.say(f"J’attends la fin de la tâche en cours ({names}). Ctrl-C de nouveau pour couper.")
            time.sleep(TICK)
