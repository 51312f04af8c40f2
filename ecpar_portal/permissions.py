"""The permissions of the group « Coordination », given by the migrations of each app."""

from collections.abc import Callable, Iterable

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COORDINATION = "Coordination"


def grant(app_label: str, codenames: Iterable[str]) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    """Return the step of a migration that gives coordinators these permissions on an app.

    Django creates permissions after the last migration only; here they are needed before.
    Raises Permission.DoesNotExist for a name that is none.
    """

    def give(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        app = apps.get_app_config(app_label)
        app.models_module = True  # what stands for an app in a migration has none, and would be passed over
        create_permissions(app, verbosity=0, apps=apps)
        permissions = apps.get_model("auth", "Permission").objects
        group = apps.get_model("auth", "Group").objects.get(name=COORDINATION)
        for codename in codenames:
            group.permissions.add(permissions.get(content_type__app_label=app_label, codename=codename))

    return give
