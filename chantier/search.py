"""What of the chantiers can be found: what their cycles aim at and what they achieved."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from chantier.models import Achievement, Cycle, Objective
from chantier.models.cycles import FIRST_MONTH
from ecpar_portal.search import Document, Kind, Source, register

Documents = Callable[[Any], Iterator[Document]]


def stated(model: type[Objective | Achievement], kind: str, label: str, anchor: str) -> Documents:
    """The statements of a kind of the cycles that a person sees, as the page of each cycle numbers them."""

    def documents(user: Any) -> Iterator[Document]:
        ranks: Counter[int] = Counter()
        statements = model.objects.filter(cycle__in=Cycle.objects.visible_to(user))
        ordered = statements.select_related("cycle__chantier").order_by("cycle", "position", "pk")
        for statement in ordered:
            cycle = statement.cycle
            ranks[cycle.pk] += 1
            yield Document(
                kind=kind,
                title=f"{label} {ranks[cycle.pk]} du cycle {cycle.name}",
                text=statement.text,
                url=f"{cycle.get_absolute_url()}#{anchor}-{ranks[cycle.pk]}",
                where=str(cycle),
                date=dt.date(cycle.starting_year, FIRST_MONTH, 1),
                cycle=cycle.pk,
                year=(cycle.chantier_id, cycle.starting_year),
                placed=True,
            )

    return documents


OBJECTIVES = Kind("objectifs", "Objectifs de cycle", first=True)
ACHIEVEMENTS = Kind("realisations", "Réalisations")


def sources() -> None:
    """Make them known."""
    register(
        Source((OBJECTIVES,), stated(Objective, OBJECTIVES.name, "Objectif", "objectif")),
        Source((ACHIEVEMENTS,), stated(Achievement, ACHIEVEMENTS.name, "Réalisation", "realisation")),
    )
