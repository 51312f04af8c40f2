"""Celery tasks of the app."""

from celery import shared_task

from chantier.actions.retention import apply_retention


@shared_task
def retain() -> None:
    """Throw away what is no longer kept."""
    apply_retention()
