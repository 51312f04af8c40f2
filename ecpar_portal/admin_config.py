"""Registration of the admin; apart from its site, which needs the apps that this registers."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's site."""

    default_site = "ecpar_portal.admin_site.PortalAdminSite"
