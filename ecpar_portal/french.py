"""Dates, hours, amounts and plurals as Québec writes them (OQLF, Banque de dépannage linguistique).

Django's own `fr_CA` formats print 13:30 as « 13 01 30 » and the first of a month as « 1 »; pages, e-mails and
documents all go through this module instead. Instants are shown in the portal's time zone.
"""

import datetime as dt
import re
import textwrap
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone

NBSP = "\u00a0"
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def local(value: dt.datetime) -> dt.datetime:
    """Return an aware datetime in the portal's time zone."""
    return timezone.localtime(value)


def as_date(value: dt.date | dt.datetime) -> dt.date:
    """Return the local day of an instant, or the date itself."""
    return local(value).date() if isinstance(value, dt.datetime) else value


def day_number(value: dt.date | dt.datetime) -> str:
    """« 1er », « 2 », « 28 »."""
    day = as_date(value).day
    return "1er" if day == 1 else str(day)


def day_month(value: dt.date | dt.datetime) -> str:
    """« 1er avril », « 9 mars »."""
    return f"{day_number(value)}{NBSP}{MONTHS[as_date(value).month - 1]}"


def month_year(value: dt.date | dt.datetime) -> str:
    """« avril 2021 »."""
    day = as_date(value)
    return f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def long_date(value: dt.date | dt.datetime) -> str:
    """« 1er avril 2021 »."""
    return f"{day_month(value)}{NBSP}{as_date(value).year}"


def weekday(value: dt.date | dt.datetime) -> str:
    """« jeudi »."""
    return WEEKDAYS[as_date(value).weekday()]


def hour(value: dt.time | dt.datetime) -> str:
    """« 14 h 30 », « 19 h », « 8 h 5 »."""
    moment = local(value) if isinstance(value, dt.datetime) else value
    minutes = f"{NBSP}{moment.minute}" if moment.minute else ""
    return f"{moment.hour}{NBSP}h{minutes}"


def hours(start: dt.datetime, end: dt.datetime | None) -> str:
    """« 13 h 30 à 16 h », or the hour of the start alone."""
    return f"{hour(start)} à {hour(end)}" if end else hour(start)


def duration(minutes: int) -> str:
    """« 45 min », « 2 h », « 2 h 10 »."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest}{NBSP}min"
    return f"{whole}{NBSP}h" + (f"{NBSP}{rest}" if rest else "")


def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """« 12 345,67 »: no-break spaces between thousands, a decimal comma, halves rounded up."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,.{decimals}f}".replace(",", NBSP).replace(".", ",")


def amount(value: int | float | Decimal) -> str:
    """« 12 500 $ » for whole dollars, « 12 345,67 $ » else; Canadian dollars."""
    decimals = 0 if Decimal(str(value)) == int(value) else 2
    return f"{number(value, decimals)}{NBSP}$"


def percent(value: int | float | Decimal, decimals: int = 0) -> str:
    """« 45 % » for 45."""
    return f"{number(value, decimals)}{NBSP}%"


def file_size(size: int) -> str:
    """« 86 Ko », « 2,4 Mo »; `size` in bytes."""
    if size < 1_000_000:
        return f"{number(max(1, size / 1000))}{NBSP}Ko"
    return f"{number(size / 1_000_000, 1)}{NBSP}Mo"


def plural(count: int, word: str, many: str = "") -> str:
    """« 0 membre », « 1 membre », « 2 membres »: in French the plural starts at two."""
    return word if abs(count) < 2 else many or word + "s"


def counted(count: int, word: str, many: str = "") -> str:
    """The number and its word: « 2 points »."""
    return f"{number(count)}{NBSP}{plural(count, word, many)}"


@lru_cache(maxsize=4096)
def typographic(text: str) -> str:
    """Give a typed text Québec's typography: ’ and no-break spaces inside « » and before : % $."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"«[ \u202f]*", f"«{NBSP}", text)
    text = re.sub(r"[ \u202f]*»", f"{NBSP}»", text)
    return re.sub(r"[ \u202f]+(?=[:%$](\W|$))", NBSP, text)


def shortened(text: str, letters: int) -> str:
    """The text, or its first words and « … » where it is longer than so many letters."""
    return typographic(textwrap.shorten(text, letters, placeholder="…"))


def enumeration(words: list[str]) -> str:
    """« A », « A et B », « A, B et C »."""
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def plain(text: str) -> str:
    """A text without case, accents, ligatures nor typographic apostrophes, to be compared."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def holds(text: str, words: str) -> bool:
    """Whether a text holds every one of these words, accents and case forgiven."""
    compared = plain(text)
    return all(word in compared for word in plain(words).split())
