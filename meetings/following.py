"""Who answered, who has not, and what each was told: the desk of a meeting that is convened."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chantier.models import Organization
from mailing.models import CONTENT, OutgoingEmail
from meetings.called import invited_to
from meetings.models import Convocation, Meeting
from meetings.reminders import AFTERWARDS, CALLS, KIND, written_on

KINDS = (*CALLS, "meeting_cancelled", "uninvited", KIND, AFTERWARDS)
Answer = Convocation.Answer


@dataclass
class Followed:
    """One person: what they answered, and every message on this meeting that was written to them."""

    row: Convocation
    messages: list[OutgoingEmail]

    @property
    def has_failed(self) -> bool:
        """Whether the last thing that they should have read did not reach them."""
        ended = [email for email in self.messages if email.state != OutgoingEmail.State.WITHDRAWN]
        told = [email for email in ended if email.sent_at or email.state == OutgoingEmail.State.FAILED]
        return bool(told) and told[-1].state == OutgoingEmail.State.FAILED


@dataclass
class Group:
    """The people of one organisation; guests stand together, under none."""

    organization: Organization | None
    people: list[Followed] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many have answered."""
        return sum(bool(person.row.answer) for person in self.people)

    @property
    def coming(self) -> int:
        """How many will be there."""
        return sum(person.row.answer == Answer.YES for person in self.people)


@dataclass
class Follow:
    """A meeting as its coordinator follows it."""

    groups: list[Group]
    withdrawn: list[Followed]
    unreached: list[Organization]

    @property
    def people(self) -> list[Followed]:
        """Everybody who is called."""
        return [person for group in self.groups for person in group.people]

    def count(self, answer: str) -> int:
        """How many gave an answer; `""` for those who have not."""
        return sum(person.row.answer == answer for person in self.people)

    @property
    def missing(self) -> list[Organization]:
        """The organisations from which nobody has answered."""
        return [group.organization for group in self.groups if group.organization and not group.answered]

    @property
    def failed(self) -> list[Followed]:
        """Those whom the last message did not reach."""
        return [person for person in self.people if person.has_failed]


def follow(meeting: Meeting) -> Follow:
    """Read everything that the desk shows, in three queries whatever the number of people."""
    rows = meeting.convocations.select_related("user", "organization", "replaced_by__user")
    told = messages_of(meeting)
    groups: dict[int | None, Group] = {}
    withdrawn = []
    for row in rows.order_by("organization__name", "user__name", "user__email", "email", "pk"):
        person = Followed(row, told[_who(row.user_id, row.address)])
        if row.withdrawn_at:
            withdrawn.append(person)
            continue
        groups.setdefault(row.organization_id, Group(row.organization)).people.append(person)
    return Follow(list(groups.values()), withdrawn, _unreached(meeting, groups))


def messages_of(meeting: Meeting) -> dict[Any, list[OutgoingEmail]]:
    """The messages on a meeting by the person to whom they are written, without their content."""
    found = defaultdict(list)
    for email in written_on(meeting, KINDS).defer(*CONTENT).order_by("due_at", "pk"):
        found[_who(email.user_id, email.to)].append(email)
    return found


def _who(user: int | None, address: str) -> int | str:
    return user or address.lower()


def _unreached(meeting: Meeting, called: Iterable[int | None]) -> list[Organization]:
    """The organisations that are invited and have nobody to call."""
    unreached = invited_to(meeting).exclude(pk__in=[pk for pk in called if pk])
    return list(unreached.order_by("name"))
