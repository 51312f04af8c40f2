"""Addresses of the app."""

from django.urls import path

from mailing import views

urlpatterns = [
    path("compte/courriels/", views.preferences, name="mail_preferences"),
    path("courriels/desabonner/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
