"""A mail server, and kinds of messages."""

import pytest

from mailing import registry
from tests.mailing.post_office import PostOffice
from tests.services import Worker, empty_broker


@pytest.fixture
def post_office():
    """A mail server for the workers of a test."""
    office = PostOffice()
    yield office
    office.trouble = lambda moment, address: ""
    office.stop()


@pytest.fixture
def our_post_office(post_office, settings):
    """A mail server for the test's own process."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", post_office.port, 1
    return post_office


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Two kinds of messages, as an app registers them."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    registry.register(registry.Kind("notice", "Avis"))
    registry.register(registry.Kind("code", "Code", secret=True))


@pytest.fixture
def start(post_office):
    """Start workers that send through the test's mail server; those that live at the end are stopped."""
    empty_broker()  # the bells of other tests
    workers = []

    def start_one(office: PostOffice = post_office, **environment: str) -> Worker:
        workers.append(Worker(**{"EMAIL_URL": office.url, "WORK_LEASE_SECONDS": "3"} | environment))
        return workers[-1]

    yield start_one
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()
