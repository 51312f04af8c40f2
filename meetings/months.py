"""A month of activities: weeks of days for a wide screen, the days that have some for a narrow one."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from meetings.models import FIRST_DAY, LAST_DAY, Activity

WRITTEN = re.compile(r"\d{4}-\d{2}", re.ASCII)
DAY = dt.timedelta(days=1)


@dataclass
class Day:
    """A day of the month, or one that completes its first or last week."""

    date: dt.date
    is_outside: bool
    is_today: bool
    activities: list[Activity] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A month, by weeks from Monday to Sunday."""

    first: dt.date
    weeks: list[list[Day]]

    @property
    def busy(self) -> list[Day]:
        """Its own days on which something takes place."""
        return [day for week in self.weeks for day in week if day.activities and not day.is_outside]

    @property
    def previous(self) -> dt.date | None:
        """The first day of the month before, within the time of the network."""
        before = (self.first - DAY).replace(day=1)
        return before if before >= FIRST_DAY else None

    @property
    def next(self) -> dt.date | None:
        """The first day of the month after."""
        after = _after(self.first)
        return after if after <= LAST_DAY else None


def read(written: str | None) -> dt.date:
    """The first day of a month written « 2027-02 », or of this one where it is none."""
    if written and WRITTEN.fullmatch(written):
        year, month = map(int, written.split("-"))
        if 1 <= month <= 12 and FIRST_DAY.year <= year <= LAST_DAY.year:
            return dt.date(year, month, 1)
    return timezone.localdate().replace(day=1)


def shown(first: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day that the weeks of a month show."""
    last = _after(first) - DAY
    return first - first.weekday() * DAY, last + (6 - last.weekday()) * DAY


def build(first: dt.date, activities: Iterable[Activity]) -> Month:
    """Lay activities out on the days of a month; one of several days stands on each."""
    start, end = shown(first)
    today = timezone.localdate()
    dates = [start + number * DAY for number in range((end - start).days + 1)]
    days = {date: Day(date, date.month != first.month, date == today) for date in dates}
    for activity in activities:
        date = max(activity.date, start)
        while date <= min(activity.ends_on, end):
            days[date].activities.append(activity)
            date += DAY
    rows = list(days.values())
    return Month(first, [rows[at : at + 7] for at in range(0, len(rows), 7)])


def _after(first: dt.date) -> dt.date:
    return first + calendar.monthrange(first.year, first.month)[1] * DAY
