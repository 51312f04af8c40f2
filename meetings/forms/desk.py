"""A meeting as the admin writes it: its day, its hours, its place."""

import hashlib
from typing import Any

from django import forms
from django.utils import timezone

from meetings.actions.convening import IN_THE_PAST, goes_back
from meetings.forms.hours import end_field, refuse_overtaking, set_hours, start_field
from meetings.models import Meeting


class MeetingForm(forms.ModelForm):
    """A meeting: a day, and local hours where they are known."""

    start_time, end_time = start_field(), end_field()
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
        refuse_overtaking(self, self.instance)
        self._refuse_the_past()
        set_hours(self)
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

    def _refuse_the_past(self) -> None:
        """A convened meeting to come moves to a day to come: people are told of it."""
        day = self.cleaned_data.get("date")
        if day is None or self.instance.state != Meeting.State.CONVENED or "date" not in self.changed_data:
            return
        if goes_back(Meeting(date=self.initial["date"]), day):
            self.add_error("date", IN_THE_PAST)


def seen(meeting: Meeting) -> str:
    """Change with what a form or an event changes of a meeting."""
    when = [meeting.date, meeting.starts_at, meeting.ends_at, meeting.sequence]
    facts = [*when, meeting.title, meeting.place, meeting.state, meeting.current_version_id, meeting.revision]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
