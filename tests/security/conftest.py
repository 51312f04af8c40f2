"""Every address, and somebody of each role."""

from collections.abc import Callable

import pytest
from django.test import Client

from chantier.models import Membership
from tests import factories as f
from tests.security import fuzz
from tests.security.addresses import every_address, make_network


@pytest.fixture
def network(db):
    """A cycle with something behind every address."""
    return make_network()


@pytest.fixture
def addresses(network) -> dict[str, str]:
    """Every route, with an address to which it leads."""
    return every_address()


@pytest.fixture
def someone(network) -> Callable[..., Client]:
    """The client of somebody: `someone("coordinator")`."""

    def as_role(role: str, **options) -> Client:
        client = Client(**options)
        if role == "anonymous":
            return client
        if role == "coordinator":
            person = f.UserFactory(coordinator=True)
        else:
            person = f.member_of(network)
            person.memberships.update(role=Membership.Role[role.upper()])
        person.emailaddress_set.create(email=person.email, verified=True, primary=True)
        client.force_login(person)
        return client

    return as_role


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how much was tried."""
    if fuzz.TRIED:
        told = ", ".join(f"{count} {what}" for what, count in sorted(fuzz.TRIED.items()))
        terminalreporter.write_line(f"Bounded fuzz: {told}.")
