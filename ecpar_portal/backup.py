"""A backup of the portal: one archive with its database, its private files and a manifest.

The manifest comes last: an archive without one is not whole. What a backup brings back is old, so its
messages are held until a coordinator releases them, and nobody is signed in.
"""

import hashlib
import json
import os
import platform
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import django
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from chantier.models import User
from ecpar_portal import database_copy
from ecpar_portal.database_copy import CopyFailed
from ecpar_portal.refusal import Refusal
from ecpar_portal.storage import WholeFileStorage
from mailing.actions import hold_unsent
from mailing.models import OutgoingEmail

DATABASE, FILES, MANIFEST = "database", "files/", "manifest.json"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and what made it; `rows` by table, `digest` the SHA-256 of the database."""

    made_at: str
    engine: str
    django: str
    python: str
    rows: dict[str, int]
    files: int
    digest: str


@dataclass(frozen=True)
class Restored:
    """What a restore did: rows and files put back, messages held."""

    rows: int
    files: int
    held: int


def make(path: Path) -> Manifest:
    """Write the archive at `path`, whole or not at all; one that was there stays until then.

    Raises Refusal where it cannot be made.
    """
    try:
        with _written_whole(path) as part, tempfile.TemporaryDirectory(dir=path.parent) as folder:
            copy = Path(folder) / DATABASE
            rows = database_copy.save(copy)
            with tarfile.open(part, "w") as archive:
                _add(archive, copy, DATABASE)
                # After the database: every file that it knows was there when it was copied.
                files = sum(_add(archive, file, name) for file, name in _private_files())
                manifest = _manifest(rows, files, copy)
                _add_text(archive, json.dumps(asdict(manifest), indent=1))
    except (CopyFailed, OSError) as error:
        raise Refusal(f"La sauvegarde n’a pas été faite\u00a0: {error}") from error
    return manifest


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Give a file beside the final name, for its owner only, and rename it once it is on the disk."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        yield Path(part)
        os.fsync(handle)
        Path(part).replace(path)
    finally:
        os.close(handle)
        Path(part).unlink(missing_ok=True)


def _private_files() -> Iterator[tuple[Path, str]]:
    """Yield every private file and its name in the archive, but for those that are being written."""
    root = Path(storages["private"].location)
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".part":
            yield path, FILES + path.relative_to(root).as_posix()


def _add(archive: tarfile.TarFile, path: Path, name: str) -> bool:
    with suppress(FileNotFoundError):  # thrown away meanwhile by its retention
        archive.add(path, name, recursive=False)
        return True
    return False


def _add_text(archive: tarfile.TarFile, text: str) -> None:
    info = tarfile.TarInfo(MANIFEST)
    info.size = len(text.encode())
    archive.addfile(info, BytesIO(text.encode()))


def _manifest(rows: dict[str, int], files: int, copy: Path) -> Manifest:
    versions = {"django": django.__version__, "python": platform.python_version()}
    made_at, engine = timezone.now().isoformat(), connection.vendor
    return Manifest(made_at, engine, **versions, rows=rows, files=files, digest=_digest(copy))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(path: Path, *, replace: bool) -> Restored:
    """Put an archive back, in place of what is there; migrate, and hold every message that has not left.

    Raises Refusal for what is no whole archive, for one of another engine, and for a portal where there are
    people unless `replace`; the database is then as it was.
    """
    if not replace and _has_people():
        raise Refusal("Ce portail a déjà des comptes. Ajoutez --replace pour le remplacer en entier.")
    with _opened(path) as archive, tempfile.TemporaryDirectory() as folder:
        manifest, copy = _read_manifest(archive), Path(folder) / DATABASE
        with copy.open("wb") as file:
            shutil.copyfileobj(archive.extractfile(DATABASE), file)
        if _digest(copy) != manifest.digest:
            raise Refusal("La base de données de cette sauvegarde est abîmée.")
        files = _put_files_back(archive)
        try:
            database_copy.put_back(copy, after=list(_before_anybody_sees_it(manifest)))
        except CopyFailed as error:
            raise Refusal(f"La base de données n’a pas été remise\u00a0: {error}") from error
    if replace:
        _remove_files_but(files)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    return Restored(sum(manifest.rows.values()), len(files), hold_unsent())


def _has_people() -> bool:
    return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (tarfile.TarError, LookupError, EOFError, ValueError, TypeError, SuspiciousOperation) as error:
        raise Refusal("Ce fichier n’est pas une sauvegarde entière du portail.") from error
    except OSError as error:
        raise Refusal(f"La sauvegarde n’a pas été remise\u00a0: {error}") from error


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    manifest = Manifest(**json.load(archive.extractfile(MANIFEST)))
    if manifest.engine != connection.vendor:
        theirs, ours = NAMES[manifest.engine], NAMES[connection.vendor]
        raise Refusal(f"Cette sauvegarde vient de {theirs}, et ce portail est sur {ours}.")
    return manifest


def _put_files_back(archive: tarfile.TarFile) -> set[str]:
    """Write the private files, each whole; the storage refuses a name that leads out of its folder."""
    storage = WholeFileStorage(location=storages["private"].location, allow_overwrite=True)
    members = [member for member in archive if member.isfile() and member.name.startswith(FILES)]
    names = {member.name.removeprefix(FILES): member for member in members}
    for name, member in names.items():
        storage.save(name, File(archive.extractfile(member)))
    return set(names)


def _remove_files_but(kept: set[str]) -> None:
    for path, name in _private_files():
        if name.removeprefix(FILES) not in kept:
            path.unlink(missing_ok=True)


def _before_anybody_sees_it(manifest: Manifest) -> Iterator[str]:
    """The statements that let no worker send, and no old session in, between the copy and `hold_unsent`."""
    messages = OutgoingEmail._meta.db_table
    if messages in manifest.rows:
        yield f"UPDATE {messages} SET state = 'held' WHERE state IN ('waiting', 'running')"  # noqa: S608
    if "django_session" in manifest.rows:
        yield "DELETE FROM django_session"
