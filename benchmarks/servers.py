"""Servers and databases of their own for a run, gone after it."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

SECONDS_TO_ANSWER = 30


@contextlib.contextmanager
def database(url: str, folder: Path, name: str) -> Iterator[str]:
    """Yield the address of an empty database: beside the PostgreSQL one of `url`, else an SQLite file."""
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    import psycopg

    own = f"bench_{name}_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{own}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{own}"))
        finally:
            connection.execute(f'DROP DATABASE "{own}" WITH (FORCE)')


def prepared(module: str, environment: dict[str, str]) -> str:
    """Prepare a server; return the cookie of who is signed in."""
    return told(module, "prepare", environment)


def told(module: str, function: str, environment: dict[str, str]) -> str:
    """Call a function in a process with its own settings; return the last line of what it returns."""
    done = subprocess.run(
        [sys.executable, "-c", f"from {module} import {function}; print({function}())"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Serve an application with the portal's own web server; yield the port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "30"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", application], env={**os.environ, **environment}
    )
    try:
        end = time.monotonic() + SECONDS_TO_ANSWER
        while not listens(port):
            if server.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{application} ne répond pas.")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)
