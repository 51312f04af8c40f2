"""The broker of `make run`, an SQLite file: kombu leaves in it every message that was read."""

from django.conf import settings
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

EMBEDDED = "sqla+"


def purge_spent() -> int:
    """Delete the messages that were read; return how many. Redis keeps none."""
    if not settings.CELERY_BROKER_URL.startswith(EMBEDDED):
        return 0
    engine = create_engine(settings.CELERY_BROKER_URL.removeprefix(EMBEDDED))
    try:
        with engine.begin() as connection:
            return connection.execute(text("DELETE FROM kombu_message WHERE visible = 0")).rowcount
    except OperationalError:  # no message was ever sent, so there is no table
        return 0
    finally:
        engine.dispose()
