"""Addresses of the app."""

from django.urls import path

from chantier import data_views, views

urlpatterns = [
    path("compte/donnees/", data_views.my_data, name="my_data"),
    path("compte/donnees/exporter/", data_views.export_my_data, name="export_my_data"),
    path("compte/donnees/effacer/", data_views.erase_me, name="erase_me"),
    path("chantier/", views.current_cycle, name="current_cycle"),
    path("chantiers/<slug:slug>/choisir/", views.choose_chantier, name="choose_chantier"),
]
