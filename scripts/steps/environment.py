"""The Python environment `.venv` and the locked dependencies in it."""

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from . import system
from .places import PYTHON, ROOT, VENV
from .speech import say, stop

# Where the environment was made, and the fingerprint of each lock that was installed to its end.
MARKER = VENV / "portal.json"
LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz0b", "libharfbuzz-subset0")


def prepare(lock: str) -> None:
    """Make the environment hold exactly what `requirements/<lock>.txt` asks, and do nothing when it does."""
    requirements = ROOT / "requirements" / f"{lock}.txt"
    marker = read_marker()
    version = "" if marker.get("half_done") or marker["path"] != str(VENV) else python_version()
    if not version:
        create()
        marker, version = fresh_marker(), python_version()
    fingerprint = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()
    if marker["locks"].get(lock) != fingerprint:
        say("Installation des dépendances (une minute environ la première fois)…")
        # Should we be cut here, the next start finds this mark and begins anew rather than trust a half.
        write_marker({**marker, "half_done": True})
        install(requirements)
        marker["locks"][lock] = fingerprint
        write_marker(marker)


def fresh_marker() -> dict:
    """Return the marker of an environment in which nothing is installed yet."""
    return {"path": str(VENV), "locks": {}}


def read_marker() -> dict:
    """Return the marker, or a fresh one for an environment that a person made by hand."""
    try:
        return fresh_marker() | json.loads(MARKER.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return fresh_marker()


def write_marker(marker: dict) -> None:
    """Write the marker in one move, so that it is never half written."""
    draft = MARKER.with_suffix(".draft")
    draft.write_text(json.dumps(marker, indent=1), encoding="utf-8")
    draft.replace(MARKER)


def python_version() -> str:
    """Return the version of the environment's Python; nothing when it is too old, broken or without pip."""
    question = "import pip, sys; assert sys.version_info >= (3, 11); print(sys.version_info[:2])"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def create() -> None:
    """Make `.venv` anew."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        system.install([f"python{version}-venv"], "le module venv de Python")
    say("Création de l’environnement Python (.venv)…")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        stop(f"L’environnement Python n’a pas pu être créé ({system.last_line(done.stderr + done.stdout)}).")


def install(requirements: Path) -> None:
    """Install the locked packages, each checked against its hash."""
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--require-hashes", "--requirement", requirements]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        stop(
            "Les dépendances n’ont pas pu être installées. Vérifiez le réseau et relancez la commande"
            f" (dernière ligne de pip\u00a0: {system.last_line(done.stderr + done.stdout)})"
        )


def check_libraries() -> None:
    """Make sure that the production of PDFs finds its system libraries."""
    if finds_libraries():
        return
    system.install(LIBRARIES, "des bibliothèques pour produire les PDF")
    if not finds_libraries():
        stop(f"Les PDF ne peuvent pas être produits. À essayer\u00a0: {system.line_to_type(LIBRARIES)}")


def finds_libraries() -> bool:
    """Tell whether WeasyPrint starts, with the one library without which it only warns."""
    question = "import weasyprint.text.ffi as libraries; assert libraries.harfbuzz_subset is not None"
    return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
