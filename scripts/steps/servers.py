"""What only the tests need of a server: PostgreSQL, of which one test starts a cluster of its own."""

import shutil
from pathlib import Path

from . import system


def prepare() -> None:
    """Make sure that the programs of the PostgreSQL server are there."""
    # Debian and Ubuntu keep them off the PATH.
    if shutil.which("pg_ctl") is None and not any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        system.install(["postgresql"], "PostgreSQL, pour les tests de reprise")
