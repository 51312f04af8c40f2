"""`manage.py run`: prepares the data, then runs web server, worker and beat until Ctrl-C."""

import http.client
import importlib
import os
import sys
import time
import traceback
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.core.management.base import CommandError
from django.db import connections

from ecpar_portal.collected import mark_collected, static_is_collected
from ecpar_portal.supervisor import Service, Supervisor

SECONDS_TO_ANSWER = 90


class Command(BaseCommand):
    """Starts the whole portal in one terminal."""

    help = "Prépare les données, puis démarre le serveur web, le travailleur Celery et l’horloge."

    def handle(self, *args: str, **options: object) -> None:
        """Prepare, supervise, and end with the supervisor's exit code."""
        started = float(os.environ.get("PORTAL_STARTED_AT") or time.time())
        self.prepare()
        connections.close_all()
        supervisor = Supervisor([web(), worker()], say=self.say)
        code = supervisor.run(
            is_ready=answers,
            on_ready=lambda: self.welcome(time.time() - started),
            wait=SECONDS_TO_ANSWER,
        )
        sys.exit(code)

    def say(self, line: str) -> None:
        """Tell the person, at once."""
        self.stdout.write(line)
        self.stdout.flush()

    def prepare(self) -> None:
        """Bring database, static files and data up to date; a start that changes nothing is quick."""
        for name, command, *arguments in steps():
            told = StringIO()
            try:
                call_command(command, *arguments, stdout=told, stderr=told)
            except Exception as error:
                if command in ("load_cycle", "load_exchange") and isinstance(error, CommandError):
                    # The file does not fit what people made of the cycle since: no reason to stay closed.
                    self.say(f"{name}\u00a0: non chargé. {error}")
                    continue
                self.give_up(name, error)
            if command == "collectstatic":
                mark_collected()
            last = told.getvalue().strip().splitlines()[-1:]
            self.say(f"{name}\u00a0: {last[0] if last else 'à jour.'}")

    def give_up(self, step: str, error: Exception) -> None:
        """Say in one line which step failed and why; keep the rest for a developer."""
        line = " ".join(str(error).split()) or type(error).__name__
        if not isinstance(error, CommandError):
            trace = settings.VAR_DIR / "log" / "run.log"
            trace.parent.mkdir(parents=True, exist_ok=True)
            trace.write_text(traceback.format_exc(), encoding="utf-8")
            line = f"{type(error).__name__}\u00a0: {line} (le détail est dans {trace})"
        self.stderr.write(f"La préparation s’arrête à l’étape «\u00a0{step}\u00a0». {line}")
        sys.exit(1)

    def welcome(self, seconds: float) -> None:
        """Tell where the portal is, who may log in, and how long it took."""
        self.say(f"\nPrêt en {seconds:.0f}\u00a0s\u00a0: {settings.PORTAL_URL}")
        if settings.DEMO:
            # Only a demonstration has these accounts.
            demonstration = importlib.import_module("chantier.demonstration")
            width = max(len(email) for email, _ in demonstration.ACCOUNTS)
            self.say(f"\nComptes de démonstration (mot de passe\u00a0: {demonstration.PASSWORD})")
            for email, label in demonstration.ACCOUNTS:
                self.say(f"  {email:{width}}  {label}")
        self.say(f"\nJournaux\u00a0: {settings.VAR_DIR / 'log'}. Ctrl-C pour tout arrêter.")


def steps() -> Iterator[tuple[str, ...]]:
    """Yield each step of the preparation: what people call it, the command, its arguments."""
    yield "Base de données", "migrate", "--no-input", "--verbosity=0"
    yield "Cache", "createcachetable", "--verbosity=0"
    if not static_is_collected():
        yield "Fichiers statiques", "collectstatic", "--no-input", "--verbosity=0"
    for path in sorted((settings.BASE_DIR / "data").glob("*.toml")):
        yield f"Cycle {path.stem}", "load_cycle", str(path)
    for path in sorted((settings.BASE_DIR / "data/echanges").glob("*.toml")):
        yield f"Échanges {path.stem}", "load_exchange", str(path)
    if settings.DEMO:
        yield "Démonstration", "load_demonstration"


def web() -> Service:
    """Return the web server."""
    host = f"[{settings.BIND}]" if ":" in settings.BIND.strip("[]") else settings.BIND
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    command += ["--bind", f"{host}:{settings.PORT}", "ecpar_portal.wsgi:application"]
    return Service("le serveur web", command, log("web"))


def worker() -> Service:
    """Return the Celery worker with its beat."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "ecpar_portal", "worker"]
    command += ["--concurrency", "2", "-B", "--schedule", str(settings.VAR_DIR / f"beat-{settings.PORT}")]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return Service("le travailleur Celery", command, log("worker"))


def log(name: str) -> Path | None:
    """Return where a service writes its log; a developer (`DEBUG=1`) reads it in the terminal."""
    return None if settings.DEBUG else settings.VAR_DIR / "log" / f"{name}.log"


def answers() -> bool:
    """Tell whether the web server gives a page."""
    host = settings.BIND.strip("[]")
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it listens, not where we ask
    connection = http.client.HTTPConnection(here, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": urlsplit(settings.PORTAL_URL).netloc})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
