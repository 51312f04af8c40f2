"""Rows written and read as the code of an earlier release does, by the models of its migrations."""

import datetime as dt
import decimal
import hashlib
import uuid
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models

DAY = dt.date(2026, 1, 5)
MOMENT = dt.datetime(2026, 1, 5, 14, 0, tzinfo=dt.UTC)
# What the constraints of the database ask, and a value of its kind does not give.
KNOWN = {
    "chantier.organization.neq": lambda number: f"11{number:08}",
    "chantier.organization.contribution": lambda number: "",
    "chantier.organization.fiscal_year_start": lambda number: 4,
    "chantier.cycle.starting_year": lambda number: 2020 + number,
    "meetings.meeting.ends_at": lambda number: MOMENT + dt.timedelta(days=number, hours=2),
}
# By the kind of a field, the first that fits; `n` is the number of the row.
VALUES = [
    (models.BooleanField, lambda n: n % 2 == 0),
    (models.UUIDField, lambda n: uuid.UUID(int=n)),
    (models.EmailField, lambda n: f"personne{n}@ville.example"),
    (models.SlugField, lambda n: f"ligne-{n}"),
    ((models.CharField, models.TextField), lambda n: f"{n} « l’été »"),
    (models.FileField, lambda n: f"fichiers/{n}"),
    (models.DateTimeField, lambda n: MOMENT + dt.timedelta(days=n)),
    (models.DateField, lambda n: DAY + dt.timedelta(days=n)),
    (models.TimeField, lambda n: dt.time(9, n % 60)),
    (models.DurationField, lambda n: dt.timedelta(hours=n)),
    (models.DecimalField, lambda n: decimal.Decimal(n)),
    (models.IntegerField, lambda n: n),
    (models.FloatField, lambda n: n / 2),
    (models.JSONField, lambda n: {"nombre": n, "mots": ["é", None, True]}),
    (models.BinaryField, lambda n: bytes([n])),
]


class OldRows:
    """The rows of some apps at a state of their migrations."""

    def __init__(self, apps: Apps, labels: list[str]) -> None:
        owned = (model for label in labels for model in apps.get_app_config(label).get_models(True))
        self.models = [model for model in owned if model._meta.managed and not model._meta.proxy]
        self._made: dict[tuple[str, int], models.Model] = {}

    def write(self, number: int) -> None:
        """Write the row of that number in every table; what it points to has the same number."""
        for model in self.models:
            self._row(model, number)
        for model in self.models:
            self._join(model, number)

    def read_back(self, number: int) -> None:
        """Check that each row of that number reads as it was written."""
        for model in self.models:
            row = model._default_manager.get(pk=self._row(model, number).pk)
            for field in _filled(model):
                assert getattr(row, field.name) == self._value(field, number), field
            for field in _optional(model):
                assert getattr(row, field.attname) == self._row(field.related_model, number).pk, field

    def digests(self) -> dict[str, tuple[int, str]]:
        """By column, how many rows its table has and the hash of its values, as the database gives them."""
        found = {}
        for model in self.models:
            for field in model._meta.concrete_fields:
                values = _column(model._meta.db_table, field.column, model._meta.pk.column)
                digest = hashlib.sha256(repr(values).encode()).hexdigest()
                found[f"{model._meta.db_table}.{field.column}"] = (len(values), digest)
        return found

    def _row(self, model: type[models.Model], number: int) -> models.Model:
        row = model._meta.label, number
        if row not in self._made:
            values = {field.name: self._value(field, number) for field in _filled(model)}
            self._made[row] = model._default_manager.create(**values)
        return self._made[row]

    def _value(self, field: models.Field, number: int) -> Any:
        name = f"{field.model._meta.label_lower}.{field.name}"
        if name in KNOWN:
            return KNOWN[name](number)
        if field.is_relation:
            return self._row(field.related_model, number)
        if field.choices:
            return field.choices[number % len(field.choices)][0]
        value = next(make(number) for kinds, make in VALUES if isinstance(field, kinds))
        return value[: field.max_length] if isinstance(value, str) and field.max_length else value

    def _join(self, model: type[models.Model], number: int) -> None:
        """Fill the relations that may be empty: only now, since they may go round in a circle."""
        row = self._row(model, number)
        joined = {field.name: self._row(field.related_model, number) for field in _optional(model)}
        if joined:
            model._default_manager.filter(pk=row.pk).update(**joined)


def _optional(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if field.is_relation and field.null]


def _filled(model: type[models.Model]) -> list[models.Field]:
    left = _optional(model)
    return [field for field in model._meta.concrete_fields if field not in left and not _fills_itself(field)]


def _fills_itself(field: models.Field) -> bool:
    moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return moment or isinstance(field, models.AutoField)


def _column(table: str, column: str, key: str) -> list[tuple[Any, ...]]:
    table, column, key = map(connection.ops.quote_name, (table, column, key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {key}")
        return cursor.fetchall()
