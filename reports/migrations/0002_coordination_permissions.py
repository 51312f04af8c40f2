"""Coordinators read how the making of files goes."""

from django.db import migrations

from ecpar_portal.permissions import grant


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("chantier", "0003_coordination_permissions")]
    operations = [migrations.RunPython(grant("reports", ["view_report"]), migrations.RunPython.noop)]
