"""Every table is declared: what it knows of people, or why it knows nothing."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps

from chantier.models import User
from ecpar_portal.privacy import Impersonal, Personal, registry

TABLES = list(registry.tables.values())
# The names and the address of an organisation are public, and are not those of a person.
NOT_ABOUT_PEOPLE = {"chantier.Organization.former_names", "meetings.Reminding.days"}


def test_every_model_of_every_app_is_declared():
    assert registry.undeclared() == []


def test_the_registry_names_a_model_that_nobody_declares(monkeypatch):
    monkeypatch.delitem(registry.tables, "chantier.Consent")
    assert registry.undeclared() == ["chantier.Consent"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_every_declared_column_exists(table):
    model = apps.get_model(table.model)
    columns = {*table.texts, *(() if isinstance(table, Impersonal) else (*table.columns, *table.unexported))}
    assert columns <= {field.name for field in model._meta.get_fields()}


def tells_of_somebody(field):
    points = field.is_relation and field.related_model._meta.label == settings.AUTH_USER_MODEL
    return points or isinstance(field, models.EmailField)


def is_free_text(field):
    return isinstance(field, models.TextField | models.JSONField)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_no_column_that_could_tell_of_somebody_is_left_out(table):
    declared = {*table.texts, *(() if isinstance(table, Impersonal) else (*table.columns, *table.unexported))}
    forgotten = {
        f"{table.model}.{field.name}"
        for field in apps.get_model(table.model)._meta.concrete_fields
        if (tells_of_somebody(field) or is_free_text(field)) and field.name not in declared
    }
    assert forgotten <= NOT_ABOUT_PEOPLE


@isolate_apps("chantier")
def test_a_column_that_points_at_somebody_is_seen():
    class Diary(models.Model):
        owner = models.ForeignKey(User, models.CASCADE)
        address = models.EmailField()
        rank = models.IntegerField()

        class Meta:
            app_label = "chantier"

        def __str__(self):
            return ""

    seen = [field.name for field in Diary._meta.concrete_fields if tells_of_somebody(field)]
    assert seen == ["owner", "address"]


@pytest.mark.parametrize("table", registry.personal(), ids=lambda table: table.model)
def test_every_table_about_people_says_why_how_long_and_for_whom(table):
    assert isinstance(table, Personal)
    for words in (table.what, table.purpose, table.kept, table.seen_by, table.holds):
        assert words.strip()
