"""What each app knows about people; policy page, exports, erasures and retention are made of it.

Each app declares every model that it owns, or brings in from a library, in its own `privacy.py`, called from
`AppConfig.ready`. A test fails on a model that nobody declares.
"""

import html
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models
from django.db.models import Q

# A person's e-mail stands here once their account is erased: RFC 2606 keeps this domain from ever existing.
NOWHERE = "efface.invalid"
ERASED = "personne effacée"


@dataclass(frozen=True)
class Person:
    """Whom an export or an erasure is about, as they are known when it begins.

    `role` is what a text says in place of their name, such as « la coordination ».
    """

    pk: int
    name: str
    addresses: tuple[str, ...]
    role: str = ERASED
    named_by_one_word: bool = False  # whether a name of one word is left out of texts too

    def has_address(self, column: str) -> Q:
        """Match the rows whose column holds one of the person's addresses, whatever its case."""
        return Q(*(Q(**{f"{column}__iexact": address}) for address in self.addresses), _connector=Q.OR)

    def redacted(self, text: str) -> str:
        """Return a text with the role in place of the name and of the addresses, however they are escaped."""
        for written in self._spellings():
            text = re.sub(_by_itself(written), self._in_its_place, text, flags=re.IGNORECASE)
        return text

    def is_addressed_in(self, told: str) -> bool:
        """Whether a value, as JSON, holds one of the person's addresses, and not one that ends like it."""
        spellings = (json.dumps(address)[1:-1] for address in self.addresses)
        return any(re.search(_by_itself(written), told, re.IGNORECASE) for written in spellings)

    def redacted_json(self, value: Any) -> Any:
        """Return a JSON value, each of its texts redacted."""
        if isinstance(value, dict):
            return {key: self.redacted_json(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.redacted_json(inner) for inner in value]
        return self.redacted(value) if isinstance(value, str) else value

    def may_be_in(self, column: str) -> Q:
        """Match the rows whose column may name the person."""
        return Q(*(Q(**{f"{column}__icontains": text}) for text in self._spellings()), _connector=Q.OR)

    def _in_its_place(self, found: re.Match) -> str:
        before = found.string[: found.start()].rstrip()
        starts = not before or before[-1] in ".!?>"
        return self.role[0].upper() + self.role[1:] if starts else self.role

    def _spellings(self) -> list[str]:
        """The name and the addresses, as they are and as HTML and JSON escape them.

        A name of one word, such as that of an account that several people share, is left in texts: it may be
        any word.
        """
        is_found = " " in self.name.strip() or self.named_by_one_word
        texts = [*self.addresses, *([self.name] if is_found else [])]
        texts = [form for text in texts for form in dict.fromkeys((text, text.replace("'", "’")))]
        escaped = [form for text in texts for form in (text, html.escape(text), json.dumps(text)[1:-1])]
        return sorted(dict.fromkeys(filter(None, escaped)), key=len, reverse=True)


@dataclass(frozen=True)
class Impersonal:
    """A table about nobody, and why; its free `texts` may name somebody all the same."""

    model: str
    reason: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Personal:
    """A table that holds personal data.

    `columns` are what it knows of a person, and what an export gives them; `unexported` ones are about them
    too, but are of no use to read, such as the hash of a password. `what`, `holds`, `purpose`, `kept` and
    `seen_by` are what everybody reads on the page of confidentiality. `of` finds the rows of a person and
    `erase` anonymises them; `texts` are free texts where somebody else may be named.
    """

    model: str
    what: str
    holds: str
    columns: tuple[str, ...]
    purpose: str
    kept: str
    seen_by: str
    of: Callable[[Person], Iterable[models.Model]]
    erase: Callable[[Person], object]
    unexported: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    export: Callable[[models.Model], dict[str, Any]] | None = None

    def count(self, person: Person) -> int | None:
        """How many rows tell of a person; None where counting them would mean reading them all."""
        found = self.of(person)
        return found.count() if isinstance(found, models.QuerySet) else None

    def rows(self, person: Person) -> list[dict[str, Any]]:
        """What the table knows of a person, as plain values by their French names."""
        return [(self.export or self._plain)(row) for row in self.of(person)]

    def _plain(self, row: models.Model) -> dict[str, Any]:
        return {label_of(self.model, column): shown(row, column) for column in self.columns}


@dataclass(frozen=True)
class Retention:
    """What is thrown away at night: `old` tells which rows, `discard` does it and returns how many.

    A rule that `erases` people comes after the others, since it touches their rows.
    """

    name: str
    rule: str
    old: Callable[[], models.QuerySet]
    discard: Callable[[], int]
    erases: bool = False


@dataclass
class Registry:
    """What every app declares."""

    tables: dict[str, Personal | Impersonal] = field(default_factory=dict)
    retentions: dict[str, Retention] = field(default_factory=dict)

    def declare(self, *declarations: Personal | Impersonal | Retention) -> None:
        """Make declarations known, each model and each rule once."""
        for declared in declarations:
            if isinstance(declared, Retention):
                self.retentions[declared.name] = declared
            else:
                self.tables[apps.get_model(declared.model)._meta.label] = declared

    def personal(self) -> list[Personal]:
        """The tables that hold personal data, in the order of their declaration."""
        return [table for table in self.tables.values() if isinstance(table, Personal)]

    def rules(self) -> list[Retention]:
        """The rules of retention, in the order in which they are applied."""
        return sorted(self.retentions.values(), key=lambda rule: rule.erases)

    def due(self) -> dict[str, int]:
        """How many rows each rule would throw away now."""
        return {rule.name: rule.old().count() for rule in self.rules()}

    def undeclared(self) -> list[str]:
        """The models of installed apps that nobody declares."""
        return sorted(
            model._meta.label for model in apps.get_models() if model._meta.label not in self.tables
        )


registry = Registry()
declare = registry.declare


def export(person: Person) -> list[dict[str, Any]]:
    """Everything that the portal knows of a person, table by table, those without a row left out."""
    told = (
        {
            "what": table.what,
            "purpose": table.purpose,
            "kept": table.kept,
            "seen_by": table.seen_by,
            "rows": table.rows(person),
        }
        for table in registry.personal()
    )
    return [table for table in told if table["rows"]]


def erase(person: Person) -> None:
    """Anonymise a person in every table, then wherever a text names them; in the caller's transaction."""
    for table in registry.personal():
        table.erase(person)
    for table in registry.tables.values():
        redact(apps.get_model(table.model), table.texts, person)


def redact(model: type[models.Model], columns: Iterable[str], person: Person) -> int:
    """Put the role in place of a person's name and addresses in columns; return how many rows changed."""
    fields = [model._meta.get_field(column) for column in columns]
    # A database does not look into JSON as it does into a text: those few rows are all read.
    searched = [] if any(isinstance(field, models.JSONField) for field in fields) else fields
    named = Q(*(person.may_be_in(field.name) for field in searched), _connector=Q.OR)
    changed = 0
    for row in model._base_manager.filter(named).iterator() if fields else ():
        before = {field.name: getattr(row, field.name) for field in fields}
        after = {field.name: _fitting(field, person.redacted_json(before[field.name])) for field in fields}
        if after != before:
            model._base_manager.filter(pk=row.pk).update(**after)
            changed += 1
    return changed


def _by_itself(written: str) -> str:
    """A pattern of a name or an address: « Anne Roy » is not in « Marie-Anne Roy » or « Anne Roy-Côté »."""
    before = r"(?<!\w[-.+])" if "@" in written else r"(?<![^\W\d_]-)"
    return rf"(?<!\w){before}{re.escape(written)}(?!\w)(?!-[^\W\d_])"


def _fitting(field: models.Field, value: Any) -> Any:
    return value[: field.max_length] if field.max_length and isinstance(value, str) else value


def label_of(model: str, column: str) -> str:
    """What people read for a column."""
    words = str(apps.get_model(model)._meta.get_field(column).verbose_name)
    return words[:1].upper() + words[1:]


def shown(row: models.Model, column: str) -> Any:
    """A column as a plain value: the words of a choice, the name of an object, an instant, a number."""
    display = getattr(row, f"get_{column}_display", None)
    value = display() if display else getattr(row, column)
    return str(value) if isinstance(value, models.Model) else value


@checks.register(checks.Tags.security)
def privacy_officer_is_known(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where people could not write to the privacy officer, whom the law asks to be named."""
    if settings.PRIVACY_OFFICER_EMAIL:
        return []
    return [
        checks.Warning(
            "PRIVACY_OFFICER_EMAIL manque\u00a0: la page /confidentialite/ ne dit pas à qui écrire.",
            hint="Donnez le courriel de la personne responsable des renseignements personnels.",
            id="ecpar_portal.W001",
        )
    ]
