"""How allauth behaves in the portal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chantier.access import may_sign_in
from chantier.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone; links in messages carry the portal's own address, not the request's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may open an account: people come by invitation."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop a person whose account is closed, whatever the way by which they come in."""
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a password reset."""
        # allauth's key holds the two parts of the address, joined.
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + address.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link of the verification of an address."""
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
