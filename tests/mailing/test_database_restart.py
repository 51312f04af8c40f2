"""A database that restarts while messages leave: a cluster of the test's own, whatever the tests run on."""

import time

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from ecpar_portal.work import WorkRow
from mailing.models import OutgoingEmail
from tests.databases import Cluster, default_database
from tests.mailing.writing import write
from tests.services import wait_until

pytestmark = pytest.mark.once

LEASE, SWEEP = 6, 2


@pytest.fixture
def cluster(django_db_blocker):
    """A PostgreSQL cluster with the portal's tables, as the default database."""
    with django_db_blocker.unblock():
        own = Cluster()
        try:
            with default_database(**own.values):
                call_command("migrate", verbosity=0)
                call_command("createcachetable")
                yield own
        finally:
            own.remove()


def all_done() -> bool:
    return not OutgoingEmail.objects.exclude(state="done").exists()


def test_a_database_restarted_in_mid_send_loses_no_message_and_holds_none(cluster, post_office, start):
    with transaction.atomic():
        messages = [write(number) for number in range(40)]
    held = messages[15].to
    post_office.trouble = lambda moment, to: "hang" if (moment, to) == ("receipt", held) else ""
    worker = start(WORK_LEASE_SECONDS=str(LEASE), WORK_SWEEP_SECONDS=str(SWEEP))
    wait_until(lambda: post_office.hanging)
    connection.close()
    cluster.restart()
    post_office.trouble = lambda moment, to: ""
    since = time.monotonic()
    in_hand = OutgoingEmail.objects.get(state=WorkRow.State.RUNNING)
    assert in_hand.to == held
    assert (in_hand.lease_until - timezone.now()).total_seconds() < LEASE
    wait_until(all_done)
    assert time.monotonic() - since < LEASE + 2 * SWEEP + 15  # a machine that does much else

    assert worker.process.poll() is None
    assert sorted(post_office.recipients()) == sorted([*(message.to for message in messages), held])
    flagged = OutgoingEmail.objects.get(interrupted=True)
    assert (flagged.to, flagged.may_have_arrived_twice) == (held, True)
    letters = [letter for letter in post_office.letters() if letter["To"] == held]
    assert [letter["Message-ID"] for letter in letters] == [flagged.message_id] * 2
