"""The frame of the portal; the Celery application is loaded with it so that tasks find their broker."""

from ecpar_portal.celery import app as celery_app

__all__ = ["celery_app"]
