"""How allauth behaves in the portal."""

import datetime as dt
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from chantier.access import may_sign_in
from chantier.models import User
from mailing.actions import queue

# What tells of something that happened; every other message holds a link or a code that opens an account.
NOTIFICATIONS = {
    "account/email/email_changed",
    "account/email/email_confirm",
    "account/email/email_deleted",
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
}


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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a message with its cause; one with a link does not leave once the link has ended."""
        site = get_current_site(self.request)
        context = {"request": self.request, "email": email, "current_site": site, **context}
        message = self.render_mail(template_prefix, email, context)
        is_link = template_prefix not in NOTIFICATIONS
        link_ends = timezone.now() + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        queue(
            "account_link" if is_link else "account",
            key=f"account/{uuid.uuid4()}",
            to=email,
            subject=message.subject,
            text=message.body,
            html="".join(content for content, _ in message.alternatives),
            user=context.get("user"),
            expires_at=link_ends if is_link else None,
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a password reset."""
        # allauth's key holds the two parts of the address, joined.
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + address.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link of the verification of an address."""
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
