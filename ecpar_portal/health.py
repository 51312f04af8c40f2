"""Whether each part of the portal does its work, for a load balancer and for the coordinator.

Anybody may ask: a look is kept for some seconds in the process, so that a crowd costs what one caller does.
"""

import datetime as dt
import logging
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.cache import cache, caches
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
KEPT_SECONDS = 10
SILENT = "ne répond pas."
# Asked twice: a broker that hangs is told within some two seconds.
HURRY = {"socket_connect_timeout": 1, "socket_timeout": 1}

_one_at_a_time = Lock()


def note_worker() -> None:
    """Note that a worker does its work; called by the sweep."""
    cache.set(SEEN, timezone.now(), timeout=None)


def problems() -> dict[str, str]:
    """Return what is wrong, in French, by part, empty where nothing is; seen `KEPT_SECONDS` ago at most."""
    with _one_at_a_time:
        return caches["process"].get_or_set("health", look, KEPT_SECONDS)


def look() -> dict[str, str]:
    """Look at every part now; what stands on a database that does not answer does not wait for it again."""
    found = {"database": _told("database", CHECKS["database"])}
    for name, check in CHECKS.items():
        if name not in found:
            lost = found["database"] and name in _standing_on_the_database()
            found[name] = SILENT if lost else _told(name, check)
    return found


def _standing_on_the_database() -> set[str]:
    cached_there = settings.CACHES["default"]["BACKEND"].endswith(".DatabaseCache")
    return {"waiting", "worker"} if cached_there else {"waiting"}


def _told(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:  # whatever a client may raise: the part does not answer
        logger.warning("health: a part does not answer", exc_info=True, extra={"part": name})
        return SILENT


def database() -> str:
    """The database answers, and holds the portal's tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations")
        cursor.fetchone()
    return ""


def broker() -> str:
    """The broker takes a connection."""
    options = HURRY if settings.CELERY_BROKER_URL.startswith("redis") else {}
    with app.connection_for_write(transport_options=options) as link:
        link.ensure_connection(max_retries=1, interval_start=0)
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
