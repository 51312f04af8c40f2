"""The whole database as one file, out and in again: SQLite's online backup, or pg_dump, pg_restore and psql.

Sessions stay behind: in an archive they would open accounts. So does the cache, which fills itself again.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

LEFT_BEHIND = ("django_session", "portal_cache")


class CopyFailed(Exception):
    """The database was not copied; nothing of it has changed."""


def save(target: Path) -> dict[str, int]:
    """Write the database as it is at one instant to `target`; return its numbers of rows, by table."""
    return _save_sqlite(target) if connection.vendor == "sqlite" else _save_postgresql(target)


def put_back(source: Path, *, after: list[str]) -> None:
    """Replace the whole database by `source`, at once; what `after` does is done before anybody sees it."""
    if connection.vendor == "sqlite":
        _put_back_sqlite(source, after)
    else:
        _put_back_postgresql(source, after)
    connection.close()


def _counts(execute: object, tables: list[str]) -> dict[str, int]:
    return {name: execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file beside the portal's own, with the functions that Django's constraints call."""
    connection.ensure_connection()
    beside = connection.copy("copy")
    beside.settings_dict |= {"NAME": str(path), "OPTIONS": {}}
    beside.ensure_connection()
    with closing(beside.connection) as opened:
        yield opened


def _save_sqlite(target: Path) -> dict[str, int]:
    tables = connection.introspection.table_names()
    with _sqlite(target) as copy:
        connection.connection.backup(copy)
        for name in set(LEFT_BEHIND) & set(tables):
            copy.execute(f'DELETE FROM "{name}"')  # noqa: S608 - one of ours
        copy.execute("PRAGMA journal_mode=DELETE")  # one file
        copy.execute("VACUUM")  # what was deleted is on no free page either
        return _counts(copy.execute, tables)


def _put_back_sqlite(source: Path, after: list[str]) -> None:
    try:
        with _sqlite(source) as copy:
            for statement in after:
                copy.execute(statement)
            copy.backup(connection.connection)
    except sqlite3.Error as error:
        raise CopyFailed(str(error)) from error


def _save_postgresql(target: Path) -> dict[str, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        # What is counted is what is dumped, whatever people do meanwhile.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = cursor.execute("SELECT pg_export_snapshot()").fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        options += [f"--exclude-table-data={name}" for name in LEFT_BEHIND]
        _run("pg_dump", *options, f"--file={target}")
        counts = _counts(cursor.execute, connection.introspection.table_names(cursor))
    return counts | {name: 0 for name in LEFT_BEHIND if name in counts}


def _put_back_postgresql(source: Path, after: list[str]) -> None:
    before, content, end = (source.with_name(f"{number}.sql") for number in range(3))
    tables = connection.introspection.table_names()
    connection.close()  # it would hold what is dropped
    before.write_text("".join(f'DROP TABLE IF EXISTS "{name}" CASCADE;\n' for name in tables))
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={content}"]
    _run("pg_restore", *options, str(source), connected=False)
    end.write_text("".join(f"{statement};\n" for statement in ["RESET search_path", *after]))
    files = [f"--file={path}" for path in (before, content, end)]
    _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *files)


def _run(program: str, *arguments: str, connected: bool = True) -> None:
    """Run a program of PostgreSQL's, on the portal's database; its password is not on the command line."""
    command, environment = [program, *arguments], None
    if connected:
        (_, *rest), environment = DatabaseClient.settings_to_cmd_args_env(
            connection.settings_dict, list(arguments)
        )
        command = [program, *rest]
    try:
        subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise CopyFailed(f"il manque {program} (paquet postgresql-client).") from error
    except subprocess.CalledProcessError as error:
        raise CopyFailed(" ".join(error.stderr.split()) or f"{program}, code {error.returncode}") from error
