"""Reads the file of a cycle and checks all of it before anything is written.

A problem says where it is and what to do; all of them are told at once.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecpar_portal.french import NBSP
from meetings.cycle_file.fields import FIELDS, Field
from meetings.cycle_file.links import check_links
from meetings.path import letter

TABLES = ("objective", "achievement", "meeting")


class CycleFileError(Exception):
    """A file that cannot be loaded; `problems` are French sentences, each with its place."""

    def __init__(self, source: str, problems: list[str]) -> None:
        super().__init__("\n".join(f"{source}, {problem}" for problem in problems))


def read(path: Path) -> dict[str, Any]:
    """Return the content of a file, checked, with every optional field present.

    Raises CycleFileError when the file cannot be read or is not the file of a cycle.
    """
    source = str(path)
    content = _parse(source, _text(source, path))
    problems = [*_shape(content)] or [*_values(content)] or [*check_links(content)]
    if problems:
        raise CycleFileError(source, problems)
    return content


def _text(source: str, path: Path) -> str:
    try:
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise CycleFileError(source, ["c’est un dossier; donnez le fichier d’un cycle."]) from error
    except FileNotFoundError as error:
        raise CycleFileError(source, ["ce fichier n’existe pas."]) from error
    except OSError as error:
        raise CycleFileError(source, [f"ce fichier ne se lit pas{NBSP}: {error.strerror}."]) from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = (
            f"ligne {line}{NBSP}: un caractère n’est pas en UTF-8. Le fichier est sans doute en Windows-1252"
            f"{NBSP}: enregistrez-le de nouveau en UTF-8."
        )
        raise CycleFileError(source, [problem]) from error


def _parse(source: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CycleFileError(source, [_syntax(str(error))]) from error


def _syntax(message: str) -> str:
    """Say in French where the TOML breaks; the parser's own words are English."""
    place = re.search(r"line (\d+), column (\d+)", message)
    where = f"ligne {place[1]}, colonne {place[2]}" if place else "fin du fichier"
    if "date" in message.lower():
        return f"{where}{NBSP}: cette date n’existe pas."
    if "overwrite" in message.lower() or "twice" in message.lower() or "more than once" in message.lower():
        return f"{where}{NBSP}: ce champ est donné deux fois."
    return f"{where}{NBSP}: l’écriture TOML est fautive (guillemet, crochet ou signe = manquant?)."


def _shape(content: dict[str, Any]) -> Iterator[str]:
    """Check that the tables are those of a cycle."""
    for name in content:
        if name not in FIELDS:
            yield f"table «{NBSP}{name}{NBSP}»{NBSP}: inconnue{_near(name, FIELDS)}."
    for name in ("chantier", "cycle"):
        if not isinstance(content.get(name), dict):
            yield f"table «{NBSP}{name}{NBSP}»{NBSP}: elle manque."
    for name in TABLES:
        if not _are_tables(content.setdefault(name, [])):
            yield f"table «{NBSP}{name}{NBSP}»{NBSP}: écrivez [[{name}]], une fois pour chacune."
    for rank, meeting in enumerate(content["meeting"] if _are_tables(content["meeting"]) else [], start=1):
        for name in ("objective", "point"):
            if not _are_tables(meeting.setdefault(name, [])):
                yield f"rencontre nº {rank}, «{NBSP}{name}{NBSP}»{NBSP}: écrivez [[meeting.{name}]]."


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _values(content: dict[str, Any]) -> Iterator[str]:
    """Check every field, and complete each table with its optional fields."""
    yield from _table("chantier", content["chantier"], "chantier")
    yield from _table("cycle", content["cycle"], "cycle")
    for rank, item in enumerate(content["objective"], start=1):
        yield from _table("objective", item, f"objectif {rank} du cycle")
    for rank, item in enumerate(content["achievement"], start=1):
        yield from _table("achievement", item, f"réalisation {rank}")
    for rank, meeting in enumerate(content["meeting"], start=1):
        day = meeting.get("date")
        known = type(day) is dt.date
        place = f"rencontre du {day}" if known else f"rencontre nº {rank}"
        yield from _table("meeting", meeting, place)
        if not meeting.get("slug") and known:
            meeting["slug"] = str(day)
        for index, item in enumerate(meeting["objective"]):
            yield from _table("meeting.objective", item, f"{place}, objectif {letter(index)}")
        for index, item in enumerate(meeting["point"], start=1):
            yield from _table("meeting.point", item, f"{place}, point {index}")


def _table(kind: str, table: dict[str, Any], place: str) -> Iterator[str]:
    fields: dict[str, Field] = FIELDS[kind]
    inner = ("objective", "point") if kind == "meeting" else ()
    for name in table:
        if name not in fields and name not in inner:
            yield f"{place}, champ «{NBSP}{name}{NBSP}»{NBSP}: inconnu{_near(name, fields)}."
    for name, field in fields.items():
        if name not in table:
            if field.required:
                yield f"{place}, champ «{NBSP}{name}{NBSP}»{NBSP}: il manque."
            table[name] = field.default()
        elif reason := field.refusal(table[name]):
            yield f"{place}, champ «{NBSP}{name}{NBSP}»{NBSP}: {reason}"


def _near(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (peut-être «{NBSP}{close[0]}{NBSP}»?)" if close else ""
