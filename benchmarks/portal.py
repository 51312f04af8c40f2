"""The portal as production serves it, with the data of `make run` and one file made, to be measured."""

import os

MEETING = "2021-03-09"


def prepare() -> str:
    """Load the data and collect the static files; return the cookie of a signed-in member."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from chantier.models import User
    from meetings.models import SynthesisVersion
    from reports import actions

    for command in (
        ["migrate", "--no-input"],
        ["createcachetable"],
        ["collectstatic", "--no-input"],
        ["load_cycle", "data/2020-2021.toml"],
        ["load_demonstration"],
    ):
        call_command(*command, verbosity=0)
    version = SynthesisVersion.objects.get(meeting__slug=MEETING)
    actions.produce(actions.ask("synthesis", version, by=None).pk)
    client = Client()
    client.force_login(User.objects.get(email="representante@ville.example"))
    return f"session={client.cookies['session'].value}"
