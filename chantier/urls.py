"""Addresses of the app."""

from django.urls import path

from chantier import views

urlpatterns = [
    path("chantier/", views.current_cycle, name="current_cycle"),
    path("chantiers/<slug:slug>/choisir/", views.choose_chantier, name="choose_chantier"),
]
