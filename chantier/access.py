"""Who may do what with the network and its chantiers."""

from typing import Any


def is_coordinator(user: Any) -> bool:
    """The coordinator runs every chantier."""
    return user.is_authenticated and user.is_coordinator
