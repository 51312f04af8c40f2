"""Who may do what with the network and its chantiers."""

from typing import Any

from django.conf import settings


def is_coordinator(user: Any) -> bool:
    """The coordinator runs every chantier."""
    return user.is_authenticated and user.is_coordinator


def may_sign_in(user: Any) -> bool:
    """Whoever has an open account; where `DEMO` is off, the demonstration accounts do not exist."""
    return user.is_active and (settings.DEMO or not user.is_demonstration)
