"""What every test may ask for."""

import uuid

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.backends.base.creation import BaseDatabaseCreation
from hypothesis import settings as hypothesis

from ecpar_portal import sessions
from tests import factories

# The same examples at each run; `--hypothesis-profile=search` looks for others.
hypothesis.register_profile("portal", derandomize=True, database=None, deadline=None)
hypothesis.register_profile("search", database=None, deadline=None, max_examples=1000)
hypothesis.load_profile("portal")


@pytest.fixture(autouse=True)
def quick_and_plain(settings):
    """Cheap passwords, static files straight from the source, and caches that start empty."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    mine = {"KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {name: {**values, **mine} for name, values in settings.CACHES.items()}
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Let tests that start from what migrations wrote come after any others.

    Django puts it back on tables that a test emptied; where another kind of test came before, its content
    types are there again under other numbers.
    """
    put_back = BaseDatabaseCreation.deserialize_db_from_string

    def on_empty_tables(creation, data):
        if ContentType.objects.exists():
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        put_back(creation, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "deserialize_db_from_string", on_empty_tables)
        yield


@pytest.fixture
def cycle(db):
    """A cycle of the chantier that the test speaks of."""
    return factories.CycleFactory()


@pytest.fixture
def member(cycle):
    """A representative of an organisation that takes part in the cycle."""
    return factories.member_of(cycle)


@pytest.fixture
def outsider(db):
    """A representative whose organisation takes part in another chantier only."""
    return factories.member_of(factories.CycleFactory())


@pytest.fixture
def coordinator(db):
    """The coordinator of the chantiers."""
    return factories.UserFactory(coordinator=True)


@pytest.fixture
def sign_in(client):
    """Sign somebody in and return their client."""

    def sign(user):
        client.force_login(user)
        session = client.session
        sessions.begin(session)
        session.save()
        return client

    return sign
