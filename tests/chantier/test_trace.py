"""The trace is added to, and nothing else."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from chantier.models.trace import TRACE_KEPT, NeverChanged, TraceEntry
from chantier.trace import record

pytestmark = pytest.mark.django_db


def test_an_event_is_written_with_who_did_it_and_on_what(coordinator, cycle):
    record("exported", by=coordinator, on=cycle, rows=3)
    entry = TraceEntry.objects.on(cycle).get()
    assert (entry.event, entry.by, entry.detail) == ("exported", coordinator, {"rows": 3})
    assert abs(timezone.now() - entry.at) < dt.timedelta(minutes=1)


def test_an_event_that_no_app_registers_is_refused(coordinator):
    with pytest.raises(KeyError):
        record("devoured", by=coordinator)


def test_no_code_path_changes_or_deletes_an_entry(coordinator):
    entry = record("exported", by=coordinator)
    entry.event = "invited"
    for attempt in (
        entry.save,
        entry.delete,
        TraceEntry.objects.all().delete,
        lambda: TraceEntry.objects.update(event="invited"),
    ):
        with pytest.raises(NeverChanged):
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        TraceEntry(pk=entry.pk, event="invited").save()
    entry.refresh_from_db()
    assert entry.event == "exported"


def test_what_is_old_is_thrown_away_and_nothing_else(coordinator):
    now = timezone.now()
    for age in (TRACE_KEPT + dt.timedelta(days=1), TRACE_KEPT - dt.timedelta(days=1)):
        TraceEntry.objects.create(event="exported", at=now - age)
    assert TraceEntry.objects.purge() == 1
    assert TraceEntry.objects.get().at > now - TRACE_KEPT


@pytest.mark.parametrize(
    ("statement", "days"),
    [
        ("UPDATE chantier_traceentry SET event = 'invited'", 0),
        ("UPDATE chantier_traceentry SET event = 'invited'", 800),
        ("DELETE FROM chantier_traceentry", 729),
    ],
)
def test_postgresql_itself_refuses_to_change_it_and_sqlite_leaves_that_to_the_code(statement, days):
    TraceEntry.objects.create(event="exported", at=timezone.now() - dt.timedelta(days=days))
    refusal = ""
    try:
        with transaction.atomic():
            connection.cursor().execute(statement)
    except DatabaseError as error:
        refusal = str(error)
    is_kept = TraceEntry.objects.filter(event="exported").exists()
    refused_by_the_database = connection.vendor == "postgresql"
    assert ("only added to" in refusal, is_kept) == (refused_by_the_database, refused_by_the_database)
