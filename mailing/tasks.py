"""Celery tasks: an id in, one call."""

from celery import shared_task

from mailing import actions, digests


@shared_task
def deliver(pk: str) -> None:
    """Send a message, and whatever else is due."""
    actions.deliver(pk)


@shared_task
def plan_digests() -> None:
    """Write the digests that are due today."""
    digests.plan_all()
