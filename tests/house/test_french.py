"""Québec's dates, hours, amounts and typography, by table."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import engines

from ecpar_portal import french

NB = "\xa0"
TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: french.long_date(dt.date(2021, 4, 1)), f"1er{NB}avril{NB}2021"),
        (lambda: french.long_date(dt.date(2021, 3, 9)), f"9{NB}mars{NB}2021"),
        (lambda: french.long_date(dt.datetime(2021, 3, 10, 2, 0, tzinfo=dt.UTC)), f"9{NB}mars{NB}2021"),
        (lambda: french.day_month(dt.date(2021, 8, 1)), f"1er{NB}août"),
        (lambda: french.weekday(dt.date(2021, 1, 28)), "jeudi"),
        (lambda: french.hour(dt.time(14, 30)), f"14{NB}h{NB}30"),
        (lambda: french.hour(dt.time(19)), f"19{NB}h"),
        (lambda: french.hour(dt.time(8, 5)), f"8{NB}h{NB}5"),
        (lambda: french.hour(dt.time(0)), f"0{NB}h"),
        (lambda: french.hour(dt.datetime(2021, 7, 22, 13, 30, tzinfo=dt.UTC)), f"9{NB}h{NB}30"),
        (
            lambda: french.hours(
                dt.datetime(2021, 1, 28, 13, 30, tzinfo=TORONTO), dt.datetime(2021, 1, 28, 16, tzinfo=TORONTO)
            ),
            f"13{NB}h{NB}30 à 16{NB}h",
        ),
        (lambda: french.number(12345), f"12{NB}345"),
        (lambda: french.number(Decimal("0.125"), 2), "0,13"),
        (lambda: french.amount(12500), f"12{NB}500{NB}$"),
        (lambda: french.amount(Decimal("12345.67")), f"12{NB}345,67{NB}$"),
        (lambda: french.amount(Decimal("-3.5")), f"-3,50{NB}$"),
        (lambda: french.percent(45), f"45{NB}%"),
        (lambda: french.counted(0, "membre"), f"0{NB}membre"),
        (lambda: french.counted(1, "membre"), f"1{NB}membre"),
        (lambda: french.counted(2, "membre"), f"2{NB}membres"),
        (lambda: french.counted(2, "point de synthèse", "points de synthèse"), f"2{NB}points de synthèse"),
        (lambda: french.enumeration([]), ""),
        (lambda: french.enumeration(["A"]), "A"),
        (lambda: french.enumeration(["A", "B", "C"]), "A, B et C"),
        (
            lambda: french.typographic("l'offre « diversifiée » : 45 %"),
            f"l’offre «{NB}diversifiée{NB}»{NB}: 45{NB}%",
        ),
        (lambda: french.typographic("à 13:30, voir http://a.example/x"), "à 13:30, voir http://a.example/x"),
        (lambda: french.typographic("'cité' et aujourd'hui"), "'cité' et aujourd’hui"),
    ],
)
def test_french_is_written_as_quebec_writes_it(call, expected):
    assert call() == expected


def test_templates_and_forms_print_the_same_french():
    template = engines["django"].from_string(
        "{{ day|long_date }} | {{ n|plural:'cheval,chevaux' }} | {{ n|amount }} | {{ half }} | {{ at|time }}"
    )
    context = {"day": dt.date(2021, 4, 1), "n": 2, "half": Decimal("1234.5"), "at": dt.time(13, 40)}
    assert template.render(context) == (f"1er{NB}avril{NB}2021 | chevaux | 2{NB}$ | 1{NB}234,5 | 13 h 40")
