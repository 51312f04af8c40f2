"""How a person is recognised."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from chantier.access import may_sign_in


class PortalBackend(AuthenticationBackend):
    """allauth's backend, which asks again at each request whether the account is open."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account is open; one that was closed loses its sessions at once."""
        return may_sign_in(user)
