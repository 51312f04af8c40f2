"""Coordinators keep the register of confidentiality incidents; nobody deletes from it."""

from django.db import migrations

from ecpar_portal.permissions import grant

PERMISSIONS = ["add_incident", "change_incident", "view_incident"]


class Migration(migrations.Migration):
    dependencies = [("chantier", "0009_incidents")]
    operations = [migrations.RunPython(grant("chantier", PERMISSIONS), migrations.RunPython.noop)]
