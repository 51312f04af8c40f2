"""Who is called to a meeting: its organisations' people, its guests, and who comes in somebody's place."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from chantier.models import Cycle, Membership, Organization, User
from chantier.models.organizations import MembershipQuerySet
from ecpar_portal.privacy import NOWHERE
from meetings.models import Convocation, Meeting, MeetingGuest


@dataclass(frozen=True)
class Called:
    """Everybody whom a meeting calls today: members by their key, guests by their address in lower case."""

    members: dict[int, Membership]
    guests: dict[str, MeetingGuest]

    @property
    def people(self) -> int:
        """How many they are."""
        return len(self.members) + len(self.guests)

    @property
    def addresses(self) -> set[str]:
        """Their addresses, in lower case."""
        return {membership.user.email.lower() for membership in self.members.values()} | set(self.guests)

    @property
    def organizations(self) -> int:
        """How many organisations they speak or read for."""
        return len({membership.organization_id for membership in self.members.values()})


def called_to(meeting: Meeting) -> Called:
    """Read who is called to a meeting; a guest who is called as a member already is so only once."""
    members = {membership.user_id: membership for membership in members_of(meeting)}
    addresses = {membership.user.email.lower() for membership in members.values()}
    guests = {guest.email.lower(): guest for guest in meeting.guests.all()}
    return Called(members, {email: guest for email, guest in guests.items() if email not in addresses})


def members_of(meeting: Meeting) -> MembershipQuerySet:
    """The memberships by which people are called: of the cycle's organisations, all or those invited."""
    people = User.objects.taking_part_in(meeting.cycle).order_by()
    organizations = meeting.cycle.participations.current().values("organization")
    found = Membership.objects.active().filter(user__in=people.values("pk"), organization__in=organizations)
    if not meeting.invites_all:
        found = found.filter(organization__in=meeting.organizations.order_by().values("pk"))
    return found.select_related("user", "organization").order_by("organization__name", "pk")


def invited_to(meeting: Meeting) -> QuerySet:
    """The organisations that a meeting invites, of those that take part today."""
    invited = Organization.objects.taking_part_in(meeting.cycle_id)
    if meeting.invites_all:
        return invited
    return invited.filter(pk__in=meeting.organizations.order_by().values("pk"))


def calls(meeting: Meeting) -> bool:
    """Whether a meeting calls people now: convened, to come, and no demonstration where there is none."""
    ahead = meeting.state == Meeting.State.CONVENED and meeting.begins_at > timezone.now()
    return ahead and exists(meeting)


def exists(meeting: Meeting) -> bool:
    """Whether the portal shows its cycle to anybody."""
    return Cycle.objects.existing().filter(pk=meeting.cycle_id).exists()


def with_reason(rows: Iterable[Convocation], members: Container[int], guests: Container[str]) -> set[int]:
    """The keys of the rows that stand for a reason: their own, or somebody whose place they take.

    A member who left does not come in anybody's place.
    """
    standing = {row.pk: row for row in rows if row.withdrawn_at is None}
    addresses = {pk for pk, row in standing.items() if row.user_id is None}
    kept = {pk for pk in standing.keys() - addresses if standing[pk].user_id in members}
    kept |= {pk for pk in addresses if standing[pk].email.lower() in guests}
    while more := _in_the_place_of([standing[pk] for pk in kept]) & addresses - kept:
        kept |= more
    return kept


def _in_the_place_of(rows: Iterable[Convocation]) -> set[int]:
    """Who comes instead, and who was asked and cannot: they may still change their mind."""
    return {row.replaced_by_id for row in rows if row.replaced_by_id}


def still_called(meeting: Meeting, rows: Q) -> list[Convocation]:
    """Some convocations of a meeting that hold today, whatever was noted when the portal last looked."""
    found = meeting.convocations.standing().standing_in().filter(rows).select_related("user")
    found = list(found)
    members = set(
        members_of(meeting).filter(user__in=[row.user_id for row in found]).values_list("user", flat=True)
    )
    guests = {email.lower() for email in meeting.guests.values_list("email", flat=True)}
    return [
        row
        for row in found
        if (row.user_id in members if row.user_id else row.stands_in or row.email.lower() in guests)
    ]


def may_be_told(row: Convocation) -> bool:
    """Whether one still writes to somebody: not to an account that is closed or erased."""
    if row.user_id is None:
        return not row.email.endswith(f"@{NOWHERE}")
    return row.user.is_active and (settings.DEMO or not row.user.is_demonstration)
