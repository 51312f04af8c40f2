"""The French formats as template filters, loaded in every template."""

import datetime as dt

from django import template

from ecpar_portal import french

register = template.Library()

for name in (
    "amount",
    "counted",
    "day_month",
    "day_number",
    "file_size",
    "hour",
    "long_date",
    "month_year",
    "number",
    "percent",
    "shortened",
    "typographic",
    "weekday",
):
    register.filter(name, getattr(french, name))


@register.filter
def plural(count: int, words: str) -> str:
    """Choose « membre » or « membres »: `{{ n|plural:"membre" }}`, `{{ n|plural:"cheval,chevaux" }}`."""
    return french.plural(count, *words.split(","))


@register.simple_tag
def hours(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """« 13 h 30 à 16 h »."""
    return french.hours(start, end)
