"""Writes the file of a cycle: one statement a line, what is not said left out."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from meetings.cycle_file.content import Content
from meetings.cycle_file.fields import FIELDS

HEADER = """\
# Le cycle d’un chantier, tel que `manage.py load_cycle` le lit et que `manage.py dump_cycle` l’écrit.
# Les objectifs d’une rencontre se nomment A, B, C…; ses points de synthèse 1, 2, 3… dans l’ordre du fichier.
# « answers » dit à quels objectifs un point répond, « comes_from » quel point antérieur un objectif reprend.
# Ces liens sont une lecture du bilan : « confirmed » et « reading » notent ce que la coordination a confirmé.
"""


def written(content: Content) -> str:
    """Return the text of the file."""
    return HEADER + "".join(
        f"\n{line}\n" if line.startswith("[") else f"{line}\n" for line in _lines(content)
    )


def _lines(content: Content) -> Iterator[str]:
    yield from _table("chantier", content["chantier"], "[chantier]")
    yield from _table("cycle", content["cycle"], "[cycle]")
    for kind in ("objective", "achievement"):
        for item in content[kind]:
            yield from _table(kind, item, f"[[{kind}]]")
    for meeting in content["meeting"]:
        own_slug = {} if meeting["slug"] == str(meeting["date"]) else {"slug": meeting["slug"]}
        yield from _table("meeting", {**meeting, "slug": "", **own_slug}, "[[meeting]]")
        for kind in ("objective", "point"):
            for item in meeting[kind]:
                yield from _table(f"meeting.{kind}", item, f"[[meeting.{kind}]]")


def _table(kind: str, item: Content, head: str) -> Iterator[str]:
    yield head
    for name, field in FIELDS[kind].items():
        if field.required or item[name] != field.default():
            yield f"{name} = {_value(item[name])}"


def _value(value: Any) -> str:
    """A value in TOML; a JSON string is a TOML string but for the character DEL."""
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
