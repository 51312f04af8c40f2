"""The 17 administrative regions (décret D-11, r. 1, official codes) and the group of coordinators."""

from django.db import migrations

REGIONS = [
    ("01", "Bas-Saint-Laurent"),
    ("02", "Saguenay–Lac-Saint-Jean"),
    ("03", "Capitale-Nationale"),
    ("04", "Mauricie"),
    ("05", "Estrie"),
    ("06", "Montréal"),
    ("07", "Outaouais"),
    ("08", "Abitibi-Témiscamingue"),
    ("09", "Côte-Nord"),
    ("10", "Nord-du-Québec"),
    ("11", "Gaspésie–Îles-de-la-Madeleine"),
    ("12", "Chaudière-Appalaches"),
    ("13", "Laval"),
    ("14", "Lanaudière"),
    ("15", "Laurentides"),
    ("16", "Montérégie"),
    ("17", "Centre-du-Québec"),
]


def add(apps, schema_editor):
    Region = apps.get_model("chantier", "Region")
    Region.objects.bulk_create(Region(code=code, name=name) for code, name in REGIONS)
    apps.get_model("auth", "Group").objects.get_or_create(name="Coordination")


class Migration(migrations.Migration):
    dependencies = [("chantier", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
