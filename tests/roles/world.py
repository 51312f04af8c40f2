"""One person of each role, what is theirs and what is others', and the address of each thing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chantier.models import Cycle, Membership, Organization, User
from meetings.actions import publish
from meetings.models import Meeting
from reports.models import Report
from tests import factories as f

ROLES = ("coordinator", "representative", "reader", "partner", "enterprise", "anonymous")


@dataclass
class World:
    """A chantier in which everybody takes part but the others, and one in which only the others do."""

    own: Cycle
    other: Cycle
    people: dict[str, User | None]
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def make_world() -> World:
    """Make it, with something of every kind on both sides."""
    own, other = f.CycleFactory(), f.CycleFactory()
    representative = f.member_of(own)
    reader = f.MembershipFactory(organization=representative.organization, role=Membership.Role.READER).user
    world = World(
        own=own,
        other=other,
        people={
            "coordinator": f.UserFactory(coordinator=True),
            "representative": representative,
            "reader": reader,
            "partner": f.member_of(own, kind=Organization.Kind.PARTNER_NETWORK),
            "enterprise": f.member_of(own, kind=Organization.Kind.ENTERPRISE),
            "anonymous": None,
        },
    )
    world.things = {"own": things_of(own), "other": things_of(other)}
    world.things["other"]["person"] = f.member_of(other)
    return world


def things_of(cycle: Cycle) -> dict[str, Any]:
    """One of each kind of object of a cycle."""
    day = dt.date(2021, 3, 9) + dt.timedelta(days=cycle.pk)
    meeting = f.MeetingFactory(cycle=cycle, date=day, state=Meeting.State.HELD)
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None)
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=day + dt.timedelta(days=90))
    report = Report.objects.get(kind="synthesis", object_id=meeting.current_version.pk)
    return {"cycle": cycle, "meeting": meeting, "draft": draft, "report": report}


# How the address of a route is filled in with the things of one side.
ARGUMENTS: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "chantiers/<slug:slug>/choisir/": lambda its: [its["cycle"].chantier.slug],
    "chantier/<slug:slug>/": lambda its: [its["cycle"].slug],
    "chantier/<slug:slug>/bilan.pdf": lambda its: [its["cycle"].slug],
    "rencontres/<slug:slug>/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/synthese.pdf": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/evenement/<slug:name>/": lambda its: [its["meeting"].slug, "convoquer"],
    "rapports/<uuid:pk>/": lambda its: [its["report"].pk],
    "rapports/<uuid:pk>/reessayer/": lambda its: [its["report"].pk],
}
