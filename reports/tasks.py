"""Celery tasks: an id in, one call."""

from celery import shared_task

from reports import actions


@shared_task
def produce(report_id: str) -> None:
    """Make the file of a report."""
    actions.produce(report_id)
