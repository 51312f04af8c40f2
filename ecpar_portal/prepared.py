"""Queries that the ORM writes once and that are asked many times.

Writing a query costs the ORM ten times what the database takes to answer it by its key. Where one is on
the way of every download, it is written at the first call, kept as SQL, and asked again with other values;
its rule stays where all rules are, on a QuerySet. Measured in docs/decisions/prepared-queries.md.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

# Stands for a value while the query is written; no value of ours looks so.
MARKS: dict[type, Callable[[int], Any]] = {int: lambda rank: 2**52 + rank, str: lambda rank: f"\ue000{rank}"}


@dataclass(frozen=True)
class Statement:
    """A written query: its SQL, the name or else the value of each parameter, and how its rows are read."""

    compiler: SQLCompiler
    sql: str
    parameters: list[tuple[str, Any]]
    converters: dict[int, Any]
    names: list[str]
    related: list[Any]


class Prepared:
    """A query with named values: `Prepared(lambda slug: Meeting.objects.filter(slug=slug), slug=str)`.

    Called with its values it returns the objects of the queryset, in order, with what it selects and
    annotates (no prefetch). Raises ValueError at the first call where a value does not stand in the SQL
    as it is.
    """

    def __init__(self, build: Callable[..., QuerySet], **values: type) -> None:
        self.build = build
        self.marks = {name: MARKS[kind](rank) for rank, (name, kind) in enumerate(values.items())}
        self.statements: dict[bool, Statement] = {}

    def __call__(self, **values: Any) -> list[Model]:
        """Ask with these values."""
        statement = self._statement()
        given = tuple(values[name] if name else value for name, value in statement.parameters)
        compiler = copy.copy(statement.compiler)
        compiler.connection = connection  # that of this thread
        compiler.as_sql = lambda *args, **kwargs: (statement.sql, given)
        compiler.get_converters = lambda expressions: statement.converters
        return list(_objects(compiler, statement))

    def first(self, **values: Any) -> Model | None:
        """Return the first object, or None."""
        return next(iter(self(**values)), None)

    def _statement(self) -> Statement:
        # The one setting that a queryset of ours looks at; tests change it.
        if settings.DEMO not in self.statements:
            self.statements[settings.DEMO] = self._written()
        return self.statements[settings.DEMO]

    def _written(self) -> Statement:
        compiler = self.build(**self.marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = {mark: name for name, mark in self.marks.items()}
        named = [(names.get(value, ""), value) for value in parameters]
        missing = set(self.marks) - {name for name, _ in named}
        if missing:
            raise ValueError(f"not a plain value of the query: {', '.join(sorted(missing))}")
        converters = compiler.get_converters(column[0] for column in compiler.select)
        chosen = [compiler.select[rank][0].target.attname for rank in compiler.klass_info["select_fields"]]
        related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)
        return Statement(compiler, sql, named, converters, chosen, related)


def update_where(model: type[Model], before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Set fields of the one row that is as `before` says, in one UPDATE written out; tell if there was."""
    table, quoted = model._meta, connection.ops.quote_name
    fields = [(table.get_field(name), value) for name, value in [*after.items(), *before.items()]]
    columns = [f"{quoted(field.column)} = %s" for field, _ in fields]
    changed, found = ", ".join(columns[: len(after)]), " AND ".join(columns[len(after) :])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(table.db_table)} SET {changed} WHERE {found}",  # noqa: S608 - names of ours only
            [field.get_db_prep_save(value, connection) for field, value in fields],
        )
        return cursor.rowcount == 1


def _objects(compiler: SQLCompiler, statement: Statement) -> Iterator[Model]:
    """Make the objects of a query as `ModelIterable` does, from a compiler that has its SQL."""
    rows = compiler.results_iter(compiler.execute_sql())
    chosen, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    for row in rows:
        found = chosen.from_db(connection.alias, statement.names, row[start:end])
        for populator in statement.related:
            populator.populate(row, found)
        for name, column in compiler.annotation_col_map.items():
            setattr(found, name, row[column])
        yield found
