"""Addresses of the app."""

from django.urls import path

from meetings.views import documents, happening, preparing, reading

urlpatterns = [
    path("chantier/<slug:slug>/", reading.cycle, name="cycle"),
    path("chantier/<slug:slug>/bilan.pdf", reading.bilan_pdf, name="bilan_pdf"),
    path("rencontres/", reading.meeting_list, name="meeting_list"),
    path("rencontres/nouvelle/", preparing.new_meeting, name="new_meeting"),
    path("rencontres/documents/<uuid:pk>/", documents.meeting_document, name="meeting_document"),
    path("rencontres/<slug:slug>/preparer/", preparing.prepare_meeting, name="prepare_meeting"),
    path("rencontres/<slug:slug>/apercu/", reading.preview_meeting, name="preview_meeting"),
    path("rencontres/<slug:slug>/", reading.meeting, name="meeting"),
    path("rencontres/<slug:slug>/evenement/<slug:name>/", happening.meeting_event, name="meeting_event"),
    path("rencontres/<slug:slug>/synthese.pdf", reading.synthesis_pdf, name="synthesis_pdf"),
]
