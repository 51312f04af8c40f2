"""What a person types to come in, and what they receive."""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail

from mailing.actions import deliver
from tests.factories import TOTP_SECRET

LOGIN = "/compte/login/"
PASSWORD = "une courte phrase facile"


def with_password(user):
    """Give a person a password and a verified address."""
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def type_password(client, user, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


def prove(client, next_page):
    """Confirm who one is before something sensitive."""
    return client.post("/compte/reauthenticate/", {"password": PASSWORD, "next": next_page})


def totp_code(secret=TOTP_SECRET):
    """What an application shows at this moment."""
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def code_received():
    """The code in the last message that left."""
    deliver()
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE)[0]


def is_in(client):
    return "_auth_user_id" in client.session
