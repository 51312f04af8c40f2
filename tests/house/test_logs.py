"""What production writes in its log: one JSON object a line, with the row, and nobody's data."""

import json
import logging
import sys

import pytest

from ecpar_portal.logs import JsonFormatter, PlainFormatter
from mailing.actions import deliver
from meetings.actions.publishing import publish
from reports.models import Report
from tests import factories as f
from tests.house.workshop import Terminal, free_port, plain_environment
from tests.mailing.post_office import PostOffice
from tests.mailing.writing import state_of, write
from tests.services import Worker, wait_until

PRODUCTION = {"DEMO": "0", "SECRET_KEY": "x" * 60}
LOGGER_CLASS = "ecpar_portal.web_server_log.JsonLogger"
PRIVATE = ("elise@ville.example", "Élise Tremblay", "Votre lien", "clef-4321")


@pytest.fixture
def post_office():
    """A mail server that says the address of who it refuses, as most do."""
    office = PostOffice()
    office.answer = lambda address: f"550 5.1.1 <{address}> inconnu"
    yield office
    office.stop()


@pytest.fixture
def secret(transactional_db):
    """A message with a link that opens an account."""
    to, name, subject, link = PRIVATE
    return write(kind="account_link", to=to, subject=subject, text=f"{name} : https://portail.example/{link}")


def test_a_worker_tells_the_failed_mail_and_the_report_by_their_rows_and_nobody_s_data(secret, post_office):
    meeting = f.SynthesisPointFactory().meeting
    publish(meeting, by=None)
    worker = Worker(EMAIL_URL=post_office.url, **PRODUCTION)
    report = Report.objects.get(object_id=meeting.current_version.pk)
    wait_until(lambda: state_of(secret) == "failed")
    wait_until(lambda: state_of(report) == "done")
    written = worker.log.read_text().splitlines()
    worker.stop()
    lines = [json.loads(line) for line in written if line.startswith("{")]
    told = {(line["message"], line.get("row"), line["level"]) for line in lines}
    assert ("not sent", f"mailing.OutgoingEmail {secret.pk}", "WARNING") in told
    assert ("made", f"reports.Report {report.pk}", "INFO") in told
    refused = next(line for line in lines if line["message"] == "not sent")
    assert (refused["attempt"], refused["cause"]) == (1, "SMTPRecipientsRefused")
    assert refused["time"].endswith("+00:00")
    assert any(line["logger"].startswith("celery.") for line in lines)
    assert not [word for word in PRIVATE if word in worker.log.read_text()]
    banner = next(number for number, line in enumerate(written) if line.startswith("{"))
    assert [line for line in written[banner:] if not line.startswith("{")] == []


def test_the_web_server_writes_json_too(tmp_path):
    environment = plain_environment(VAR_DIR=tmp_path, DATABASE_URL="sqlite://:memory:", **PRODUCTION)
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--logger-class", LOGGER_CLASS]
    command += ["--bind", f"127.0.0.1:{free_port()}", "ecpar_portal.wsgi:application"]
    with Terminal(command, tmp_path / "screen", env=environment) as server:
        server.wait_for("Booting worker", 30)
        lines = [json.loads(line) for line in server.text.splitlines()]
    assert {line["logger"] for line in lines} == {"gunicorn.error"}


def as_json(caplog):
    """What was written, as production writes it."""
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


@pytest.mark.django_db
@pytest.mark.parametrize("written", [JsonFormatter, PlainFormatter])
def test_a_secret_that_leaves_is_told_without_what_it_holds(caplog, written):
    caplog.set_level(logging.INFO)
    to, name, subject, link = PRIVATE
    message = write(kind="account_link", to=to, subject=subject, text=f"{name} : {link}")
    deliver()
    lines = [written().format(record) for record in caplog.records]
    assert any(f"mailing.OutgoingEmail {message.pk}" in line and "sent" in line for line in lines)
    assert not [word for word in PRIVATE if word in "".join(lines)]


def test_an_error_is_told_by_its_kind_and_its_places_not_by_its_text(caplog):
    try:
        try:
            raise OSError(28, "No space for elise@ville.example")
        except OSError as first:
            raise ValueError("elise@ville.example") from first
    except ValueError as error:
        logging.getLogger("celery.app.trace").exception("Task raised: %r", error)
    (line,) = as_json(caplog)
    assert line["message"] == "Task raised: ValueError"
    assert line["error"] == "ValueError"
    assert [kind for kind, *_ in line["trace"]] == ["OSError: No space left on device", "ValueError"]
    assert all("test_logs.py:" in place for _, *places in line["trace"] for place in places)
    assert "elise" not in json.dumps(line)


@pytest.mark.django_db
def test_a_page_is_told_by_its_route_its_status_and_the_person_s_number(sign_in, member, caplog):
    client = sign_in(member)
    client.get("/composants/")
    (line,) = as_json(caplog)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/composants/", 403)
    assert line["user"] == member.pk


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/rapports/{}/rien/", "/rapports/{}/"])
def test_a_token_in_the_path_of_a_page_is_not_written(sign_in, member, caplog, path):
    token = "0b7d8a52-6c1e-4f0e-9d53-1b6f3b1c2d4e"
    assert sign_in(member).get(path.format(token)).status_code == 404
    (line,) = as_json(caplog)
    assert line["path"].startswith("/rapports/")
    assert token not in json.dumps(line)


def test_fields_that_a_library_adds_are_left_out(caplog):
    logging.getLogger("kombu").warning("message", extra={"data": {"args": "elise@ville.example"}})
    assert "elise" not in json.dumps(as_json(caplog))
