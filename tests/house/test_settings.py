"""Settings as a start reads them from the environment, in a process of its own."""

import json
import subprocess

import pytest

from tests.house.workshop import ROOT, plain_environment, python

pytestmark = pytest.mark.once

SHOW = """
import json
from ecpar_portal import settings as s
names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "DEBUG",
         "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS",
         "EMAIL_FILE_PATH"]
print(json.dumps({name: getattr(s, name, None) for name in names}))
"""
PRODUCTION = {"SECRET_KEY": "x" * 60, "DATABASE_URL": "sqlite://:memory:"}


def start(tmp_path, **environment):
    environment = plain_environment(VAR_DIR=tmp_path, **environment)
    return subprocess.run(
        python(SHOW), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"DATABASE_URL": "sqlite://:memory:"}, "SECRET_KEY manque."),
        ({"SECRET_KEY": "x" * 60}, "DATABASE_URL manque."),
        ({**PRODUCTION, "DEBUG": "1"}, "DEBUG ne s’emploie qu’avec DEMO=1."),
        ({**PRODUCTION, "SECRET_KEY": "courte"}, "SECRET_KEY est trop courte."),
        ({**PRODUCTION, "STORAGE_URL": "s3://seau"}, "STORAGE_URL ne connaît encore que file:///dossier."),
    ],
)
def test_production_stops_with_one_line_where_a_setting_is_missing(tmp_path, environment, line):
    done = start(tmp_path, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Portail ECPAR : {line}")
    assert done.stderr.count("\n") == 1


def test_cookies_and_hsts_are_secure_where_the_portal_is_https(tmp_path):
    done = start(tmp_path, **PRODUCTION, PORTAL_URL="https://portail.example")
    shown = json.loads(done.stdout)
    assert (shown["SESSION_COOKIE_NAME"], shown["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert shown["SESSION_COOKIE_SECURE"]
    assert shown["CSRF_COOKIE_SECURE"]
    assert shown["SECURE_SSL_REDIRECT"]
    assert shown["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert "portail.example" in shown["ALLOWED_HOSTS"]


def test_plain_names_and_no_hsts_where_the_portal_is_http(tmp_path):
    shown = json.loads(start(tmp_path, DEMO="1").stdout)
    assert (shown["SESSION_COOKIE_NAME"], shown["CSRF_COOKIE_NAME"]) == ("session", "csrf")
    assert not shown["SESSION_COOKIE_SECURE"]
    assert shown["SECURE_HSTS_SECONDS"] == 0
    assert not shown["DEBUG"]


def test_a_demonstration_keeps_its_own_secret_key_for_itself(tmp_path):
    start(tmp_path, DEMO="1")
    key = tmp_path / "secret-key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    start(tmp_path, DEMO="1")
    assert key.read_text() == before


def test_the_mail_of_a_demonstration_stays_in_its_folder(tmp_path):
    shown = json.loads(start(tmp_path, DEMO="1").stdout)
    assert shown["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
