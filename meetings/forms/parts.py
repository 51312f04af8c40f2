"""What a page says, part by part: what a browser would send of each, and what people read of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms

from meetings.forms.rows import sent


@dataclass
class Part:
    """A part of a page, by what a browser would send of it and by what people read of it."""

    key: str
    group: str
    label: str
    values: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""

    @classmethod
    def of(cls, key: str, group: str, label: str, fields: Iterable[forms.BoundField]) -> "Part":
        """The part that some fields make together."""
        fields = list(fields)
        values = {bound.html_name: sent(bound) for bound in fields}
        return cls(key, group, label, values, "\n".join(filter(None, map(words_of, fields))))

    @property
    def mark(self) -> str:
        """Changes with what the part says."""
        return hashlib.sha256(repr(sorted(self.values.items())).encode()).hexdigest()[:8]


def words_of(bound: forms.BoundField) -> str:
    """What people read of a field."""
    values, choices = sent(bound), getattr(bound.field, "choices", None)
    if choices:
        return "\n".join(str(label) for value, label in choices if str(value) in values)
    return "\n".join(values)
