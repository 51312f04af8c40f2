"""The file that this app can produce: everything that the portal knows of a person, for themselves."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from chantier.access import may_sign_in
from chantier.models import TraceEntry, User
from ecpar_portal import french, privacy
from reports.registry import Kind

EXPORT_KEPT_DAYS = 7


def own_data_of(user: Any) -> QuerySet:
    """Whose data a person may have: their own, as long as their account is open."""
    return User.objects.filter(pk=user.pk) if may_sign_in(user) else User.objects.none()


def data_key(user: User) -> str:
    """Change with each time that the person asks: a file tells what was known at that moment."""
    asked = TraceEntry.objects.on(user).filter(event="exported").values_list("pk", flat=True).first()
    return f"{user.pk}-{asked or 0}"


def data_zip(user: User) -> bytes:
    """The archive: `data.json` for machines, `data.html` for people."""
    now = timezone.now()
    tables = privacy.export(user.identity)
    document = {"portal": settings.PORTAL_URL, "made_at": now, "tables": tables}
    page = {"user": user, "now": now, "tables": [_readable(table) for table in tables]}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(document, default=_plain, ensure_ascii=False, indent=2))
        file.writestr("data.html", render_to_string("chantier/personal_data.html", page))
    return archive.getvalue()


def data_title(user: User) -> str:
    """What people read."""
    return "Mes données"


def data_filename(user: User) -> str:
    """The name of the archive."""
    return "mes-donnees.zip"


def _plain(value: Any) -> str:
    """An instant or a day as ISO 8601, in the portal's time zone; words else."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _readable(table: dict[str, Any]) -> dict[str, Any]:
    rows = [{label: in_words(value) for label, value in row.items()} for row in table["rows"]]
    return {**table, "rows": rows}


def in_words(value: Any) -> str:
    """A value as people read it: « 9 mars 2021, 14 h 30 », « oui », « – » where there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dt.datetime):
        return f"{french.long_date(value)}, {french.hour(value)}"
    return french.long_date(value) if isinstance(value, dt.date) else str(value)


def already_traced(user: User, by: Any) -> None:
    """Nothing more: `ask_for_data` leaves the trace before it asks, since the key is made of it."""


PERSONAL_DATA = Kind(
    name="personal_data",
    model=User,
    may_download=own_data_of,
    content_key=data_key,
    render=data_zip,
    title=data_title,
    filename=data_filename,
    asked=already_traced,
    content_type="application/zip",
    kept_days=EXPORT_KEPT_DAYS,
)
