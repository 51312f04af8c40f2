"""What a person reads on a page."""

import re
from html.parser import HTMLParser

from django.http import HttpResponse


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(data)


def text_of(response: HttpResponse) -> str:
    """The words of a page, white space folded; no-break spaces count as spaces."""
    reader = _Text()
    reader.feed(response.text)
    return re.sub(r"\s+", " ", "".join(reader.pieces))
