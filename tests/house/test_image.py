"""What production runs: the compose file, and the image's build steps in an empty folder."""

import os
import subprocess
import sys

import pytest
import yaml

from tests.house.workshop import ROOT, free_port, plain_environment, wait_until

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def compose():
    """The compose file, read as data."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_holds_web_worker_beat_postgresql_and_redis_each_with_its_health(compose):
    services = compose["services"]
    assert {"web", "worker", "beat", "db", "redis"} <= set(services)
    for name in ("web", "worker", "beat", "db", "redis"):
        assert services[name]["healthcheck"]["test"], name
        assert services[name]["healthcheck"]["retries"], name
    assert services["db"]["image"].startswith("postgres:")
    assert services["redis"]["image"].startswith("redis:")
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["db"] == {"condition": "service_healthy"}


def test_what_must_stay_is_on_volumes(compose):
    assert set(compose["volumes"]) == {"database", "broker", "files", "backups"}
    for name, volume in (("web", "files"), ("worker", "files"), ("db", "database"), ("redis", "broker")):
        assert any(mount.startswith(f"{volume}:") for mount in compose["services"][name]["volumes"])


def test_compose_holds_no_secret_and_asks_for_each(compose):
    environment = compose["services"]["web"]["environment"]
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert compose["services"]["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "DEMO" not in environment


def test_the_example_of_env_names_what_compose_asks_for(compose):
    asked = {
        part.partition(":?")[0]
        for part in (ROOT / "docker-compose.yml").read_text().split("${")[1:]
        if ":?" in part
    }
    named = {
        line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line
    }
    assert asked <= named


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The portal as the image holds it."""
    target = tmp_path_factory.mktemp("image") / "app"
    environment = plain_environment(TARGET=target, PYTHON=sys.executable)
    done = subprocess.run(
        ["sh", ROOT / "scripts/build-image.sh"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


def test_the_image_holds_the_portal_and_nothing_of_its_making(image):
    held = {path.name for path in image.iterdir()}
    assert {
        "manage.py",
        "ecpar_portal",
        "chantier",
        "meetings",
        "reports",
        "templates",
        "data",
        ".venv",
    } <= held
    assert not held & {"tests", "benchmarks", ".git", ".ci", "Dockerfile", ".env"}
    assert not (image / "var" / "secret-key").exists()
    assert (image / "var" / "static" / "staticfiles.json").exists()
    assert not list((image / ".venv" / "lib").glob("*/site-packages/playwright"))


def test_a_full_folder_is_refused(image):
    environment = plain_environment(TARGET=image, PYTHON=sys.executable)
    done = subprocess.run(
        ["sh", ROOT / "scripts/build-image.sh"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "n’est pas vide" in done.stderr


def test_the_image_serves_and_its_health_check_tells_life_from_death(image, tmp_path):
    port = free_port()
    environment = plain_environment(
        VAR_DIR=image / "var",
        SECRET_KEY="x" * 60,
        DATABASE_URL=f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        PORTAL_URL="https://portail.example",
        TRUSTED_PROXIES=1,
        HEALTH_PORT=port,
    )
    environment["PATH"] = f"{image / '.venv' / 'bin'}{os.pathsep}{environment['PATH']}"
    run = {"cwd": image, "env": environment}
    subprocess.run(["python", "manage.py", "migrate", "--no-input", "-v0"], check=True, **run)
    health = lambda: subprocess.run(["python", "scripts/healthy.py", "web"], check=False, **run).returncode  # noqa: E731
    server = subprocess.Popen(
        ["gunicorn", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "ecpar_portal.wsgi:application"],
        **run,
    )
    try:
        wait_until(lambda: health() == 0, 30, "the web server of the image")
    finally:
        server.terminate()
        server.wait(20)
    assert health() == 1
