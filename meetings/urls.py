"""Addresses of the app."""

from django.urls import include, path

from meetings.views import (
    answering,
    calendars,
    compiling,
    convening,
    documents,
    following,
    happening,
    preparing,
    publishing,
    reading,
    reviewing,
    synthesis,
)

# Grouped: a request is compared with every address that comes before its own.
one_meeting = [
    path("", reading.meeting, name="meeting"),
    path("synthese.pdf", reading.synthesis_pdf, name="synthesis_pdf"),
    path("rencontre.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("preparer/", preparing.prepare_meeting, name="prepare_meeting"),
    path("apercu/", reading.preview_meeting, name="preview_meeting"),
    path("evenement/<slug:name>/", happening.meeting_event, name="meeting_event"),
    path("convoquer/", convening.convene, name="convene"),
    path("annuler/", convening.cancel, name="cancel_meeting"),
    path("suivi/", following.following, name="following"),
    path("presences.pdf", following.attendance_pdf, name="attendance_pdf"),
    path("presences.xlsx", following.attendance_xlsx, name="attendance_xlsx"),
    path("repondre/", answering.answer, name="answer"),
    path("synthese/", synthesis.synthesis_desk, name="synthesis_desk"),
    path("synthese/brouillons/", synthesis.synthesis_drafts, name="synthesis_drafts"),
    path("synthese/apercu.pdf", publishing.synthesis_draft_pdf, name="synthesis_draft_pdf"),
    path("relecture/", reviewing.review, name="review"),
    path("publier/", publishing.publish_synthesis, name="publish_synthesis"),
    path("versions/", publishing.versions, name="versions"),
    path("versions/<int:number>/", publishing.version, name="version"),
    path("versions/<int:number>/synthese.pdf", publishing.version_pdf, name="version_pdf"),
]
meetings = [
    path("", reading.meeting_list, name="meeting_list"),
    path("nouvelle/", preparing.new_meeting, name="new_meeting"),
    path("documents/<uuid:pk>/", documents.meeting_document, name="meeting_document"),
    path("<slug:slug>/", include(one_meeting)),
]
urlpatterns = [
    path("rencontres/", include(meetings)),
    path("syntheses/compilation/", compiling.compilation, name="compilation"),
    path("syntheses/compilation/<int:pk>/syntheses.pdf", compiling.compilation_pdf, name="compilation_pdf"),
    path("chantier/<slug:slug>/", reading.cycle, name="cycle"),
    path("chantier/<slug:slug>/bilan.pdf", reading.bilan_pdf, name="bilan_pdf"),
    path("convocation/<int:pk>/", answering.convocation, name="convocation"),
    path("convocation/<str:token>/", answering.open_link, name="open_convocation"),
    path("agenda/<str:token>.ics", calendars.feed, name="feed"),
    path("compte/agenda/", calendars.personal_calendar, name="personal_calendar"),
]
