"""What is new of meetings, for the digest: syntheses and documents."""

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
from meetings.models import Convocation, Meeting, MeetingDocument


def syntheses(user: Any, since: dt.datetime, until: dt.datetime) -> list[Item]:
    """The syntheses that were published, the last version of each; not what a message of its own told."""
    versions = may_download_synthesis(user).filter(
        pk=F("meeting__current_version"), published_at__gt=since, published_at__lte=until
    )
    found = list(_since_joining(user, versions, lambda row: (row.meeting, row.published_at)))
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
        for row in _since_joining(user, added, lambda row: (row.meeting, row.shown_at))
    ]


def _titled(meeting: Meeting, version: int) -> str:
    title = f"{meeting}" if not meeting.title else f"{meeting}, {french.long_date(meeting.date)}"
    return title if version == 1 else f"{title} (version {version})"


def _since_joining(user: Any, rows: Iterable, of: Any) -> Iterator:
    """Leave out what came before the person, or their organisation, joined the chantier."""
    rows = list(rows)
    joined = _days_of_joining(user) if rows and not user.is_coordinator else {}
    for row in rows:
        meeting, at = of(row)
        if at >= joined.get(meeting.cycle.chantier_id, user.date_joined):
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
