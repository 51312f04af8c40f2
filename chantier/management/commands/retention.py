"""`manage.py retention`: what is no longer kept, and, with `--apply`, its end."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chantier.actions.retention import apply_retention
from ecpar_portal.french import NBSP, counted
from ecpar_portal.privacy import registry


class Command(BaseCommand):
    """Says what the nightly retention would throw away; with `--apply`, throws it away."""

    help = "Dit ce qui n’a plus à être gardé, règle par règle; avec --apply, l’efface."

    def add_arguments(self, parser: CommandParser) -> None:
        """Nothing is thrown away unless it is asked for."""
        parser.add_argument("--apply", action="store_true", help="Efface, au lieu de dire seulement.")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        """Print the report."""
        counts = apply_retention() if apply else registry.due()
        self.stdout.write("Effacé\u00a0:" if apply else "Serait effacé (essai, rien n’est touché)\u00a0:")
        for rule in registry.rules():
            self.stdout.write(f"  {counts.get(rule.name, 'échec'):>6}  {rule.rule}")
        self.stdout.write(f"En tout{NBSP}: {counted(sum(counts.values()), 'ligne')}.")
