"""Codes that are refused, noted.

allauth's adapter has a hook for a wrong password, none for a wrong code: it only sends signals.
"""

from typing import Any

from allauth.account.signals import login_code_rejected
from allauth.mfa.signals import authentication_failed

from chantier.models import User
from chantier.trace import record


def note(sender: Any, user: User, **kwargs: Any) -> None:
    """Note that a code of this person was refused, and nothing of what was typed."""
    record("sign_in_failed", by=None, on=user)


def connect() -> None:
    """Listen to allauth; called once, when the app is ready."""
    login_code_rejected.connect(note)
    authentication_failed.connect(note)
