"""A portal that was lost comes back elsewhere from its last backup, and tells nobody anything twice."""

import json
import os
import subprocess
import sys
import tarfile
import uuid
from io import BytesIO, StringIO

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from chantier.models import User
from ecpar_portal import backup, database_copy
from ecpar_portal.celery import app
from mailing.models import OutgoingEmail
from reports.models import private_storage
from tests import factories as f
from tests.house.workshop import ROOT, python
from tests.mailing.post_office import PostOffice
from tests.services import Worker, database_url, wait_until

# With what migrations wrote: a copy has it too.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PASSWORD = "un long mot de passe"
FILE = "reports/ab/rapport"
SETUP = "import django, json, sys; django.setup()\n"
COUNT = (
    SETUP
    + """
from django.apps import apps
models = [m for m in apps.get_models() if m._meta.label not in sys.argv[1:]]
print(json.dumps({m._meta.label: m.objects.count() for m in models}))
"""
)
LOGIN = (
    SETUP
    + """
from django.test import Client
sent = {"login": sys.argv[1], "password": sys.argv[2]}
client = Client(headers={"host": "localhost"})
answer = client.post("/compte/login/", sent)
print(json.dumps([answer.status_code, "_auth_user_id" in client.session]))
"""
)
MAIL = (
    SETUP
    + """
from mailing.models import OutgoingEmail
fields = ["to", "state", "last_error", "attempts", "interrupted"]
print(json.dumps({row.pop("to"): row for row in OutgoingEmail.objects.values(*fields)}))
"""
)
WRITE = (
    SETUP
    + """
from mailing.queueing import queue
queue("account", key="nouveau", to="nouveau@ville.example", subject="Nouveau", text="Bonjour")
print("{}")
"""
)
RELEASE = (
    SETUP
    + """
from chantier.models import User
from mailing.actions import release
from mailing.models import OutgoingEmail
print(json.dumps(release(OutgoingEmail.objects.all(), by=User.objects.first())))
"""
)


