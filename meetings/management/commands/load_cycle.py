"""`manage.py load_cycle FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecpar_portal.french import counted
from meetings.cycle_file.loading import Report, load
from meetings.cycle_file.reading import CycleFileError, read


class Command(BaseCommand):
    """Loads the file of a cycle."""

    help = "Charge le fichier d’un cycle; peut se refaire sans doubler ni écraser ce que les gens ont changé."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file to load."""
        parser.add_argument("file", type=Path, metavar="FICHIER")

    def handle(self, *, file: Path, verbosity: int, **options: Any) -> None:
        """Load, then say what was done."""
        try:
            report = load(read(file), str(file))
        except CycleFileError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            for place in report.left:
                self.stdout.write(f"laissé tel quel : {place}")
            self.stdout.write(summary(report))


def summary(report: Report) -> str:
    """« 35 énoncés créés, 2 mis à jour. »"""
    left = ("laissé tel que les gens l’ont changé", "laissés tels que les gens les ont changés")
    done = [
        (len(report.created), "énoncé créé", "énoncés créés"),
        (len(report.updated), "mis à jour", "mis à jour"),
        (len(report.left), *left),
    ]
    parts = [counted(*item) for item in done if item[0]]
    return f"{', '.join(parts)}." if parts else "rien à changer."
