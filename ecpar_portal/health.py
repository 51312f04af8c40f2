"""Whether each part of the portal does its work, for a load balancer and for the coordinator."""

import datetime as dt
import logging
from collections.abc import Callable

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from ecpar_portal import french, work
from ecpar_portal.celery import app

logger = logging.getLogger(__name__)

SEEN = "worker-seen"
WORKER_AWAY_AFTER = dt.timedelta(minutes=3)
TOO_LONG = dt.timedelta(minutes=15)


def note_worker() -> None:
    """Note that a worker does its work; called by the sweep."""
    cache.set(SEEN, timezone.now(), timeout=None)


def problems() -> dict[str, str]:
    """Return what is wrong, in French, by part; an empty text where nothing is."""
    return {name: _told(name, check) for name, check in CHECKS.items()}


def _told(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:  # whatever a client may raise: the part does not answer
        logger.warning("health: a part does not answer", exc_info=True, extra={"part": name})
        return "ne répond pas."


def database() -> str:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def broker() -> str:
    """The broker takes a connection."""
    with app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=3)
    return ""


def worker() -> str:
    """A worker swept lately."""
    seen = cache.get(SEEN)
    if seen is None:
        return "aucun travailleur ne s’est encore montré."
    if timezone.now() - seen > WORKER_AWAY_AFTER:
        return f"aucun travailleur depuis le {french.long_date(seen)}, {french.hour(french.local(seen))}."
    return ""


def storage() -> str:
    """Private files can be written."""
    private = storages["private"]
    private.delete(private.save("health/essai", ContentFile(b"x")))
    return ""


def waiting() -> str:
    """No row has waited for long past its time."""
    late = work.oldest_due()
    if late is None or timezone.now() - late < TOO_LONG:
        return ""
    return f"un travail attend depuis le {french.long_date(late)}, {french.hour(french.local(late))}."


CHECKS = {"database": database, "broker": broker, "worker": worker, "storage": storage, "waiting": waiting}
LABELS = {
    "database": "Base de données",
    "broker": "Messagerie interne",
    "worker": "Travailleur",
    "storage": "Fichiers privés",
    "waiting": "Travaux en attente",
}
