"""Celery tasks of the frame."""

from celery import shared_task

from ecpar_portal import work


@shared_task
def sweep() -> None:
    """Ring again for every row that is due and that nobody holds."""
    work.sweep()
