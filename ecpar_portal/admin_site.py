"""The coordinator's admin: Django's own, in the portal's words and colours."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's site."""
