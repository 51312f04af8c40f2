"""The words of libraries, put into the portal's French."""

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext

pytestmark = pytest.mark.once
SOURCE = Path(settings.BASE_DIR, "locale/fr_CA/LC_MESSAGES/django.po")


def test_the_compiled_words_are_those_of_the_source():
    compiled = polib.mofile(SOURCE.with_suffix(".mo"))
    assert {e.msgid: e.msgstr for e in compiled} == {e.msgid: e.msgstr for e in polib.pofile(SOURCE)}


def test_each_word_is_one_that_a_library_still_says():
    said = set()
    for name in ("allauth", "django/contrib/auth", "django/contrib/admin", "django/conf"):
        path = Path(polib.__file__).parent / name / "locale/fr/LC_MESSAGES/django.mo"
        said |= {entry.msgid for entry in polib.mofile(path)}
    assert {entry.msgid for entry in polib.pofile(SOURCE)} - said == set()


def test_our_words_come_before_the_library_s():
    assert gettext("Email address") == "Courriel"
