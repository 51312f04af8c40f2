"""Cycles as large as they get, written at once so that a test of scale is quick."""

import datetime as dt

from chantier.models import Cycle, Membership, Organization, Participation, User
from meetings.models import Meeting, MeetingObjective, PointAnswer, SynthesisPoint, SynthesisVersion
from meetings.models.versions import digest_of

FIRST = dt.date(2020, 9, 1)


def crowd(cycle: Cycle, count: int) -> list[User]:
    """So many organisations that take part in a cycle, each with one person; return the people."""
    kind, names = Organization.Kind.MUNICIPALITY, [f"{cycle.slug}-{number}" for number in range(count)]
    people = User.objects.bulk_create(User(email=f"{name}@ville.example", name=name) for name in names)
    organizations = Organization.objects.bulk_create(
        Organization(name=name, slug=name, kind=kind) for name in names
    )
    Participation.objects.bulk_create(
        Participation(cycle=cycle, organization=organization, joined=FIRST) for organization in organizations
    )
    Membership.objects.bulk_create(
        Membership(user=person, organization=organization, role=Membership.Role.READER, since=FIRST)
        for person, organization in zip(people, organizations, strict=True)
    )
    return people


def meetings_of(cycle: Cycle, count: int) -> None:
    """So many meetings of the past, each with objectives answered by points; every second is a version."""
    days = [FIRST + dt.timedelta(days=5 * number) for number in range(count)]
    meetings = Meeting.objects.bulk_create(
        Meeting(cycle=cycle, date=day, slug=f"{day}-{cycle.pk}", state=Meeting.State.PUBLISHED)
        for day in days
    )
    ranks = [(meeting, rank) for meeting in meetings for rank in (1, 2, 3)]
    points = SynthesisPoint.objects.bulk_create(
        SynthesisPoint(meeting=meeting, position=rank, text=f"Point {rank}") for meeting, rank in ranks
    )
    before = [None, None, None, *points]  # each objective takes up a point of the meeting before
    objectives = MeetingObjective.objects.bulk_create(
        MeetingObjective(meeting=meeting, position=rank, text=f"Objectif {rank}", comes_from=origin)
        for (meeting, rank), origin in zip(ranks, before, strict=False)
    )
    PointAnswer.objects.bulk_create(
        PointAnswer(point=point, objective=objective)
        for point, objective in zip(points, objectives, strict=True)
    )
    _frozen(list(cycle.meetings.with_thread(unpublished=True))[::2])


def _frozen(meetings: list[Meeting]) -> None:
    contents = [meeting.content() for meeting in meetings]
    versions = SynthesisVersion.objects.bulk_create(
        SynthesisVersion(meeting=meeting, number=1, content=content, digest=digest_of(content))
        for meeting, content in zip(meetings, contents, strict=True)
    )
    for meeting, version in zip(meetings, versions, strict=True):
        meeting.current_version = version
    Meeting.objects.bulk_update(meetings, ["current_version"])
