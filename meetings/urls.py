"""Addresses of the app."""

from django.urls import include, path

from meetings.views import (
    activities,
    answering,
    attending,
    calendars,
    committing,
    compiling,
    convening,
    documents,
    exchanging,
    following,
    gathering,
    happening,
    needs,
    preparing,
    publishing,
    reading,
    reviewing,
    synthesis,
    trying,
)

# Grouped: a request is compared with every address that comes before its own.
one_meeting = [
    path("", reading.meeting, name="meeting"),
    path("synthese.pdf", reading.synthesis_pdf, name="synthesis_pdf"),
    path("rencontre.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("preparer/", preparing.prepare_meeting, name="prepare_meeting"),
    path("supprimer/", preparing.delete_draft, name="delete_draft"),
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
    path("versions/<int:number>.pdf", publishing.version_pdf, name="version_pdf"),
    path("presences/", attending.attendance, name="attendance"),
    path("tour-de-table/", needs.round_table, name="round_table"),
    path("tour-de-table/ecran/", gathering.screen, name="round_table_screen"),
    path("tour-de-table/regrouper/", gathering.gather_needs, name="gather_needs"),
    path("besoins/<int:pk>/appuyer/", needs.support_need, name="support_need"),
    path("besoins/<int:pk>/retirer/", needs.take_back_need, name="take_back_need"),
    path("engagement/", committing.new_commitment, name="new_commitment"),
]
meetings = [
    path("", reading.meeting_list, name="meeting_list"),
    path("nouvelle/", preparing.new_meeting, name="new_meeting"),
    path("documents/<uuid:pk>/", documents.meeting_document, name="meeting_document"),
    path("<slug:slug>/", include(one_meeting)),
]
one_activity = [
    path("", activities.activity, name="activity"),
    path("modifier/", activities.edit_activity, name="edit_activity"),
    path("annuler/", activities.cancel_activity, name="cancel_activity"),
    path("activite.ics", activities.activity_calendar, name="activity_calendar"),
]
exchange = [
    path("", exchanging.exchange, name="exchange"),
    path("obstacles/nouveau/", exchanging.new_obstacle, name="new_obstacle"),
    path("obstacles/<int:pk>/", exchanging.obstacle, name="obstacle"),
    path("solutions/<int:pk>/essai/", trying.trial, name="trial"),
    path("questions/", exchanging.question_list, name="question_list"),
    path("questions/nouvelle/", exchanging.new_question, name="new_question"),
    path("questions/<int:pk>/", exchanging.question, name="question"),
    path("activites/", activities.activity_list, name="activity_list"),
    path("activites/calendrier/", activities.activity_month, name="activity_month"),
    path("activites/nouvelle/", activities.new_activity, name="new_activity"),
    path("activites/<int:pk>/", include(one_activity)),
    path("<slug:kind>/<int:pk>/retirer/", exchanging.take_back, name="take_back"),
    path("<slug:kind>/<int:pk>/adopter/", exchanging.adopt, name="adopt_example"),
]
commitments = [
    path("", committing.commitment_list, name="commitment_list"),
    path("<int:pk>/", committing.commitment, name="commitment"),
    path("<int:pk>/modifier/", committing.edit_commitment, name="edit_commitment"),
]
urlpatterns = [
    path("rencontres/", include(meetings)),
    path("echanges/", include(exchange)),
    path("engagements/", include(commitments)),
    path("syntheses/compilation/", compiling.compilation, name="compilation"),
    path("syntheses/compilation/<int:pk>/syntheses.pdf", compiling.compilation_pdf, name="compilation_pdf"),
    path("chantier/<slug:slug>/", reading.cycle, name="cycle"),
    path("chantier/<slug:slug>/bilan.pdf", reading.bilan_pdf, name="bilan_pdf"),
    path("convocation/<int:pk>/", answering.convocation, name="convocation"),
    path("convocation/<str:token>/", answering.open_link, name="open_convocation"),
    path("agenda/<str:token>.ics", calendars.feed, name="feed"),
    path("compte/agenda/", calendars.personal_calendar, name="personal_calendar"),
]
