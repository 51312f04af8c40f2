"""How allauth behaves in the portal; its hooks are where signing in and out is traced."""

import base64
import datetime as dt
import hashlib
import uuid
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.messages import ERROR
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from chantier.access import may_sign_in
from chantier.models import User
from chantier.models.people import readable_address
from chantier.trace import record
from ecpar_portal import sessions
from mailing.queueing import queue

# What tells of something that happened; every other message holds a link or a code that opens an account.
NOTIFICATIONS = {
    "account/email/email_changed",
    "account/email/email_confirm",
    "account/email/email_deleted",
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
}
SECOND_FACTOR = "mfa/email/"
# A session that was there before proved its password only.
ENDS_OTHER_SESSIONS = {"mfa/email/totp_activated", "mfa/email/webauthn_added"}


class AccountAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone; links in messages carry the portal's own address, not the request's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may open an account: people come by invitation."""
        return False

    def clean_email(self, email: str) -> str:
        """Refuse an address to which no message could be written."""
        readable_address(email)
        return super().clean_email(email)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop a person whose account is closed, whatever the way by which they come in."""
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    @transaction.atomic
    def login(self, request: HttpRequest, user: User) -> None:
        """Sign somebody in, once every step is behind them."""
        super().login(request, user)
        sessions.begin(request.session)
        record("signed_in", by=user)

    @transaction.atomic
    def logout(self, request: HttpRequest) -> None:
        """Sign somebody out."""
        record("signed_out", by=request.user)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password: whose, where it is somebody's, and nothing of what was typed."""
        email = credentials.get("email", "").strip().lower()
        record("sign_in_failed", by=None, on=User.objects.with_address([email]).first())

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Change a password, by its owner: signed in, or with the link of a message."""
        super().set_password(user, password)
        record("password_changed", by=user, on=user)

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Verify an address, which becomes that of the account; not one by which another is known since."""
        others = User.objects.with_address([email_address.email.lower()]).exclude(pk=email_address.user_id)
        if others.exists():
            told = {"email": email_address.email}
            self.add_message(request, ERROR, "account/messages/email_confirmation_failed.txt", told)
            return False
        before = email_address.user.email
        confirmed = super().confirm_email(request, email_address)
        if confirmed and email_address.email.lower() != before.lower():
            record("address_changed", by=email_address.user, on=email_address.user)
        return confirmed

    @transaction.atomic
    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what happened to their account; a second factor that changed is traced here.

        allauth calls it once for each such change, and has no other hook for them.
        """
        if template_prefix.startswith(SECOND_FACTOR):
            record("mfa_changed", by=user, on=user, what=template_prefix.removeprefix(SECOND_FACTOR))
        if template_prefix in ENDS_OTHER_SESSIONS:
            end_other_sessions(self.request, user)
        # Whose message it is: an address that somebody has just left is of no account any more.
        context = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, context, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a message with its cause; one with a link or a code does not leave once that has ended."""
        site = get_current_site(self.request)
        context = {"request": self.request, "email": email, "current_site": site, **context}
        message = self.render_mail(template_prefix, email, context)
        is_secret = template_prefix not in NOTIFICATIONS and not template_prefix.startswith(SECOND_FACTOR)
        lasts = (
            account_settings.LOGIN_BY_CODE_TIMEOUT if "code" in context else settings.PASSWORD_RESET_TIMEOUT
        )
        queue(
            "account_link" if is_secret else "account",
            key=f"account/{uuid.uuid4()}",
            to=email,
            subject=message.subject,
            text=message.body,
            html="".join(content for content, _ in message.alternatives),
            user=context.get("user") or User.objects.with_address([email.lower()]).first(),
            expires_at=timezone.now() + dt.timedelta(seconds=lasts) if is_secret else None,
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a password reset."""
        # allauth's key holds the two parts of the address, joined.
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + address.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link of the verification of an address."""
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names keys in French, and keeps secrets encrypted: a copy of the database opens no account."""

    def encrypt(self, text: str) -> str:
        """Encrypt what an application or a list of recovery codes is made from."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read it again; raises InvalidToken where `SECRET_KEY` was replaced without a fallback."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """The name that a new key is given where the person gives none."""
        return f"Clé {user.authenticator_set.filter(type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What browsers say that a key is for."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second factor" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
