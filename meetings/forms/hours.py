"""The day and the hours of a meeting, as every form that writes them reads them."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone

from meetings.models import FIRST_DAY, LAST_DAY, Meeting, MeetingObjective, SynthesisPoint

BEGUN = "Donnez une heure de début à venir\u00a0: les personnes convoquées en sont prévenues."
Instants = tuple[dt.datetime | None, dt.datetime | None]


class HourField(forms.TimeField):
    """An hour of Québec, typed or picked."""

    def __init__(self, label: str, *, help_text: str = "", required: bool = False) -> None:
        widget = forms.TimeInput({"type": "time"}, format="%H:%M")
        super().__init__(label=label, required=required, widget=widget, help_text=help_text)


def start_field() -> HourField:
    """The hour at which a meeting starts."""
    return HourField("Heure de début", help_text="Heure du Québec. Vide si elle n’est pas connue.")


def end_field() -> HourField:
    """The hour at which it ends."""
    return HourField("Heure de fin")


def instants_of(form: forms.BaseForm, *, last_day: dt.date | None = None) -> Instants:
    """Join the day and the hours of a form into instants; its fields say what cannot be.

    What lasts several days ends on the last one.
    """
    day = form.cleaned_data.get("date")
    start, end = _instant(form, "start_time", day), _instant(form, "end_time", last_day or day)
    if end and not start and "start_time" not in form.errors:
        form.add_error("start_time", "Donnez aussi l’heure de début.")
    if start and end and end <= start:
        form.add_error("end_time", "La fin vient après le début.")
    # With a mistake nothing is saved, and the hours of before would not fit the new day.
    return (None, None) if form.errors else (start, end)


def set_hours(form: forms.BaseForm) -> None:
    """Write the hours of a form on its meeting; a convened one to come stays so, or nobody would be told."""
    meeting, day = form.instance, form.cleaned_data.get("date")
    is_awaited = meeting.state == Meeting.State.CONVENED and meeting.begins_at > timezone.now()
    meeting.starts_at, meeting.ends_at = instants_of(form)
    if not is_awaited or form.errors:
        return
    if Meeting(date=day, starts_at=meeting.starts_at).begins_at <= timezone.now():
        form.add_error("start_time", BEGUN)


def _instant(form: forms.BaseForm, name: str, day: dt.date | None) -> dt.datetime | None:
    hour = form.cleaned_data.get(name)
    if day is None or hour is None or not FIRST_DAY <= day <= LAST_DAY:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    moment = dt.datetime.combine(day, hour, zone).astimezone(dt.UTC)
    if moment.astimezone(zone).time() != hour:
        refusal = "Cette heure n’existe pas ce jour-là : on avance l’heure. Choisissez-en une autre."
        form.add_error(name, refusal)
    return moment


def refuse_overtaking(form: forms.BaseForm, meeting: Meeting) -> None:
    """A meeting stays after those whose points it takes up, and before those that take up its own."""
    day = form.cleaned_data.get("date")
    if day is None or meeting.pk is None or "date" not in form.changed_data:
        return
    points = SynthesisPoint.objects.filter(taken_up_by__meeting=meeting, meeting__date__gte=day)
    objectives = MeetingObjective.objects.filter(comes_from__meeting=meeting, meeting__date__lte=day)
    if points.exists() or objectives.exists():
        refusal = "Un objectif reprend un point d’une autre rencontre : l’ordre des deux ne peut pas changer."
        form.add_error("date", refusal)
