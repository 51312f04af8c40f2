"""Addresses of the app."""

from django.urls import path

from meetings.views import (
    answering,
    calendars,
    convening,
    documents,
    following,
    happening,
    preparing,
    reading,
)

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
    path("rencontres/<slug:slug>/convoquer/", convening.convene, name="convene"),
    path("rencontres/<slug:slug>/annuler/", convening.cancel, name="cancel_meeting"),
    path("rencontres/<slug:slug>/suivi/", following.following, name="following"),
    path("rencontres/<slug:slug>/presences.pdf", following.attendance_pdf, name="attendance_pdf"),
    path("rencontres/<slug:slug>/presences.xlsx", following.attendance_xlsx, name="attendance_xlsx"),
    path("rencontres/<slug:slug>/repondre/", answering.answer, name="answer"),
    path("convocation/<int:pk>/", answering.convocation, name="convocation"),
    path("convocation/<str:token>/", answering.open_link, name="open_convocation"),
    path("rencontres/<slug:slug>/synthese.pdf", reading.synthesis_pdf, name="synthesis_pdf"),
    path("rencontres/<slug:slug>/rencontre.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("agenda/<str:token>.ics", calendars.feed, name="feed"),
    path("compte/agenda/", calendars.personal_calendar, name="personal_calendar"),
]
