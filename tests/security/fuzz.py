"""What a page offers to send, and values that no honest browser sends."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from hypothesis import strategies as st

from tests.security.hostile import SCRIPTS

TRIED: Counter[str] = Counter()

NUMBERS = [
    "-1",
    "0",
    "9223372036854775808",
    "99999999999999999999999999",
    "1e309",
    "NaN",
    "½",
    "٣",
    " 1",
    "1.5",
]
DATES = ["0000-00-00", "9999-12-31", "2027-03-14", "02:30", "25:61", "2026-02-30"]
ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nX: y",
    "%00",
    "%",
    "[]",
    "{}",
    "null",
    "../..",
    "é" * 5000,
    "😀",
    "\ud7ff",
    "on",
]
values = st.one_of(st.sampled_from([*NUMBERS, *DATES, *ODD, *SCRIPTS]), st.text(max_size=60))


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send."""

    page: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.method} {self.action} of {self.page}"


class Page(HTMLParser):
    """The forms of a page, and the names that its links give to parameters."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.parameters: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            action = found.get("action") or self.address
            self.forms.append(Form(self.address, action, found.get("method", "get").lower()))
        elif tag == "a" and urlsplit(found.get("href", "")).path in ("", ".", self.address):
            self.parameters |= set(parse_qs(urlsplit(found.get("href", "")).query, keep_blank_values=True))
        elif tag in ("input", "select", "textarea", "button") and found.get("name") and self.forms:
            self.forms[-1].fields.setdefault(found["name"], found.get("value", ""))
