"""Addresses of the app."""

from django.urls import path

from reports import views

urlpatterns = [
    path("", views.report_list, name="report_list"),
    path("<uuid:pk>/", views.report, name="report"),
    path("<uuid:pk>/reessayer/", views.report_retry, name="report_retry"),
]
