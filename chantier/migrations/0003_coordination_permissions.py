"""What coordinators may do with the network: nothing that others refer to is deleted."""

from django.db import migrations

from ecpar_portal.permissions import grant

PERMISSIONS = [
    *("add_chantier", "change_chantier", "view_chantier"),
    *("add_cycle", "change_cycle", "view_cycle"),
    *("add_objective", "change_objective", "delete_objective", "view_objective"),
    *("add_achievement", "change_achievement", "delete_achievement", "view_achievement"),
    *("add_organization", "change_organization", "view_organization"),
    *("add_participation", "change_participation", "view_participation"),
    *("add_membership", "change_membership", "view_membership"),
    *("add_user", "change_user", "view_user"),
    "view_region",
]


class Migration(migrations.Migration):
    dependencies = [("chantier", "0002_regions_and_coordination"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(grant("chantier", PERMISSIONS), migrations.RunPython.noop)]
