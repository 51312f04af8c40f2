"""The keys of what a row is tied to, read with the row: a list of such rows asks one query less."""

from typing import Any

from django.db import models
from django.db.models import Aggregate, OuterRef, Subquery, TextField


class JoinedKeys(Aggregate):
    """Keys in one text, parted by commas; SQLite and PostgreSQL each have their own word for it."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """PostgreSQL joins texts only."""
        template = "STRING_AGG(CAST(%(expressions)s AS text), ',')"
        return self.as_sql(compiler, connection, template=template, **more)


def keys_tied(through: type[models.Model], own: str, other: str) -> Subquery:
    """What a row is tied to by a table of links: for `annotate`; read it with `keys_in`."""
    links = through.objects.filter(**{own: OuterRef("pk")}).order_by()
    return Subquery(links.values(own).annotate(keys=JoinedKeys(other)).values("keys"))


def keys_in(joined: str | None) -> list[int]:
    """The keys, in order."""
    return sorted(int(key) for key in joined.split(",")) if joined else []
