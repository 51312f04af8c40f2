"""What the database holds."""

from django.db import connection

# What a visit may write: the session, counts of limits, the last visit, files keyed by content.
WRITTEN_BY_A_VISIT = {
    "django_session",
    "portal_cache",
    "usersessions_usersession",
    "reports_report",
    "reports_reportrequest",
}


def rows() -> dict[str, list]:
    """What the database holds, less what a visit may write."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(set(connection.introspection.table_names()) - WRITTEN_BY_A_VISIT):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            found[table] = cursor.fetchall()
        return found
