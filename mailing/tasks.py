"""Celery tasks: an id in, one call."""

from celery import shared_task

from mailing import actions


@shared_task
def deliver(pk: str) -> None:
    """Send a message, and whatever else is due."""
    actions.deliver(pk)
