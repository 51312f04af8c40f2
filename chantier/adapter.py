"""How allauth behaves in the portal."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: people come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may open an account."""
        return False
