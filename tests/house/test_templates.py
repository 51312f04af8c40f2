"""Templates, read as text."""

import re

from django.conf import settings

# What tells a row from another is no amount: 1234 is not to be written « 1 234 ».
AS_AN_AMOUNT = re.compile(r"\{\{ [\w.]*\b(?:pk|revision) \}\}")


def test_the_number_of_a_row_is_never_written_as_an_amount():
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    found = {path.name: AS_AN_AMOUNT.findall(path.read_text(encoding="utf-8")) for path in templates}
    assert {name for name, places in found.items() if places} == set()
