"""What coordinators may do with the thread in the admin: keep the themes, read the rest."""

from django.db import migrations

from ecpar_portal.permissions import grant

READ = (
    *("attendance", "need", "commitment", "obstacle", "solution", "question", "reply"),
    *("activity", "review", "pointcomment"),
)
PERMISSIONS = [
    *("add_theme", "change_theme", "delete_theme", "view_theme"),
    *(f"view_{model}" for model in READ),
]


class Migration(migrations.Migration):
    dependencies = [("meetings", "0010_thread")]
    operations = [migrations.RunPython(grant("meetings", PERMISSIONS), migrations.RunPython.noop)]
