"""« /sante/ »: whether each part answers, for who balances the load and for the coordinator."""

import datetime as dt

import pytest
from django.utils import timezone

from ecpar_portal import health
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PARTS = ("database", "broker", "worker", "storage", "waiting")


@pytest.fixture
def well():
    """A worker was there a moment ago."""
    health.note_worker()


def test_all_is_well_when_every_part_answers(client, well):
    answer = client.get("/sante/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"} | dict.fromkeys(PARTS, "ok")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("part", PARTS)
def test_one_part_that_does_not_answer_is_told_without_its_secrets(client, well, monkeypatch, part):
    def broken():
        raise OSError("postgres://portail:secret@db refused")

    monkeypatch.setitem(health.CHECKS, part, broken)
    answer = client.get("/sante/")
    assert answer.status_code == 503
    assert {name for name, state in answer.json().items() if state == "ko"} == {"status", part}
    assert "secret" not in answer.text


def test_a_worker_that_has_not_swept_lately_is_away(client, well, monkeypatch):
    assert health.worker() == ""
    later = timezone.now() + dt.timedelta(minutes=4)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert health.worker().startswith("aucun travailleur depuis le")


def test_work_that_waits_too_long_is_told(well):
    f.ReportFactory()
    assert health.waiting() == ""
    f.ReportFactory(due_at=timezone.now() - dt.timedelta(minutes=20))
    assert health.waiting().startswith("un travail attend depuis le")


def test_a_broker_that_is_down_is_told(monkeypatch):
    monkeypatch.setattr("ecpar_portal.health.app.connection_for_write", lambda: 1 / 0)
    assert health.problems()["broker"] == "ne répond pas."


def test_the_admin_says_it_at_its_top(sign_in, coordinator, well, monkeypatch):
    client = sign_in(coordinator)
    assert "tout répond" in text_of(client.get("/admin/"))
    monkeypatch.setitem(health.CHECKS, "storage", lambda: "le disque est plein.")
    assert "Fichiers privés : le disque est plein." in text_of(client.get("/admin/"))
