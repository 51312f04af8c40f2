"""What only the tests need: a Chromium to visit pages with, and Poppler to read PDFs."""

import shutil
import subprocess
from pathlib import Path

from . import system
from .places import PYTHON
from .speech import say, stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def prepare() -> str:
    """Return the path of Chromium, or an empty string where the tests use Playwright's own."""
    if shutil.which("pdftotext") is None:
        system.install(["poppler-utils"], "de quoi lire les PDF dans les tests (poppler-utils)")
    path = find()
    if path or playwright_has_one():
        return path
    if system.distribution() == "debian":
        system.install(["chromium", "fonts-liberation"], "Chromium, pour les tests dans un navigateur")
        return find()
    install_with_playwright()
    return ""


def find() -> str:
    """Return the path of a Chromium of this machine that starts, or an empty string."""
    for path in filter(None, map(shutil.which, NAMES)):
        # Ubuntu's package is only a door to a snap, which cannot read the folders of the tests.
        if b"snap" in Path(path).read_bytes()[:4096] or "/snap/" in str(Path(path).resolve()):
            continue
        if subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return ""


def playwright_has_one() -> bool:
    """Tell whether Playwright has its own Chromium already."""
    question = (
        "from pathlib import Path; from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: raise SystemExit(not Path(p.chromium.executable_path).exists())"
    )
    return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0


def install_with_playwright() -> None:
    """Let Playwright bring its Chromium, with the libraries it needs where we may install them."""
    say("Installation de Chromium, pour les tests dans un navigateur…")
    prefix = system.as_root()
    # Playwright calls sudo by itself, and would wait for a password where there is one to give.
    extra = ["--with-deps"] if prefix is not None and shutil.which("apt-get") else []
    command = [PYTHON, "-m", "playwright", "install", *extra, "chromium"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        stop(
            f"Chromium n’a pas pu être installé ({system.last_line(done.stderr + done.stdout)})."
            " À essayer\u00a0: .venv/bin/python -m playwright install --with-deps chromium"
        )
