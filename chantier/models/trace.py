"""What happened, for the coordinator to read: kept as it was written, and thrown away when it is old."""

import datetime as dt
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

# The trigger of migration 0006 holds the same number.
TRACE_KEPT = dt.timedelta(days=730)
# By how much the clock of the database, which refuses what is younger, may be behind.
CLOCKS_DIFFER = dt.timedelta(minutes=5)


class NeverChanged(TypeError):
    """Somebody wrote code that changes the trace."""


class TraceQuerySet(models.QuerySet):
    """Queries on the trace; none of them changes it, but for what is old."""

    def on(self, obj: models.Model) -> "TraceQuerySet":
        """Keep what happened to an object, the last first."""
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))

    def with_people(self) -> "TraceQuerySet":
        """Fetch who did it with each entry, for `who`; an account that is gone gives nobody."""
        return self.select_related("by")

    def old(self) -> "TraceQuerySet":
        """Keep what is no longer kept."""
        return self.filter(at__lt=timezone.now() - TRACE_KEPT - CLOCKS_DIFFER)

    def purge(self) -> int:
        """Delete what is no longer kept, and nothing else; return how many."""
        return super(TraceQuerySet, self.old()).delete()[0]

    def update(self, **fields: Any) -> NoReturn:
        """Refuse."""
        raise NeverChanged

    def delete(self) -> NoReturn:
        """Refuse."""
        raise NeverChanged


class TraceEntry(models.Model):
    """Something that happened: when, who did it, what, to which object.

    `by` and `object_id` are numbers of rows: an entry holds no name and no address, and says nothing of a
    person once their account is erased. `detail` holds plain facts of the event, such as a role.
    """

    at = models.DateTimeField("quand", default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,  # what happened stays when the account is gone
        related_name="+",
        verbose_name="par",
    )
    event = models.CharField("quoi", max_length=40)
    object_type = models.CharField("genre d’objet", max_length=60, blank=True)
    object_id = models.CharField("numéro d’objet", max_length=40, blank=True)
    detail = models.JSONField("détail", default=dict)

    objects = TraceQuerySet.as_manager()

    class Meta:
        verbose_name = "trace"
        verbose_name_plural = "traces"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="trace_object")]

    def __str__(self) -> str:
        return f"{self.event} {self.object_type} {self.object_id}".strip()

    @property
    def who(self) -> str:
        """Who did it, as known today; asked `with_people()`."""
        if self.by_id is None:
            return "le portail"
        return str(self.by or "personne effacée")

    def save(self, **kwargs: Any) -> None:
        """Write a new entry; raises NeverChanged for one that is written already."""
        if not self._state.adding:
            raise NeverChanged
        # Never over one that is there, for an entry that is given its number.
        super().save(**kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise NeverChanged
