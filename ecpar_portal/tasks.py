"""Celery tasks of the frame."""

import logging

from celery import shared_task

from ecpar_portal import health, work
from ecpar_portal.broker import purge_spent

logger = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Ring again for every row that is due and that nobody holds; a sign of life of the worker."""
    work.sweep()
    health.note_worker()


@shared_task
def purge() -> None:
    """Throw away the messages that the broker's database has spent."""
    logger.info("purged", extra={"counts": {"broker": purge_spent()}})
