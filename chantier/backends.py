"""How a person is recognised."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


class PortalBackend(AuthenticationBackend):
    """allauth's backend; where `DEMO` is off, the demonstration accounts do not exist."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account is open."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demonstration)

    def get_user(self, user_id: Any) -> Any:
        """Return the signed-in person; a closed account loses its sessions at once."""
        user = super().get_user(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
