"""Rows that a page adds, takes away and puts in order, with or without a script.

Each row has a key: the number of what it is about, or « n1 » for a new one. The page sends the keys in the
order in which the rows stand, so that moving a row moves nothing but its place.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property

MOST_ROWS = 60
MOST_READ = 400  # past what a page takes, so that it says so and loses nothing
KEY = re.compile(r"[1-9]\d{0,17}|n[1-9]\d{0,3}", re.ASCII)


class Quiet:
    """A form that may be shown as it was typed, without a word on what is wrong."""

    is_quiet = False

    @property
    def errors(self) -> ErrorDict:
        """What is wrong; nothing while the person is still writing."""
        return ErrorDict() if self.is_quiet else super().errors


class RowForm(Quiet, forms.Form):
    """One row of a list."""

    use_required_attribute = False

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        self.pk = int(key) if key.isdecimal() else None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written in it."""
        return not any(sent(bound) for bound in self)

    @property
    def words(self) -> str:
        """What people read of it."""
        raise NotImplementedError

    @classmethod
    def initial_of(cls, row: Model) -> dict[str, Any]:
        """What the row of the database says."""
        raise NotImplementedError


class Rows:
    """The rows of one list, bound or not; `what` names one of them, `most` is how many it takes."""

    def __init__(
        self,
        kind: type[RowForm],
        prefix: str,
        rows: Iterable[Model],
        data: QueryDict | None = None,
        *,
        what: str,
        most: int = MOST_ROWS,
        **options: Any,
    ) -> None:
        self.kind, self.prefix, self.options = kind, prefix, options
        self.what, self.most = what, most
        self.data = data
        self.known = {str(row.pk): row for row in rows}
        self.keys = list(self.known) if data is None else keys_in(data, prefix)

    @cached_property
    def forms(self) -> list[RowForm]:
        """One form for each row, in order."""
        return [self._form(key) for key in self.keys]

    @property
    def template(self) -> RowForm:
        """An empty row, for the script that adds some."""
        return self._form("__key__", data=None)

    def _form(self, key: str, **more: Any) -> RowForm:
        row = self.known.get(key)
        return self.kind(
            **{"data": self.data, **more},
            prefix=f"{self.prefix}-{key}",
            key=key,
            initial=self.kind.initial_of(row) if row else {},
            empty_permitted=row is None,
            **self.options,
        )

    def __iter__(self) -> Iterator[RowForm]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    @property
    def written(self) -> list[RowForm]:
        """The rows in which something was written."""
        return [form for form in self.forms if not form.is_blank]

    @property
    def is_full(self) -> bool:
        """Whether no row may be added."""
        return len(self.keys) >= self.most


def keys_in(data: QueryDict, prefix: str) -> list[str]:
    """The keys of the rows that a page sent, in order; those that are none are left aside."""
    found = dict.fromkeys(key for key in data.getlist(f"{prefix}-row") if KEY.fullmatch(key))
    return list(found)[:MOST_READ]


def change(data: QueryDict, do: str, most: int = MOST_ROWS) -> str:
    """Add, move or take away a row as a button says: « objectives-up-12 »; return the key of the row.

    A button that says anything else changes nothing.
    """
    prefix, _, rest = do.partition("-")
    verb, _, key = rest.partition("-")
    keys = keys_in(data, prefix)
    if verb == "add" and len(keys) < most:
        key = _new_key(keys)
        keys.append(key)
    elif key not in keys:
        return ""
    elif verb == "remove":
        at = keys.index(key)
        keys.remove(key)
        key = keys[min(at, len(keys) - 1)] if keys else ""
    elif verb in ("up", "down"):
        at = keys.index(key)
        to = max(0, at - 1) if verb == "up" else at + 1
        keys.insert(to, keys.pop(at))
    data.setlist(f"{prefix}-row", keys)
    return key


def _new_key(keys: list[str]) -> str:
    taken = {int(key[1:]) for key in keys if key.startswith("n")}
    return f"n{next(n for n in range(1, MOST_READ + 2) if n not in taken)}"


def sent(bound: forms.BoundField) -> list[str]:
    """What a browser would send of a field as it stands, without what makes no difference."""
    value = bound.value()
    values = value if isinstance(value, list | tuple | set) else [value]
    words = [_typed(bound, item) for item in values]
    kept = [word for word in words if word]
    return sorted(kept) if len(kept) > 1 else kept


def _typed(bound: forms.BoundField, value: Any) -> str:
    if value is None or value is False:
        return ""
    shown = bound.field.widget.format_value(value) if not isinstance(value, str) else value
    shown = shown[0] if isinstance(shown, list) and shown else shown
    return str(shown or "").replace("\r\n", "\n").strip()
