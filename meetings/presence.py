"""Who is there: everybody who was called, by organisation, then those who came in."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chantier.models import Organization
from meetings.called import invited_to
from meetings.models import Attendance, Convocation, Meeting


@dataclass(frozen=True)
class Called:
    """Somebody who was called, and the row that says that they are there."""

    row: Convocation
    attendance: Attendance | None


@dataclass
class Group:
    """The people of an organisation; those of none stand together. `alone` says that it is there unnamed."""

    organization: Organization | None
    called: list[Called] = field(default_factory=list)
    others: list[Attendance] = field(default_factory=list)
    alone: Attendance | None = None

    @property
    def is_there(self) -> bool:
        """Whether somebody of it is there."""
        return bool(self.alone or self.others or any(person.attendance for person in self.called))


@dataclass(frozen=True)
class Presence:
    """A meeting as its coordinator notes it."""

    groups: list[Group]

    def group_of(self, organization: int | None) -> Group | None:
        """The group of an organisation, or of those who have none."""
        keys = {group.organization.pk if group.organization else None: group for group in self.groups}
        return keys.get(organization)

    @property
    def people(self) -> int:
        """How many people are noted."""
        called = sum(bool(person.attendance) for group in self.groups for person in group.called)
        return called + sum(len(group.others) for group in self.groups)

    @property
    def organizations(self) -> int:
        """How many organisations are there."""
        return sum(group.is_there for group in self.groups if group.organization)


def presence_of(meeting: Meeting) -> Presence:
    """Read who was called and who is there, in three queries whatever the number of people.

    Organisations of the cycle of which nobody was called are there to be noted alone.
    """
    rows = meeting.convocations.standing().select_related("user", "organization")
    noted = meeting.attendances.select_related("user", "organization", "convocation__user")
    return Presence(_groups(meeting, rows.order_by("user__name", "email", "pk"), list(noted)))


def _groups(meeting: Meeting, rows: Iterable[Convocation], noted: list[Attendance]) -> list[Group]:
    found: dict[int | None, Group] = {}

    def group_of(organization: Organization | None) -> Group:
        key = organization.pk if organization else None
        return found.setdefault(key, Group(organization))

    for organization in invited_to(meeting).order_by("name"):
        group_of(organization)
    by_user = {row.user_id: row for row in noted if row.user_id}
    by_row = {row.convocation_id: row for row in noted if row.convocation_id}
    placed = set()
    for row in rows:
        attendance = by_user.get(row.user_id) if row.user_id else by_row.get(row.pk)
        placed.add(attendance and attendance.pk)
        group_of(row.organization).called.append(Called(row, attendance))
    for row in noted:
        group = group_of(row.organization)
        if row.pk in placed:
            continue
        if row.names_nobody:
            group.alone = row
        else:
            group.others.append(row)
    return sorted(found.values(), key=lambda group: group.organization is None)  # last, those of none
