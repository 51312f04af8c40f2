"""The records of the thread: read in the admin, written on the pages of the portal; themes are kept here."""

from django.contrib import admin
from django.http import HttpRequest

from meetings.models import (
    Activity,
    Attendance,
    Commitment,
    Need,
    Obstacle,
    PointComment,
    Question,
    Reply,
    Review,
    Solution,
    Theme,
)


class Record(admin.ModelAdmin):
    """What people wrote for their organisation, to read and to find."""

    list_display = ["text", "organization", "written_at"]
    list_select_related = ["organization"]
    search_fields = ["text", "organization__name"]
    date_hierarchy = "written_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: the pages of the portal write it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody: what was taken back is kept."""
        return False


admin.site.register([Obstacle, Solution, Question, Reply], Record)


@admin.register(Need)
class NeedAdmin(Record):
    """The needs of the tours de table."""

    list_display = ["text", "organization", "meeting", "objective", "written_at"]
    list_select_related = ["organization", "meeting", "objective"]


@admin.register(Commitment)
class CommitmentAdmin(Record):
    """What organisations said they would do."""

    list_display = ["text", "organization", "meeting", "term", "state"]
    list_select_related = ["organization", "meeting"]
    list_filter = ["state"]


@admin.register(Activity)
class ActivityAdmin(Record):
    """What the partner networks organise."""

    list_display = ["title", "organization", "date", "cancelled_at"]
    search_fields = ["title", "description", "organization__name"]
    date_hierarchy = "date"
    readonly_fields = ["link"]


@admin.register(Attendance)
class AttendanceAdmin(Record):
    """Who was there."""

    list_display = ["who", "organization", "meeting", "noted_at"]
    list_select_related = ["organization", "meeting", "user", "convocation__user"]
    search_fields = ["user__name", "name", "organization__name"]
    date_hierarchy = "noted_at"


@admin.register(Review)
class ReviewAdmin(Record):
    """The days during which people read a synthesis again."""

    list_display = ["meeting", "opened_at", "last_day", "closed_at"]
    list_select_related = ["meeting"]
    search_fields = ["meeting__title", "meeting__slug"]
    date_hierarchy = "opened_at"


@admin.register(PointComment)
class PointCommentAdmin(Record):
    """What people said of the points of a synthesis."""

    list_display = ["text", "organization", "written_at", "answered_at"]


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    """The headings under which obstacles stand."""

    list_display = ["name", "position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
