"""Somebody whom the portal knows in every way, and the confirmation that it is them."""

import shutil

import pytest
from allauth.account.models import EmailAddress

from reports.models import private_storage
from tests import factories as f

PASSWORD = "une courte phrase facile"


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def person(cycle):
    """A representative with a first and a last name, an address and a password."""
    user = f.member_of(cycle, name="Ville-aux-Pins")
    user.name, user.email = "Élise D’Amour-Côté", "elise.damour@ville.example"
    return with_password(user)


@pytest.fixture
def confirm(client):
    """Sign somebody in, and let them give their password once more."""

    def sign(user):
        client.force_login(user)
        answer = client.post("/compte/reauthenticate/", {"password": PASSWORD})
        assert answer.status_code == 302
        return client

    return sign


@pytest.fixture(autouse=True)
def empty_storage():
    """Start each test without a file."""
    shutil.rmtree(private_storage().path("reports"), ignore_errors=True)
