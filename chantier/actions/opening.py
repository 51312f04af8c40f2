"""A new cycle is opened from the last, a new chantier with its first cycle; `by=` whoever did it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chantier.models import Chantier, Cycle, Objective, Participation
from chantier.models.cycles import FIRST_MONTH
from chantier.trace import record
from ecpar_portal.refusal import Refusal


@transaction.atomic
def open_cycle(
    chantier: Chantier,
    *,
    starting_year: int,
    objectives: Iterable[str],
    organizations: Iterable[int],
    network_presentation: str = "",
    by: Any,
) -> Cycle:
    """Open a year of a chantier, whole or not at all; raises Refusal where it is open already."""
    # Two coordinators may open it at the same moment.
    chantier = Chantier.objects.select_for_update().get(pk=chantier.pk)
    kind = {"is_demonstration": chantier.is_demonstration}
    if chantier.cycles.filter(starting_year=starting_year, **kind).exists():
        raise Refusal(f"Ce chantier a déjà un cycle {starting_year}-{starting_year + 1}.")
    cycle = Cycle(
        chantier=chantier, starting_year=starting_year, network_presentation=network_presentation, **kind
    )
    _save_at_a_free_address(cycle)
    texts, chosen = list(objectives), list(organizations)
    Objective.objects.bulk_create(
        [Objective(cycle=cycle, text=text, position=place) for place, text in enumerate(texts, start=1)]
    )
    joined = max(timezone.localdate(), dt.date(starting_year, FIRST_MONTH, 1))
    if cycle.is_over:
        joined = dt.date(starting_year, FIRST_MONTH, 1)
    Participation.objects.bulk_create(
        [Participation(cycle=cycle, organization_id=pk, joined=joined) for pk in chosen]
    )
    record("cycle_opened", by=by, on=cycle, objectives=len(texts), participations=len(chosen))
    return cycle


@transaction.atomic
def open_chantier(chantier: Chantier, *, by: Any, **first: Any) -> Cycle:
    """Open a chantier, as a new row says, with its first cycle; raises Refusal where its name is taken."""
    try:
        with transaction.atomic():
            chantier.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal("Un chantier porte déjà ce nom ou cette adresse.") from error
    record("chantier_opened", by=by, on=chantier)
    return open_cycle(chantier, by=by, **first)


def _save_at_a_free_address(cycle: Cycle) -> None:
    """Save a new cycle; where another chantier took the address at this very moment, at the next one."""
    try:
        with transaction.atomic():
            cycle.slug = _free_slug(cycle.chantier, cycle.starting_year)
            cycle.save(force_insert=True)
    except IntegrityError:
        cycle.slug = _free_slug(cycle.chantier, cycle.starting_year)
        cycle.save(force_insert=True)


def _free_slug(chantier: Chantier, year: int) -> str:
    """The years; after those of another chantier, with its own name before them."""
    years = f"{year}-{year + 1}"
    named = f"{chantier.slug}-{years}"
    taken = set(Cycle.objects.filter(slug__endswith=years).values_list("slug", flat=True))
    taken |= set(Cycle.objects.filter(slug__startswith=f"{named}-").values_list("slug", flat=True))
    candidates = [years, named, *(f"{named}-{n}" for n in range(2, len(taken) + 3))]
    return next(slug for slug in candidates if slug not in taken)
