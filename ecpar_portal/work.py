"""Work rows: what must not be lost is a row before it is a message.

A row is written in the same transaction as its cause. A Celery message, sent when that transaction commits,
only says « look at row N »; a sweep rings again for what is due and that nobody holds. A row is claimed by
one conditional UPDATE with a lease, so two workers never do it twice, and a worker that dies gives it back.
"""

import datetime as dt
import logging
import random
from dataclasses import dataclass

from celery import Task
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from ecpar_portal.logs import about, name_of
from ecpar_portal.prepared import update_where

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = dt.timedelta(seconds=30), dt.timedelta(hours=1)
JITTER = 0.2  # rows that failed together do not come back together


@dataclass(frozen=True)
class Kind:
    """A kind of work: the task that does it."""

    task: Task
    drains: bool = False


_kinds: dict[type["WorkRow"], Kind] = {}


class WorkRowQuerySet(models.QuerySet):
    """Queries on rows of work."""

    def due(self, now: dt.datetime) -> "WorkRowQuerySet":
        """Keep the rows that a worker may take: waiting and due, or held by a worker whose lease ended."""
        waiting = Q(state=WorkRow.State.WAITING, due_at__lte=now)
        abandoned = Q(state=WorkRow.State.RUNNING, lease_until__lt=now)
        useful = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(waiting | abandoned).filter(useful)

    def claim(self, pk: object) -> "WorkRow | None":
        """Take one row for `WORK_LEASE_SECONDS`, or return None when it is not to be taken."""
        row = self.filter(pk=pk).first()
        return row and self.take(row)

    def take(self, row: "WorkRow") -> "WorkRow | None":
        """Take a row that was just read, or return None; one UPDATE decides."""
        now = timezone.now()
        if not row.is_due(now):
            return None
        held = {
            "state": WorkRow.State.RUNNING,
            "lease_until": now + dt.timedelta(seconds=settings.WORK_LEASE_SECONDS),
            "attempts": row.attempts + 1,
            "claims": row.claims + 1,
            "interrupted": row.interrupted or row.state == WorkRow.State.RUNNING,
        }
        if not update_where(self.model, row.as_read(), held):
            return None
        for name, value in held.items():
            setattr(row, name, value)
        if row.attempts <= row.max_attempts:
            return row
        row.give_back("Le processus qui la faisait s’est arrêté chaque fois.")
        return None


class WorkRow(models.Model):
    """Something to do once, by whichever worker takes it.

    `interrupted` tells that a worker died, or lost its lease, while it held the row: it may have done it.
    """

    max_attempts = 5

    class State(models.TextChoices):
        WAITING = "waiting", "en attente"
        RUNNING = "running", "en cours"
        DONE = "done", "fait"
        FAILED = "failed", "échoué"
        WITHDRAWN = "withdrawn", "retiré"
        HELD = "held", "retenu"

    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("prévu", default=timezone.now)
    expires_at = models.DateTimeField("utile jusqu’à", null=True, blank=True)
    lease_until = models.DateTimeField("tenu jusqu’à", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    # Goes up whenever a row is taken, or begins anew: what was read before is then known to be out of date.
    claims = models.PositiveIntegerField("prises", default=0, db_default=0, editable=False)
    interrupted = models.BooleanField("interrompu", default=False)
    last_error = models.TextField("dernière erreur", blank=True)

    objects = WorkRowQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_due(self, now: dt.datetime) -> bool:
        """Whether a worker may take the row, as `WorkRowQuerySet.due` asks it of the database."""
        if self.expires_at and self.expires_at <= now:
            return False
        if self.state == self.State.RUNNING:
            return self.lease_until is not None and self.lease_until < now
        return self.state == self.State.WAITING and self.due_at <= now

    def as_read(self) -> dict[str, object]:
        """What tells whether a row is still as it was read: one changes with whatever happens to it."""
        return {self._meta.pk.name: self.pk, "state": self.state, "claims": self.claims}

    @staticmethod
    def anew() -> dict[str, object]:
        """The fields of a row that begins anew: due now, untried, and no longer its former worker's."""
        return {
            "state": WorkRow.State.WAITING,
            "due_at": timezone.now(),
            "attempts": 0,
            "claims": F("claims") + 1,
            "last_error": "",
        }

    def finish(self, **fields: object) -> bool:
        """Mark the row done with `fields`; False when the lease was lost to another worker meanwhile."""
        return self._release(state=self.State.DONE, last_error="", **fields)

    def give_back(self, error: str, **fields: object) -> bool:
        """Note an error, with `fields`; the row is tried again, after a longer wait each time."""
        error = error.replace("\0", "")  # PostgreSQL refuses it in a text
        if self.attempts >= self.max_attempts:
            return self.fail(error, **fields)
        later = timezone.now() + delay_after(self.attempts)
        return self._release(state=self.State.WAITING, due_at=later, last_error=error, **fields)

    def fail(self, error: str, **fields: object) -> bool:
        """Mark the row as failed for good, with `fields`."""
        return self._release(state=self.State.FAILED, last_error=error.replace("\0", ""), **fields)

    def withdraw(self) -> bool:
        """Mark the row as work that has lost its purpose."""
        return self._release(state=self.State.WITHDRAWN, last_error="")

    def _release(self, **fields: object) -> bool:
        mine = {**self.as_read(), "state": self.State.RUNNING}
        kept = update_where(type(self), mine, {"lease_until": None, **fields})
        if not kept:
            logger.warning("another worker took it over", extra=about(self))
        return kept


def delay_after(attempts: int) -> dt.timedelta:
    """How long a row waits after so many attempts: twice as long each time, an hour at most, more or less."""
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 10), LONGEST_DELAY)
    return delay * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - it spreads rows, it hides nothing


def register(model: type[WorkRow], task: Task, *, drains: bool = False) -> None:
    """Say which task does the rows of `model`; called from `AppConfig.ready`.

    A task that `drains` does every due row at one bell. Old rows are thrown away by `privacy.py`.
    """
    _kinds[model] = Kind(task, drains)


def ring(row: WorkRow) -> None:
    """Tell a worker to look at a row once the current transaction commits.

    A broker that does not answer is no failure of the request: the row waits and the sweep rings again.
    """
    transaction.on_commit(lambda: _send(type(row), row.pk))


def _send(model: type[WorkRow], pk: object) -> None:
    try:
        _kinds[model].task.delay(str(pk))
    except Exception:  # whatever a broker's client may raise: the sweep is there for it
        logger.warning("no bell: it waits for the sweep", exc_info=True, extra={"row": name_of(model, pk)})


def sweep() -> int:
    """Ring for every due row of every kind, once for those whose task drains; return how many times."""
    bells = 0
    for model, kind in _kinds.items():
        due = model.objects.due(timezone.now()).values_list("pk", flat=True)
        for pk in due[:1] if kind.drains else due:
            _send(model, pk)
            bells += 1
    return bells


def oldest_due() -> dt.datetime | None:
    """Since when the row that has waited longest should have been done; None where nothing waits."""
    now = timezone.now()
    moments = [model.objects.due(now).aggregate(first=models.Min("due_at"))["first"] for model in _kinds]
    return min((moment for moment in moments if moment), default=None)
