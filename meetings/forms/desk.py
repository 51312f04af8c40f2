"""A meeting as the admin writes it: its day, its hours, its place."""

import datetime as dt
import hashlib
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone

from meetings.actions.convening import IN_THE_PAST, goes_back
from meetings.models import (
    FIRST_DAY,
    LAST_DAY,
    Meeting,
    MeetingObjective,
    SynthesisPoint,
)

Choices = list[tuple[int | str, str]]


class MeetingForm(forms.ModelForm):
    """A meeting: a day, and local hours where they are known."""

    start_time = forms.TimeField(
        label="Heure de début",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text="Heure du Québec. Vide si elle n’est pas connue.",
    )
    end_time = forms.TimeField(
        label="Heure de fin", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Meeting
        fields = ["cycle", "date", "title", "place"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, moment in (("start_time", self.instance.starts_at), ("end_time", self.instance.ends_at)):
            if moment:
                self.initial[name] = timezone.localtime(moment).time()
        self.initial["seen"] = seen(self.instance)

    def clean(self) -> dict[str, Any]:
        """Join day and hours into instants; refuse what cannot be, and what would undo other links."""
        cleaned = super().clean()
        self._refuse_what_changed()
        self._refuse_overtaking()
        self._refuse_the_past()
        start, end = self._instant("start_time"), self._instant("end_time")
        if end and not start and "start_time" not in self.errors:
            self.add_error("start_time", "Donnez aussi l’heure de début.")
        if start and end and end <= start:
            self.add_error("end_time", "La fin vient après le début.")
        # With a mistake nothing is saved, and the hours of before would not fit the new day.
        self.instance.starts_at, self.instance.ends_at = (None, None) if self.errors else (start, end)
        return cleaned

    def _refuse_what_changed(self) -> None:
        """Refuse a page that was opened before somebody else moved, cancelled or published the meeting."""
        if self.instance.pk is None:
            return
        today = Meeting.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("seen") != seen(today):
            refusal = "Quelqu’un a changé cette rencontre depuis que vous avez ouvert la page. Ouvrez-la de "
            self.add_error(
                None, refusal + "nouveau dans un autre onglet, puis reprenez ce que vous avez écrit."
            )

    def _refuse_overtaking(self) -> None:
        """A meeting stays after those whose points it takes up, and before those that take up its own."""
        day = self.cleaned_data.get("date")
        if day is None or self.instance.pk is None or "date" not in self.changed_data:
            return
        points = SynthesisPoint.objects.filter(taken_up_by__meeting=self.instance, meeting__date__gte=day)
        objectives = MeetingObjective.objects.filter(
            comes_from__meeting=self.instance, meeting__date__lte=day
        )
        if points.exists() or objectives.exists():
            refusal = (
                "Un objectif reprend un point d’une autre rencontre : l’ordre des deux ne peut pas changer."
            )
            self.add_error("date", refusal)

    def _refuse_the_past(self) -> None:
        """A convened meeting to come moves to a day to come: people are told of it."""
        day = self.cleaned_data.get("date")
        if day is None or self.instance.state != Meeting.State.CONVENED or "date" not in self.changed_data:
            return
        if goes_back(Meeting(date=self.initial["date"]), day):
            self.add_error("date", IN_THE_PAST)

    def _instant(self, name: str) -> dt.datetime | None:
        day, hour = self.cleaned_data.get("date"), self.cleaned_data.get(name)
        if day is None or hour is None or not FIRST_DAY <= day <= LAST_DAY:
            return None
        zone = ZoneInfo(settings.TIME_ZONE)
        moment = dt.datetime.combine(day, hour, zone).astimezone(dt.UTC)
        if moment.astimezone(zone).time() != hour:
            refusal = "Cette heure n’existe pas ce jour-là : on avance l’heure. Choisissez-en une autre."
            self.add_error(name, refusal)
        return moment


def seen(meeting: Meeting) -> str:
    """Change with what a form or an event changes of a meeting."""
    when = [meeting.date, meeting.starts_at, meeting.ends_at, meeting.sequence]
    facts = [*when, meeting.title, meeting.place, meeting.state, meeting.current_version_id]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
