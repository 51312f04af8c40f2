"""What coordinators may do with meetings; the admin lets drafts alone be deleted."""

from django.db import migrations

from ecpar_portal.permissions import grant

PERMISSIONS = [
    *("add_meeting", "change_meeting", "delete_meeting", "view_meeting"),
    *("add_meetingobjective", "change_meetingobjective", "delete_meetingobjective", "view_meetingobjective"),
    *("add_synthesispoint", "change_synthesispoint", "delete_synthesispoint", "view_synthesispoint"),
]


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_loadedcycle"), ("chantier", "0003_coordination_permissions")]
    operations = [migrations.RunPython(grant("meetings", PERMISSIONS), migrations.RunPython.noop)]
