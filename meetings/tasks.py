"""Celery tasks of the app."""

from celery import shared_task

from meetings import reminders


@shared_task
def plan_reminders() -> None:
    """Plan the reminders of every meeting to come."""
    reminders.plan_all()
