"""The page of preparation, as a browser sends it back."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Controls(HTMLParser):
    """Reads what the controls of a page would send, in order; a template's are none."""

    def __init__(self, form_class: str) -> None:
        super().__init__()
        self.form_class, self.inside, self.template = form_class, False, 0
        self.sent: dict[str, list[str]] = {}
        self.name, self.text, self.chosen = "", "", None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = self.form_class in given.get("class", "").split()
        self.template += tag == "template"
        name = given.get("name")
        if not self.inside or self.template:
            return
        if tag == "input" and name and given.get("type") not in ("file", "submit"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value", ""))
        elif tag in ("textarea", "select"):
            self.name, self.text, self.chosen = name, "", None
        elif tag == "option" and "selected" in given:
            self.chosen = given.get("value", "")

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        self.template -= tag == "template"
        if tag == "form":
            self.inside = False
        if tag in ("textarea", "select") and self.name and self.inside and not self.template:
            value = self.chosen if tag == "select" else self.text.removeprefix("\r\n").removeprefix("\n")
            self.sent.setdefault(self.name, []).append(value or "")
            self.name = ""


def controls(response: HttpResponse, form_class: str = "prepare") -> dict[str, list[str]]:
    """What the form of a page would send."""
    reader = Controls(form_class)
    reader.feed(response.text)
    reader.sent.pop("csrfmiddlewaretoken", None)
    return reader.sent


def filled_in(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page at `address`, with `changes`."""
    return controls(client.get(address)) | changes


def added(sent: dict[str, Any], name: str, key: str = "n1", /, **values: Any) -> dict[str, Any]:
    """The same with one more row."""
    rows = {f"{name}-row": [*sent.get(f"{name}-row", []), key]}
    return sent | rows | {f"{name}-{key}-{field}": value for field, value in values.items()}
