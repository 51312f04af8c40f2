"""`manage.py reset_second_factor`: let in somebody who lost keys and codes, a coordinator included."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chantier.actions.second_factors import reset_second_factor
from chantier.models import User
from ecpar_portal.refusal import Refusal


class Command(BaseCommand):
    """For who runs the server: the admin does it for members, never for a coordinator."""

    help = "Retire la double authentification d’un compte, dont la personne est prévenue."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("email", help="Le courriel du compte.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Take it away, or say why not."""
        user = User.objects.with_address([email.lower()]).first()
        if user is None:
            raise CommandError("Aucun compte n’a cette adresse.")
        try:
            reset_second_factor(user, by=None)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"La double authentification de {user.email} est retirée.")
