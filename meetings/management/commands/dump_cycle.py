"""`manage.py dump_cycle SLUG`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chantier.models import Cycle
from meetings.cycle_file.content import content_of
from meetings.cycle_file.writing import written


class Command(BaseCommand):
    """Writes the file of a cycle."""

    help = "Écrit le fichier d’un cycle, dans le format que load_cycle lit."

    def add_arguments(self, parser: CommandParser) -> None:
        """The cycle, and where to write."""
        parser.add_argument("slug", metavar="CYCLE")
        parser.add_argument("--output", type=Path, metavar="FICHIER", help="Fichier à écrire; l’écran sinon.")

    def handle(self, *, slug: str, output: Path | None, **options: Any) -> None:
        """Write the file, or print it."""
        try:
            cycle = Cycle.objects.select_related("chantier").get(slug=slug)
        except Cycle.DoesNotExist as error:
            known = ", ".join(Cycle.objects.values_list("slug", flat=True)) or "aucun"
            raise CommandError(f"Aucun cycle à l’adresse {slug}. Cycles connus : {known}.") from error
        text = written(content_of(cycle))
        if output:
            output.write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
