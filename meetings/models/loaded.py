"""What the file of a cycle said when it was last loaded."""

from django.db import models

from chantier.models import Cycle


class LoadedCycle(models.Model):
    """What the last load of a cycle's file said, statement by statement.

    Compared with the database it tells what people have changed or deleted since, which a load leaves alone.
    """

    cycle = models.OneToOneField(Cycle, models.CASCADE, related_name="loaded")
    records = models.JSONField("énoncés")

    class Meta:
        verbose_name = "chargement"

    def __str__(self) -> str:
        return str(self.cycle)
