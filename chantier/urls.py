"""Addresses of the app."""

from django.urls import path

from chantier.views import (
    accepting,
    account,
    chantiers,
    invitations,
    my_data,
    opening,
    organizations,
    showing,
)

urlpatterns = [
    path("chantier/", chantiers.current_cycle, name="current_cycle"),
    path("chantiers/", chantiers.chantier_list, name="chantier_list"),
    path("chantiers/nouveau/", opening.new_chantier, name="new_chantier"),
    path("chantiers/<slug:slug>/nouveau-cycle/", opening.new_cycle, name="new_cycle"),
    path("chantiers/<slug:slug>/choisir/", chantiers.choose_chantier, name="choose_chantier"),
    path("organisations/", organizations.organization_list, name="organization_list"),
    path("organisations/<slug:slug>/", organizations.organization, name="organization"),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/liste/", invitations.invite_list, name="invite_list"),
    path("invitations/<int:pk>/renvoyer/", invitations.send_again, name="send_invitation_again"),
    path("invitations/<int:pk>/retirer/", invitations.withdraw, name="withdraw_invitation"),
    path("invitations/personnes/<int:pk>/terminer/", invitations.end_reader, name="end_reader"),
    path("invitation/", accepting.accept, name="accept_invitation"),
    path("invitation/<str:token>/", accepting.open_link, name="open_invitation"),
    path("compte/", account.account, name="account"),
    path("compte/presentation/", showing.showing, name="showing"),
    path("compte/quitter/", account.leave, name="leave_organization"),
    path("compte/donnees/", my_data.my_data, name="my_data"),
    path("compte/donnees/exporter/", my_data.export_my_data, name="export_my_data"),
    path("compte/donnees/effacer/", my_data.erase_me, name="erase_me"),
]
