"""Compiles `locale/fr_CA`, without gettext on the machine: `.venv/bin/python scripts/compile_messages.py`."""

from pathlib import Path

import polib

SOURCE = Path(__file__).resolve().parents[1] / "locale" / "fr_CA" / "LC_MESSAGES" / "django.po"

if __name__ == "__main__":
    polib.pofile(SOURCE).save_as_mofile(SOURCE.with_suffix(".mo"))
