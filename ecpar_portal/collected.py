"""Whether the collected static files are those of the code: collecting them anew costs seconds."""

import hashlib

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

STAMP = "collected.sha256"


def fingerprint() -> str:
    """Return what changes when a static file, Django or the storage changes."""
    told = [django.get_version(), repr(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for name, storage in finder.list([]):
            told.append(f"{name} {storage.size(name)} {storage.get_modified_time(name).timestamp()}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def static_is_collected() -> bool:
    """Tell whether nothing has changed since the last collection that went to its end."""
    stamp = settings.STATIC_ROOT / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint()


def mark_collected() -> None:
    """Note what was just collected."""
    (settings.STATIC_ROOT / STAMP).write_text(fingerprint())
