"""Addresses of the app."""

from django.urls import path

from meetings import views

urlpatterns = [
    path("chantier/<slug:slug>/", views.cycle, name="cycle"),
    path("chantier/<slug:slug>/bilan.pdf", views.bilan_pdf, name="bilan_pdf"),
    path("rencontres/", views.meeting_list, name="meeting_list"),
    path("rencontres/<slug:slug>/", views.meeting, name="meeting"),
    path("rencontres/<slug:slug>/evenement/<slug:name>/", views.meeting_event, name="meeting_event"),
    path("rencontres/<slug:slug>/synthese.pdf", views.synthesis_pdf, name="synthesis_pdf"),
]
