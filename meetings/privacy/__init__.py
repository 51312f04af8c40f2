"""What this app knows of people."""

from meetings.privacy import calling, thread


def declarations() -> None:
    """Declare the models of this app."""
    calling.declarations()
    thread.declarations()
