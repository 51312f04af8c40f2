"""A published synthesis, its reader, and the worker that makes its file."""

import datetime as dt
import shutil

import pytest

from meetings.actions.publishing import publish
from reports.models import private_storage
from tests import factories as f
from tests.services import Worker


@pytest.fixture(scope="module")
def worker(django_db_setup):
    """A worker that runs as long as the tests of a file."""
    running = Worker()
    yield running
    running.stop()


@pytest.fixture
def meeting(transactional_db):
    """A published meeting whose synthesis answers one objective and leaves one open."""
    meeting = f.MeetingFactory(date=dt.date(2021, 3, 9), cycle__chantier__name="Économie sociale")
    first, _ = f.MeetingObjectiveFactory.create_batch(2, meeting=meeting)
    point = f.SynthesisPointFactory(
        meeting=meeting, text="Le cadre est vaste, « certaines » zones sont grises."
    )
    f.PointAnswerFactory(point=point, objective=first)
    publish(meeting, by=None)
    return meeting


@pytest.fixture
def reader(meeting, client):
    """A member of the chantier at their browser."""
    client.force_login(f.member_of(meeting.cycle))
    return client


@pytest.fixture(autouse=True)
def empty_storage():
    """Start each test without a file."""
    shutil.rmtree(private_storage().path("reports"), ignore_errors=True)
