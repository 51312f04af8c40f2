"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from ecpar_portal import views

handler500 = "ecpar_portal.errors.server_error"
handler429 = "ecpar_portal.limits.too_many"  # asked by allauth, for its own limits

urlpatterns = [
    path("", views.home, name="home"),
    path("sante/", views.health_check, name="health"),
    path("confidentialite/", views.privacy_policy, name="privacy_policy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("composants/", views.components, name="components"),
    path("recherche/", views.search, name="search"),
    path("", include("meetings.urls")),
    path("", include("chantier.urls")),
    path("", include("mailing.urls")),
    path("rapports/", include("reports.urls")),
    path("compte/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
