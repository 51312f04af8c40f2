"""`manage.py backup FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecpar_portal import backup
from ecpar_portal.french import NBSP, counted, file_size
from ecpar_portal.refusal import Refusal


class Command(BaseCommand):
    """Writes a backup while the portal runs."""

    help = "Sauvegarde base de données et fichiers privés dans une archive; le portail peut rester ouvert."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write."""
        parser.add_argument("file", type=Path, metavar="FICHIER")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Write, then say what it holds."""
        try:
            manifest = backup.make(file)
        except Refusal as reason:
            raise CommandError(str(reason)) from reason
        held = f"{counted(sum(manifest.rows.values()), 'ligne')}, {counted(manifest.files, 'fichier')}"
        self.stdout.write(f"Sauvegarde{NBSP}: {file} ({file_size(file.stat().st_size)}), {held}.")
