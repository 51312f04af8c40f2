"""The floor: a bare Django that signs one person in, asks one query and draws a table of 50 rows.

Whatever Django itself costs on this machine at this moment is in its time; a page of the portal is told as so
many times this. Served by `gunicorn benchmarks.floor:application`, apart from the portal's settings.
"""

import environ
from django.conf import settings

SETTINGS = {
    "SECRET_KEY": "a key that protects nothing: this server holds fifty invented rows",
    "DEBUG": False,
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "ROOT_URLCONF": "benchmarks.floor",
    "USE_TZ": True,
    "LANGUAGE_CODE": "fr-ca",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
}
PAGE = """<!doctype html>
<html lang="fr-CA"><head><meta charset="utf-8"><title>Plancher</title></head><body>
<p>{{ user.get_username }}</p><form method="post">{% csrf_token %}</form>
<table>{% for row in rows %}<tr class="{% cycle 'odd' 'even' %}">
<td><a href="/{{ row.pk }}/">{{ row.title }}</a></td><td>{{ row.day|date:"j F Y" }}</td>
<td>{{ row.text|truncatewords:40 }}</td><td>{{ row.number }}</td></tr>{% endfor %}</table>
</body></html>"""


def configure() -> None:
    """Set Django up for the floor, once; nothing when the portal's settings are there already."""
    if settings.configured:
        return
    env = environ.Env()
    template = ("django.template.loaders.locmem.Loader", {"page.html": PAGE})
    processors = ["request", "auth"]
    paths = {"request": "django.template.context_processors.request"}
    paths["auth"] = "django.contrib.auth.context_processors.auth"
    settings.configure(
        **SETTINGS,
        DATABASES={"default": {**env.db_url("FLOOR_DATABASE_URL"), "CONN_MAX_AGE": 60}},
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [("django.template.loaders.cached.Loader", [template])],
                    "context_processors": [paths[name] for name in processors],
                },
            }
        ],
    )
    import django

    django.setup()


configure()

from django.contrib.auth.decorators import login_required  # noqa: E402 - after the settings
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    """One of the fifty rows."""

    title = models.CharField(max_length=120)
    day = models.DateField()
    text = models.TextField()
    number = models.IntegerField()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.title


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The page of 50 rows."""
    return render(request, "page.html", {"rows": Row.objects.order_by("-day")[:50]})


urlpatterns = [path("", page)]
application = WSGIHandler()


def prepare() -> str:
    """Make tables, rows and one signed-in person; return the cookie of their session."""
    import datetime as dt

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    first = dt.date(2021, 1, 1)
    Row.objects.bulk_create(
        Row(title=f"Rencontre {n}", day=first + dt.timedelta(days=n), text="mot " * 45, number=n)
        for n in range(50)
    )
    client = Client()
    client.force_login(User.objects.create_user("plancher"))
    return f"sessionid={client.cookies['sessionid'].value}"
