"""What is new, for the digest: of meetings, of what people say between them, and of activities."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from chantier.models import Participation
from ecpar_portal import french
from mailing.news import Item
from meetings import notices
from meetings.access import may_download_synthesis
from meetings.models import (
    Activity,
    Convocation,
    Meeting,
    MeetingDocument,
    Obstacle,
    Question,
    Reply,
    Solution,
)
from meetings.models.exchange import SaidQuerySet


def syntheses(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The syntheses that were published, the last version of each; not what a message of its own told."""
    versions = may_download_synthesis(user).filter(
        pk=F("meeting__current_version"), published_at__gt=since, published_at__lte=until
    )
    found = list(
        _since_joining(user, versions, lambda row: (row.meeting.cycle.chantier_id, row.published_at))
    )
    told = notices.published_told_to(user, found)
    return [
        Item(
            _titled(version.meeting, version.number), version.meeting.get_absolute_url(), version.published_at
        )
        for version in found
        if version.pk not in told
    ]


def documents(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The documents of meetings; those of a meeting that was a draft then came when it was convened."""
    called = Convocation.objects.filter(meeting=OuterRef("meeting")).order_by().values("meeting")
    first_called = Subquery(called.annotate(first=Min("called_at")).values("first"))
    meetings = Meeting.objects.visible_to(user).exclude(state=Meeting.State.DRAFT)
    added = (
        MeetingDocument.objects.filter(meeting__in=meetings)
        .annotate(shown_at=Greatest("added_at", Coalesce(first_called, "added_at")))
        .filter(shown_at__gt=since, shown_at__lte=until)
        .select_related("meeting__cycle")
    )
    return [
        Item(f"{row.name}, {row.meeting}", row.meeting.get_absolute_url(), row.shown_at)
        for row in _since_joining(user, added, lambda row: (row.meeting.cycle.chantier_id, row.shown_at))
    ]


def obstacles(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The obstacles that others told; not the examples that the portal came with."""
    told = Obstacle.objects.visible_to(user).filter(is_example=False)
    return _said(user, told, since, until, lambda row: row.chantier_id)


def solutions(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The solutions that others proposed."""
    seen = Obstacle.objects.visible_to(user)
    proposed = Solution.objects.shown().filter(obstacle__in=seen, is_example=False).select_related("obstacle")
    return _said(user, proposed, since, until, lambda row: row.obstacle.chantier_id)


def questions(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The questions that others asked."""
    return _said(user, Question.objects.visible_to(user), since, until, lambda row: row.chantier_id)


def replies(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The replies that others gave."""
    seen = Question.objects.visible_to(user)
    given = Reply.objects.shown().filter(question__in=seen).select_related("question")
    return _said(user, given, since, until, lambda row: row.question.chantier_id)


def activities(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The activities that networks announced, while they are to come and take place."""
    announced = Activity.objects.visible_to(user).upcoming().exclude(written_by=user)
    announced = announced.filter(written_at__gt=since, written_at__lte=until)
    return [
        Item(
            f"{row.title}, {french.long_date(row.date)} ({row.organization})",
            row.get_absolute_url(),
            row.written_at,
        )
        for row in _since_joining(user, announced, lambda row: (row.chantier_id, row.written_at))
    ]


def _said(user: Any, rows: SaidQuerySet, since: dt.datetime, until: dt.datetime, chantier: Any) -> list[Item]:
    """What others said meanwhile, under the name of their organisation."""
    said = rows.exclude(written_by=user).filter(written_at__gt=since, written_at__lte=until)
    return [
        Item(f"{row.title} ({row.who})", row.get_absolute_url(), row.written_at)
        for row in _since_joining(user, said, lambda row: (chantier(row), row.written_at))
    ]


def _titled(meeting: Meeting, version: int) -> str:
    title = f"{meeting}" if not meeting.title else f"{meeting}, {french.long_date(meeting.date)}"
    return title if version == 1 else f"{title} (version {version})"


def _since_joining(user: Any, rows: Iterable, of: Any) -> Iterator:
    """Leave out what came before the person, or their organisation, joined the chantier."""
    rows = list(rows)
    joined = _days_of_joining(user) if rows and not user.is_coordinator else {}
    for row in rows:
        chantier, at = of(row)
        if at >= joined.get(chantier, user.date_joined):
            yield row


def _days_of_joining(user: Any) -> dict[int, dt.datetime]:
    """The first instant of the person's day in each chantier where they take part today."""
    current = Participation.objects.current().filter(organization=user.organization)
    first = current.values("cycle__chantier").annotate(day=Min("joined")).order_by()
    zone = ZoneInfo(settings.TIME_ZONE)
    return {
        row["cycle__chantier"]: dt.datetime.combine(max(row["day"], user.membership.since), dt.time(), zone)
        for row in first
    }
