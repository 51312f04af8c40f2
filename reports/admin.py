"""The files that were asked for, and how their making goes: read only, and no way round the access rules."""

from django.contrib import admin
from django.http import HttpRequest

from reports.models import Report


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """What was produced, what waits, what failed and why."""

    list_display = ["__str__", "state", "created_at", "finished_at", "attempts", "size"]
    list_filter = ["state", "kind"]
    search_fields = ["id", "last_error"]
    exclude = ["file"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a report is asked for on the page of its object."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Never: old files are removed by their retention."""
        return False
