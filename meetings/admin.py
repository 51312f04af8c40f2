"""The coordinator's desk: a meeting with its objectives and its points of synthesis, on one page."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ecpar_portal import french
from ecpar_portal.refusal import Refusal
from meetings import events
from meetings.actions import convening, publishing
from meetings.forms.desk import MeetingForm
from meetings.forms.statements import ObjectiveForm, PointForm, PointFormSet, StatementFormSet
from meetings.models import Meeting, MeetingObjective, Reading, SynthesisPoint
from meetings.thread_admin import ThemeAdmin  # noqa: F401 - the admin finds what this module brings

WHEN = ("date", "starts_at", "ends_at")


class StatementInline(admin.StackedInline):
    """Statements in order, with their links; asked with everything that their forms show."""

    formset = StatementFormSet
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Fetch the links with the statements."""
        return super().get_queryset(request).prefetch_related(self.links)


class ObjectiveInline(StatementInline):
    """What the meeting set out to do."""

    model = MeetingObjective
    form = ObjectiveForm
    links = "objectives"
    fields = [("position", "met_in_session", "reading"), "text", "objectives", "comes_from"]


class PointInline(StatementInline):
    """What came of the meeting."""

    model = SynthesisPoint
    form = PointForm
    formset = PointFormSet
    links = "answers"
    fields = [("position", "reading"), "text", "answered", "became_objective"]


@admin.register(Meeting)
class MeetingAdmin(admin.ModelAdmin):
    """Meetings. A new one is given its cycle and its day first, its statements on the page that follows."""

    form = MeetingForm
    fields = ["cycle", ("date", "start_time", "end_time"), "title", "place", "seen"]
    inlines = [ObjectiveInline, PointInline]
    autocomplete_fields = ["cycle"]
    list_display = ["date", "title", "state", "objective_count", "point_count", "to_confirm", "cycle"]
    list_filter = ["state", "cycle__chantier"]
    list_select_related = ["cycle__chantier"]
    search_fields = ["title", "place", "slug", "objectives__text", "points__text"]
    ordering = ["-date"]
    actions = ["confirm_reading"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Count the statements of each meeting, and those whose reading waits for the coordinator."""
        proposed = Count("points", Q(points__reading=Reading.PROPOSED), distinct=True)
        return super().get_queryset(request).with_counts().annotate(proposed_count=proposed)

    @admin.display(description="objectifs", ordering="objective_count")
    def objective_count(self, meeting: Meeting) -> int:
        """How many objectives."""
        return meeting.objective_count

    @admin.display(description="points", ordering="point_count")
    def point_count(self, meeting: Meeting) -> int:
        """How many points of synthesis."""
        return meeting.point_count

    @admin.display(description="lecture", ordering="proposed_count")
    def to_confirm(self, meeting: Meeting) -> str:
        """Whether the links of its points are proposed or confirmed; nothing where there is no point."""
        if not meeting.point_count:
            return ""
        return "à confirmer" if meeting.proposed_count else "confirmée"

    @admin.action(description="Confirmer la lecture des synthèses choisies", permissions=["change"])
    def confirm_reading(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Confirm the links of the chosen meetings."""
        for meeting in queryset:
            publishing.confirm_reading(meeting, by=request.user)
        count = french.counted(len(queryset), "synthèse")
        self.message_user(request, f"Lecture confirmée : {count}.", messages.SUCCESS)

    def get_inlines(self, request: HttpRequest, obj: Meeting | None) -> list:
        """Offer the statements once the cycle is known, since they are tied to its objectives."""
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Meeting | None = None) -> list[str]:
        """Keep a meeting in its cycle; its state changes by what happens to it."""
        return ["cycle", "state"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Meeting | None = None) -> list:
        """Show the state of what exists."""
        return [("cycle", "state"), *self.fields[1:]] if obj else self.fields

    def has_delete_permission(self, request: HttpRequest, obj: Meeting | None = None) -> bool:
        """A draft may be deleted; what people have been called to, or have read, stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and obj.state == Meeting.State.DRAFT

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A draft that has documents is deleted by the page of the portal, which removes their files too."""
        meeting = self.get_object(request, object_id)
        if meeting and self.has_delete_permission(request, meeting) and meeting.documents.exists():
            said = "Ce brouillon a des documents\u00a0: il se supprime ici, avec eux."
            self.message_user(request, said, messages.WARNING)
            return redirect("delete_draft", meeting.slug)
        return super().delete_view(request, object_id, extra_context)

    def response_add(self, request: HttpRequest, obj: Meeting, *args: Any) -> HttpResponse:
        """Go on to the meeting's objectives."""
        if "_addanother" not in request.POST and "_popup" not in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"
        return super().response_add(request, obj, *args)

    def save_model(self, request: HttpRequest, obj: Meeting, form: MeetingForm, change: bool) -> None:
        """Save; a convened meeting whose day or hours changed is moved, its reminders with it."""
        moves = {"date", "start_time", "end_time"} & set(form.changed_data)
        form.moved_to = None
        if change and moves and obj.state == Meeting.State.CONVENED:
            # Moved once all else is saved: its message tells what the whole page says.
            form.moved_to = {name: getattr(obj, name) for name in WHEN}
            before = Meeting.objects.get(pk=obj.pk)
            for name in WHEN:
                setattr(obj, name, getattr(before, name))
        # Who has its page of preparation open compares before they save.
        obj.revision += 1
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: MeetingForm, formsets: list, change: bool) -> None:
        """Save the statements; what is sent of a convened meeting tells them."""
        super().save_related(request, form, formsets, change)
        if form.moved_to:
            convening.move(form.instance, **form.moved_to, by=request.user)
            self.message_user(request, "La rencontre est déplacée; les messages et les rappels la suivent.")
        else:
            convening.invited_changed(form.instance, by=request.user)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], obj: Meeting | None = None, **options: Any
    ) -> HttpResponse:
        """Offer the events of the meeting beside the buttons that save it."""
        # What is about to be saved with the button may be the draft to publish.
        context["events"] = events.offered(obj, has_draft=True) if obj else []
        return super().render_change_form(request, context, obj=obj, **options)

    def response_change(self, request: HttpRequest, obj: Meeting) -> HttpResponse:
        """Start the event whose button was pressed, on what was just saved."""
        if "_event" not in request.POST and "_confirm" not in request.POST:
            return super().response_change(request, obj)
        if "_confirm" in request.POST:
            publishing.confirm_reading(obj, by=request.user)
            self.message_user(request, "La lecture est confirmée.", messages.SUCCESS)
        else:
            self._start(request, obj)
        return redirect(request.path)

    def _start(self, request: HttpRequest, meeting: Meeting) -> None:
        try:
            done = events.run(request.POST["_event"], meeting, by=request.user)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
