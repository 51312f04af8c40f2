"""The examples of obstacles and solutions that the portal comes with, read from a file.

An example is known by its text: one that is there already, adopted or taken back as people left it, is not
written again; a theme that the network renamed keeps its name.
"""

import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chantier import trace
from chantier.models import Chantier
from ecpar_portal.french import NBSP
from meetings.models import Obstacle, Solution, Theme


class ExamplesError(Exception):
    """A file that cannot be loaded; its message is a French sentence that says where."""


def read(path: Path) -> dict[str, Any]:
    """Return the content of a file of examples. Raises ExamplesError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExamplesError(f"{path}{NBSP}: ce fichier ne se lit pas{NBSP}: {error}") from error


@transaction.atomic
def load(content: dict[str, Any], source: str) -> int:
    """Write the examples that are not there yet; return how many. All or nothing: raises ExamplesError."""
    chantier = Chantier.objects.select_for_update().filter(slug=content.get("chantier", "")).first()
    if chantier is None:
        raise ExamplesError(
            f"{source}{NBSP}: aucun chantier à l’adresse «{NBSP}{content.get('chantier')}{NBSP}»."
        )
    try:
        written = _write(chantier, content)
    except KeyError as error:
        raise ExamplesError(f"{source}{NBSP}: il manque «{NBSP}{error.args[0]}{NBSP}».") from error
    except ValidationError as error:
        raise ExamplesError(f"{source}{NBSP}: {' '.join(error.messages)}") from error
    if written:
        trace.record("examples_loaded", by=None, on=chantier, created=written)
    return written


def _write(chantier: Chantier, content: dict[str, Any]) -> int:
    themes = {
        item["slug"]: (rank, item["name"]) for rank, item in enumerate(content.get("theme", []), start=1)
    }
    written = 0
    for item in content["obstacle"]:
        obstacle = Obstacle.objects.filter(chantier=chantier, text=item["text"]).order_by("pk").first()
        if obstacle is None:
            theme = _theme(item["theme"], *themes[item["theme"]])
            place = {"chantier": chantier, "theme": theme, "stage": item.get("stage")}
            obstacle = _checked(Obstacle(text=item["text"], is_example=True, **place))
            written += 1
        there = set(Solution.objects.filter(obstacle=obstacle).values_list("text", flat=True))
        for text in item["solutions"]:
            if text not in there:
                _checked(Solution(obstacle=obstacle, text=text, is_example=True))
                written += 1
    return written


def _theme(slug: str, rank: int, name: str) -> Theme:
    """The theme at an address, as the network named it, or a new one."""
    found = Theme.objects.filter(slug=slug).first() or Theme.objects.filter(name=name).first()
    return found or _checked(Theme(slug=slug, name=name, position=rank))


def _checked(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row
