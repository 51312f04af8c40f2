"""Coordinators read the trace and the invitations."""

from django.db import migrations

from ecpar_portal.permissions import grant

PERMISSIONS = ["view_traceentry", "view_invitation"]


class Migration(migrations.Migration):
    dependencies = [("chantier", "0006_trace_is_kept")]
    operations = [migrations.RunPython(grant("chantier", PERMISSIONS), migrations.RunPython.noop)]
