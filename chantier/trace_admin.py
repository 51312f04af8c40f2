"""The trace, for the coordinator to read and to search: nobody writes there, nobody deletes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chantier import history, trace
from chantier.models import TraceEntry
from ecpar_portal import french


class EventFilter(admin.SimpleListFilter):
    """The events, by their French names."""

    title = "événement"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Offer every event that an app registers."""
        return list(trace.labels().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep one event."""
        return queryset.filter(event=self.value()) if self.value() else queryset


class TraceChangeList(ChangeList):
    """A page of the trace, with what each entry is about."""

    def get_results(self, request: HttpRequest) -> None:
        """Name the objects of the page."""
        super().get_results(request)
        self.result_list = history.with_objects(self.result_list)


@admin.register(TraceEntry)
class TraceEntryAdmin(admin.ModelAdmin):
    """What happened: when, by whom, on what."""

    list_display = fields = readonly_fields = ["when", "who", "what", "on_what", "facts"]
    list_display_links = ["when"]
    list_filter = [EventFilter, "at"]
    date_hierarchy = "at"
    search_fields = ["by__email", "by__name"]
    search_help_text = "Le nom ou le courriel d’une personne, ou le nom de l’objet."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Fetch who did it with each entry."""
        return super().get_queryset(request).with_people()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Show the pages with their objects."""
        return TraceChangeList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> TraceEntry | None:
        """One entry, with what it is about."""
        entry = super().get_object(request, object_id, from_field)
        return history.with_objects([entry])[0] if entry else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Keep what a person did, and what happened to an object, whichever the words name."""
        if not search_term.strip():
            return queryset, False
        by_person, _ = super().get_search_results(request, self.model._base_manager.all(), search_term)
        matching = Q(pk__in=by_person.values("pk")) | history.about(request, search_term)
        return queryset.filter(matching), False

    @admin.display(description="quand", ordering="at")
    def when(self, entry: TraceEntry) -> str:
        """« 9 mars 2021, 14 h 30 »."""
        return f"{french.long_date(entry.at)}, {french.hour(entry.at)}"

    @admin.display(description="qui")
    def who(self, entry: TraceEntry) -> str:
        """The person by their name of today, or the portal itself."""
        return entry.who

    @admin.display(description="quoi")
    def what(self, entry: TraceEntry) -> str:
        """The event, in French."""
        return trace.label_of(entry.event)

    @admin.display(description="sur")
    def on_what(self, entry: TraceEntry) -> str | SafeString:
        """The object by its name of today, with its page."""
        name, address = history.name_of(entry), history.address_of(entry)
        return format_html('<a href="{}">{}</a>', address, name) if address else name

    @admin.display(description="détail")
    def facts(self, entry: TraceEntry) -> str:
        """The plain facts of the event."""
        return "; ".join(f"{name}{french.NBSP}: {value}" for name, value in trace.facts_of(entry.detail))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: each event writes its own entry."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: TraceEntry | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TraceEntry | None = None) -> bool:
        """Never: old entries are removed by their retention."""
        return False
