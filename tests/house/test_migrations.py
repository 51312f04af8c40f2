"""A portal in use is migrated while the code of before still runs: nothing is lost, nothing breaks."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.databases import empty_database
from tests.house.old_rows import OldRows

# The last migration of each app in the release that runs today; it moves at each release.
BASELINE = {
    "chantier": "0004_plain_slugs_and_dates",
    "mailing": "0002_coordination_permissions",
    "meetings": "0006_sequence",
    "reports": "0004_asked_at",
}


@pytest.fixture
def released(django_db_blocker):
    """The rows of two of everything, in a database of the release that runs today."""
    with django_db_blocker.unblock(), empty_database():
        executor = MigrationExecutor(connection)
        executor.migrate(list(BASELINE.items()))
        rows = OldRows(executor.loader.project_state(list(BASELINE.items())).apps, list(BASELINE))
        rows.write(1)
        rows.write(2)
        yield rows


def migrate_to_the_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert not MigrationExecutor(connection).migration_plan(executor.loader.graph.leaf_nodes())


def test_every_column_keeps_its_values_and_the_code_of_before_still_writes_and_reads(released):
    before = released.digests()
    assert {rows for rows, _ in before.values()} >= {2}
    migrate_to_the_newest()
    after = released.digests()
    assert {name for name in before if before[name] != after[name]} == set()
    for number in (1, 2):
        released.read_back(number)
    released.write(3)
    released.read_back(3)


def test_every_app_with_tables_of_ours_is_migrated_on_a_portal_in_use():
    ours = {app.label for app in apps.get_app_configs() if not app.path.count("site-packages")}
    with_tables = {label for label in ours if list(apps.get_app_config(label).get_models())}
    assert with_tables == set(BASELINE)
