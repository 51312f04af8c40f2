"""Celery tasks of the app."""

from celery import shared_task

from meetings import terms
from meetings.actions import calling, reviewing


@shared_task
def plan_reminders() -> None:
    """Keep true who is called to every meeting to come; plan their reminders, and those of terms."""
    calling.keep_all()
    terms.plan_all()


@shared_task
def close_reviews() -> None:
    """Close the reviews whose last day is over."""
    reviewing.close_due()
