"""Databases of a test's own: one beside the test's, and a PostgreSQL cluster that may be restarted."""

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from environ import Env

from tests.house.workshop import free_port


@contextlib.contextmanager
def default_database(**values: object) -> Iterator[BaseDatabaseWrapper]:
    """Make another database the default one of this process, for models, actions and commands."""
    usual = connections["default"]
    connections["default"] = ConnectionHandler({"default": values}).create_connection("default")
    try:
        yield connections["default"]
    finally:
        connections["default"].close()
        connections["default"] = usual


@contextlib.contextmanager
def empty_database() -> Iterator[BaseDatabaseWrapper]:
    """An empty database of the test's own, of the same kind as the test's, as the default one."""
    values = {**settings.DATABASES["default"], "NAME": f"own_{secrets.token_hex(6)}"}
    if values["ENGINE"].endswith("sqlite3"):
        values["NAME"] = f"{settings.VAR_DIR / values['NAME']}.sqlite3"
        with default_database(**values) as database:
            yield database
        return
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{values["NAME"]}"')
    try:
        with default_database(**values) as database:
            yield database
    finally:
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{values["NAME"]}" WITH (FORCE)')


class Cluster:
    """A PostgreSQL cluster on a free port, as a user of the system that is not root, gone after `remove`."""

    def __init__(self) -> None:
        self.user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
        self.folder = Path(tempfile.mkdtemp(prefix="portail-postgres-"))
        if self.user:
            shutil.chown(self.folder, self.user)
        self.port = free_port()
        self._run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )
        self.start()

    @property
    def values(self) -> dict[str, object]:
        """Its settings, as those of the portal in production."""
        url = f"postgres://postgres:@127.0.0.1:{self.port}/postgres"
        return {**Env.db_url_config(url), "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}

    def start(self) -> None:
        """Start it and wait for it to answer."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._control("start", "-o", options)

    def restart(self) -> None:
        """Restart it as after a crash: every connection is cut at once, and the log is read again."""
        self._control("restart", "-m", "immediate")

    def remove(self) -> None:
        """Stop it and leave nothing."""
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self.folder)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--wait", "--log", f"{self.folder}/log", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [program_of_postgresql(program), "--pgdata", self.folder / "data", *arguments]
        # Not captured: the server would keep the pipe open.
        with (settings.VAR_DIR / "postgres.log").open("ab") as log:
            subprocess.run(
                command,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )


def program_of_postgresql(name: str) -> str:
    """The path of a program of the PostgreSQL server; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) or [shutil.which(name)]
    assert found[-1], f"{name} of the PostgreSQL server is missing; `make test` installs it"
    return str(found[-1])
