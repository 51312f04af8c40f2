"""The fonts of a document are ours, whatever the machine holds."""

import hashlib
import logging
import os
import subprocess
import sys

import pytest

from reports.pdf import html_to_pdf

pytestmark = pytest.mark.once

SCRIPTS = "Cri ᓀᐦᐃᔭᐍᐏᐣ, inuktitut ᐃᓄᒃᑎᑐᑦ, grec Ωμέγα, russe Привет, arabe مرحبا, chinois 中文, dessin 🌱"
HTML = f"<html lang=fr><title>x</title><body><h1>{SCRIPTS}</h1><p>{SCRIPTS}<p style='font-family: serif'>x ᓀ"


def test_a_text_in_any_script_uses_our_fonts_alone(tmp_path):
    path = tmp_path / "document.pdf"
    path.write_bytes(html_to_pdf(HTML))
    printed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    names = {line.split()[0].split("+")[1] for line in printed.splitlines()[2:]}
    assert {"-".join(name.split("-")[:2]) for name in names} == {"Source-Serif", "Source-Sans"}


def test_a_letter_that_our_fonts_lack_is_logged(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        html_to_pdf("<html lang=fr><title>x</title><body><h1>中</h1>")
    assert "U+4E2D" in caplog.text


def test_two_processes_make_the_same_bytes_of_any_script():
    code = (
        "import sys, django, hashlib; django.setup(); from reports.pdf import html_to_pdf;"
        "print(hashlib.sha256(html_to_pdf(sys.argv[1])).hexdigest())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ecpar_portal.settings"}
    command = [sys.executable, "-c", code, HTML]
    other = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert other.strip() == hashlib.sha256(html_to_pdf(HTML)).hexdigest()
