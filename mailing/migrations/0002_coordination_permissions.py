"""Coordinators read what was told to whom."""

from django.db import migrations

from ecpar_portal.permissions import grant


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial"), ("chantier", "0003_coordination_permissions")]
    operations = [migrations.RunPython(grant("mailing", ["view_outgoingemail"]), migrations.RunPython.noop)]
