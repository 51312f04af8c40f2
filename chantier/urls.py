"""Addresses of the app."""

from django.urls import path

from chantier import views

urlpatterns = [
    path("chantier/", views.current_cycle, name="current_cycle"),
    path("chantiers/", views.chantier_list, name="chantier_list"),
    path("chantiers/<slug:slug>/choisir/", views.choose_chantier, name="choose_chantier"),
    path("organisations/", views.organization_list, name="organization_list"),
    path("organisations/<slug:slug>/", views.organization, name="organization"),
    path("compte/presentation/", views.showing, name="showing"),
]
