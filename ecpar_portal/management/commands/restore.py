"""`manage.py restore FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecpar_portal import backup
from ecpar_portal.french import NBSP, counted, plural
from ecpar_portal.refusal import Refusal


class Command(BaseCommand):
    """Puts a backup back; the portal is closed meanwhile."""

    help = "Remet une sauvegarde en place; les courriels qui n’étaient pas partis sont retenus."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to put back, and whether over what is there."""
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--replace", action="store_true", help="remplace ce que le portail contient déjà")

    def handle(self, *, file: Path, replace: bool, **options: Any) -> None:
        """Restore, then say what was done, a line each."""
        try:
            done = backup.restore(file, replace=replace)
        except Refusal as reason:
            raise CommandError(str(reason)) from reason
        held = (
            f"{counted(done.held, 'retenu')}, à libérer dans l’administration"
            if done.held
            else "aucun retenu"
        )
        rows = f"{counted(done.rows, 'ligne')} {plural(done.rows, 'remise', 'remises')}"
        files = f"{counted(done.files, 'fichier')} remis"
        for part, what in (
            ("Base de données", f"{rows}, puis mise à jour"),
            ("Fichiers privés", files),
            ("Sessions", "aucune, chaque personne se connecte de nouveau"),
            ("Courriels", held),
            ("Effacements et consentements retirés depuis cette sauvegarde", "à refaire"),
        ):
            self.stdout.write(f"{part}{NBSP}: {what}.")
