"""Celery tasks of the app."""

from celery import shared_task

from chantier import actions


@shared_task
def retain() -> None:
    """Throw away what is no longer kept."""
    actions.apply_retention()