class Elsewhere:
    """Another place for the portal: a database, a folder and processes of its own."""

    def __init__(self, folder, url):
        self.folder = folder
        self.environment = {
            "VAR_DIR": str(folder),
            "DATABASE_URL": url,
            "STORAGE_URL": f"file://{folder / 'files'}",
            "DJANGO_SETTINGS_MODULE": "ecpar_portal.settings",
        }
        if settings.CELERY_BROKER_URL.startswith("sqla"):
            self.environment["CELERY_BROKER_URL"] = f"sqla+sqlite:///{folder / 'broker.sqlite3'}"

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )

    def ask(self, code, *arguments):
        environment = os.environ | self.environment
        done = subprocess.run(
            [*python(code), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


@pytest.fixture
def elsewhere(tmp_path):
    """An empty place, on the engine that the tests run on."""
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    if connection.vendor == "sqlite":
        yield Elsewhere(folder, f"sqlite:///{folder / 'portal.sqlite3'}")
        return
    name, here = f"restored_{uuid.uuid4().hex}", database_url()
    with psycopg.connect(here, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
        yield Elsewhere(folder, here.rpartition("/")[0] + f"/{name}")
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def post_office():
    office = PostOffice()
    yield office
    office.stop()


@pytest.fixture
def worker_there(elsewhere, post_office):
    """What starts a worker in the other place."""
    started = []

    def start():
        app.control.purge()
        started.append(Worker(**elsewhere.environment, EMAIL_URL=post_office.url))

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def person(settings, transactional_db):
    """Somebody with a password, as it is kept in production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    cycle = f.CycleFactory()
    person = f.member_of(cycle)
    person.set_password(PASSWORD)
    person.save()
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    f.SynthesisPointFactory.create_batch(3, meeting__cycle=cycle)
    return person


@pytest.fixture
def portal(person, client, settings, tmp_path):
    """A portal where people are signed in, mail waits, is being sent and has left, and a file was made."""
    client.force_login(person)
    for state in OutgoingEmail.State:
        f.OutgoingEmailFactory(state=state, to=f"{state}@ville.example")
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path / "ici")}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    private_storage().save(FILE, ContentFile(b"%PDF \0 octets"))
    f.ReportFactory(state="done", file=FILE)
    return person


@pytest.fixture
def archive(portal, tmp_path):
    """Its backup."""
    path = tmp_path / "portail.tar"
    call_command("backup", path, stdout=StringIO())
    return path


def test_a_backup_restored_elsewhere_has_the_rows_files_and_passwords_and_sends_nothing_by_itself(
    archive, elsewhere, worker_there, post_office, portal
):
    done = elsewhere.manage("restore", archive)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [
        "Fichiers privés\u00a0: 1\u00a0fichier remis.",
        "Sessions\u00a0: aucune, chaque personne se connecte de nouveau.",
        "Courriels\u00a0: 3\u00a0retenus, à libérer dans l’administration.",
        "Effacements et consentements retirés depuis cette sauvegarde\u00a0: à refaire.",
    ]
    assert done.stdout.startswith("Base de données\u00a0: ")

    there = elsewhere.ask(COUNT)
    assert there.pop("sessions.Session") == 0
    assert Session.objects.exists()
    assert there == json.loads(counted_here())
    assert (elsewhere.folder / "files" / FILE).read_bytes() == b"%PDF \0 octets"
    assert elsewhere.ask(LOGIN, portal.email, PASSWORD) == [302, True]

    worker_there()
    elsewhere.ask(WRITE)
    wait_until(lambda: post_office.raw)
    assert post_office.recipients() == ["nouveau@ville.example"]
    mail = elsewhere.ask(MAIL)
    for state in ("waiting", "running", "held"):
        told = {name: mail[f"{state}@ville.example"][name] for name in ("state", "last_error", "interrupted")}
        assert told == {"state": "held", "last_error": "Retenu après une restauration.", "interrupted": True}
    for state in ("done", "failed", "withdrawn"):
        assert mail[f"{state}@ville.example"]["state"] == state

    assert elsewhere.ask(RELEASE) == [3, 0]
    wait_until(lambda: len(post_office.raw) == 4)
    assert set(post_office.recipients()[1:]) == {
        f"{state}@ville.example" for state in ("waiting", "running", "held")
    }


def counted_here():
    """The rows of the portal that was backed up, by another process."""
    here = {"DJANGO_SETTINGS_MODULE": "ecpar_portal.settings", "DATABASE_URL": database_url()}
    done = subprocess.run(
        [*python(COUNT), "sessions.Session"],
        cwd=ROOT,
        env=os.environ | here,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_an_archive_holds_the_counts_and_versions_and_nobody_s_session_and_is_its_owner_s(archive, client):
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
        content = tar.extractfile("database").read()
    assert manifest["engine"] == connection.vendor
    assert manifest["rows"]["chantier_user"] == User.objects.count()
    assert manifest["rows"]["django_session"] == 0
    assert manifest["files"] == 1
    assert client.session.session_key.encode() not in content
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_portal_with_people_is_replaced_only_where_it_is_asked(archive, elsewhere):
    assert elsewhere.manage("restore", archive).returncode == 0
    extra = elsewhere.folder / "files" / "reports" / "de-trop"
    extra.write_text("de trop")
    elsewhere.ask(WRITE)
    refused = elsewhere.manage("restore", archive)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Ce portail a déjà des comptes. Ajoutez --replace" in refused.stderr
    assert "nouveau@ville.example" in elsewhere.ask(MAIL)
    replaced = elsewhere.manage("restore", archive, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert "nouveau@ville.example" not in elsewhere.ask(MAIL)
    assert not extra.exists()
    assert (elsewhere.folder / "files" / FILE).exists()


def test_what_is_no_whole_archive_changes_nothing(archive, elsewhere, tmp_path):
    whole = archive.read_bytes()
    for cut in (whole[: len(whole) // 2], whole[:-20_000], b"", b"rien de tel"):
        (tmp_path / "coupee.tar").write_bytes(cut)
        refused = elsewhere.manage("restore", tmp_path / "coupee.tar")
        assert refused.returncode == 1
        assert refused.stderr.count("\n") == 1, refused.stderr
        assert "Ce fichier n’est pas une sauvegarde entière du portail." in refused.stderr
    assert not (elsewhere.folder / "files").exists()
    missing = elsewhere.manage("restore", tmp_path / "absente.tar")
    assert "La sauvegarde n’a pas été remise" in missing.stderr
    assert elsewhere.manage("restore", archive).returncode == 0


def test_a_backup_of_another_engine_or_whose_database_was_touched_is_refused_in_words(archive, portal):
    engine, theirs = {"sqlite": ("postgresql", "PostgreSQL"), "postgresql": ("sqlite", "SQLite")}[
        connection.vendor
    ]
    for changed, words in (({"engine": engine}, f"vient de {theirs}"), ({"digest": "0"}, "est abîmée")):
        with tarfile.open(archive) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))
        rewrite(archive, manifest | changed)
        with pytest.raises(CommandError, match=words):
            call_command("restore", archive, "--replace")
        rewrite(archive, manifest)
    assert User.objects.filter(pk=portal.pk).exists()


def rewrite(archive, manifest):
    """Put another manifest at the end of an archive: the last one counts."""
    with tarfile.open(archive, "a") as tar:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(json.dumps(manifest))
        tar.addfile(info, BytesIO(json.dumps(manifest).encode()))


@pytest.mark.parametrize("broken", ["database", "files", "manifest"])
def test_a_backup_that_stops_half_way_leaves_the_last_one_and_nothing_else(
    portal, tmp_path, monkeypatch, broken
):
    def full(*args):
        raise OSError(28, "No space left on device")

    place = {"database": (database_copy, "save"), "files": (backup, "_private_files")}
    monkeypatch.setattr(*place.get(broken, (backup, "_manifest")), full)
    path = tmp_path / "portail.tar"
    path.write_text("la dernière")
    with pytest.raises(CommandError, match=r"La sauvegarde n’a pas été faite.*No space left"):
        call_command("backup", path)
    assert path.read_text() == "la dernière"
    assert {item.name for item in tmp_path.iterdir()} == {"portail.tar", "ici"}


def test_no_worker_ever_sees_what_a_backup_brings_back_as_something_to_send(archive, monkeypatch):
    seen = []

    def look(command, **options):
        seen.append((command, OutgoingEmail.objects.on_their_way().count(), Session.objects.count()))

    monkeypatch.setattr(backup, "call_command", look)
    OutgoingEmail.objects.all().delete()
    call_command("restore", archive, "--replace", stdout=StringIO())
    assert seen == [("migrate", 0, 0), ("createcachetable", 0, 0)]
    assert OutgoingEmail.objects.held().count() == 3
