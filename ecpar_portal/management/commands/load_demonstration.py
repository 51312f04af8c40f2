"""`manage.py load_demonstration`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from chantier.demonstration import make_organizations, make_people
from chantier.models import User
from meetings.demonstration import make_cycles


class Command(BaseCommand):
    """Makes the demonstration, once: where it is already there, nothing changes."""

    help = "Crée les organisations, les comptes et les cycles de démonstration (DEMO=1 seulement)."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        """Make everything in one transaction."""
        if not settings.DEMO:
            raise CommandError("La démonstration ne se charge que là où DEMO=1.")
        if User.objects.filter(is_demonstration=True).exists():
            return
        with transaction.atomic():
            organizations = make_organizations()
            make_people(organizations)
            make_cycles(organizations)
        if verbosity:
            self.stdout.write("Démonstration créée.")
