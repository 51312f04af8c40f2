"""`manage.py load_exchange FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecpar_portal.french import counted
from meetings.examples import ExamplesError, load, read


class Command(BaseCommand):
    """Loads examples of obstacles and solutions."""

    help = "Charge des exemples d’obstacles et de solutions; peut se refaire sans doubler ni remettre rien."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file to load."""
        parser.add_argument("file", type=Path, metavar="FICHIER")

    def handle(self, *, file: Path, verbosity: int, **options: Any) -> None:
        """Load, then say what was done."""
        try:
            written = load(read(file), str(file))
        except ExamplesError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(
                f"{counted(written, 'texte écrit', 'textes écrits')}." if written else "rien à changer."
            )
