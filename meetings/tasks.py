"""Celery tasks of the app."""

from celery import shared_task

from meetings.actions import calling, reviewing


@shared_task
def plan_reminders() -> None:
    """Keep true who is called to every meeting to come, and plan their reminders."""
    calling.keep_all()


@shared_task
def close_reviews() -> None:
    """Close the reviews whose last day is over."""
    reviewing.close_due()
