"""A tour de table as a person reads it: needs, whose they are, who supports them, what each became."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, FilteredRelation, Q, QuerySet

from chantier.models import Objective, Organization
from ecpar_portal import french
from meetings.models import Meeting, Need

Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One need, and what the person who reads may do with it."""

    need: Need
    is_theirs: bool
    may_be_supported: bool
    is_supported: bool
    rank: int | None

    @property
    def supporters(self) -> str:
        """« Ville A et Collège B »."""
        return french.enumeration([str(support.organization) for support in self.need.supports.all()])


@dataclass(frozen=True)
class RoundTable:
    """Every need of a meeting; those that the reader's organisations took back stand apart."""

    needs: list[Told]
    taken_back: list[Told]

    @property
    def revision(self) -> str:
        """Changes with whatever the list shows."""
        return digest_of(
            (told.need.pk, bool(told.need.withdrawn_at), str(told.need.objective), told.rank, told.supporters)
            for told in [*self.needs, *self.taken_back]
        )


def ranks_of(objectives: Iterable[Objective]) -> dict[int, int]:
    """The number of each objective of a cycle, as the page of the cycle counts them."""
    return {objective.pk: rank for rank, objective in enumerate(objectives, start=1)}


def round_table_of(
    meeting: Meeting, organization: Organization | None, writing: set[int], ranks: dict[int, int]
) -> RoundTable:
    """Read a tour de table for who writes for some organisations, and takes part for `organization`."""
    seen = meeting.needs.filter(Q(withdrawn_at=None) | Q(organization__in=writing)).told()
    told = [_told(need, organization, writing, ranks) for need in seen]
    return RoundTable(
        [each for each in told if each.need.withdrawn_at is None],
        [each for each in told if each.need.withdrawn_at],
    )


def one_told(need: Need, organization: Organization | None, writing: set[int], ranks: dict[int, int]) -> Told:
    """Read one need again, as its list would show it."""
    return _told(Need.objects.told().get(pk=need.pk), organization, writing, ranks)


def _told(need: Need, organization: Organization | None, writing: set[int], ranks: dict[int, int]) -> Told:
    own = organization.pk if organization else None
    return Told(
        need,
        is_theirs=need.organization_id in writing,
        may_be_supported=own in writing and need.organization_id != own,
        is_supported=any(support.organization_id == own for support in need.supports.all()),
        rank=ranks.get(need.objective_id),
    )


def rows_for_screen(meetings: QuerySet, slug: str) -> list[Row]:
    """A meeting and its needs, the last first, in one query; a meeting without needs is one row without.

    Empty where there is no such meeting.
    """
    standing = FilteredRelation("needs", condition=Q(needs__withdrawn_at=None))
    return list(
        meetings.filter(slug=slug)
        .annotate(said=standing, supports=Count("said__supports"))
        .order_by("-said__written_at", "-said__pk")
        .values(
            "slug",
            "title",
            "date",
            "said__pk",
            "said__text",
            "said__organization__name",
            "said__objective__text",
            "supports",
        )
    )


def digest_of(facts: Iterable[Any]) -> str:
    """A short word for what is shown, another whenever it is not the same."""
    return hashlib.sha256(repr(list(facts)).encode()).hexdigest()[:16]
