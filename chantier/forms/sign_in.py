"""allauth's forms that write to an address: only to the one by which an account is known.

allauth also finds an account by an address that it is changing to: somebody else's, where it was mistyped.
Whoever reads that mailbox would be sent what opens the account.
"""

from allauth.account.forms import RequestLoginCodeForm, ResetPasswordForm

from chantier.models import User


class AskForCodeForm(RequestLoginCodeForm):
    """A code by message, in place of the password."""

    def clean_email(self) -> str:
        """Keep the account that has this address, and not one that has yet to verify it."""
        email = super().clean_email()
        self._user = next(iter(_owners(email)), None)
        return email


class AskForResetForm(ResetPasswordForm):
    """A link by message, to choose another password."""

    def clean_email(self) -> str:
        """Keep the account that has this address, and not one that has yet to verify it."""
        email = super().clean_email()
        self.users = _owners(email)
        return email


def _owners(email: str) -> list[User]:
    return list(User.objects.with_address([email.lower()]).filter(is_active=True))
