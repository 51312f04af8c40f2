"""Where things are, and whether we may use them: folders and the port."""

import errno
import os
import socket
import tempfile
from pathlib import Path

from .speech import reason, stop

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def var_dir() -> Path:
    """Return the folder of what the portal writes: database, private files, mail, logs."""
    return ROOT / os.environ.get("VAR_DIR", "var")


def check_folders() -> None:
    """Stop where the portal could not write."""
    for folder in (var_dir(), VENV if VENV.exists() else ROOT):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            stop(f"On ne peut pas écrire dans le dossier {folder}\u00a0: {reason_without_path(error)}.")


def reason_without_path(error: OSError) -> str:
    """Return why, without the name of the file that we tried: the person knows the folder."""
    error.filename = None
    return reason(error)


def chosen_port() -> int:
    """Return `PORT`, or stop where it is not a port number."""
    value = os.environ.get("PORT", "8000")
    if not value.isdigit() or not 0 < int(value) < 65536:
        stop(f"PORT={value} n’est pas un numéro de port. Essayez PORT=8001 make run.")
    return int(value)


def check_port() -> None:
    """Stop where the port is taken: said before the long steps, not after."""
    port, bind = chosen_port(), os.environ.get("BIND", "127.0.0.1").strip("[]")
    # Browsers try ::1 first for « localhost »: a stranger there would answer in our place.
    addresses = [bind, "::1"] if bind == "127.0.0.1" else [bind]
    for address in addresses:
        error = trouble_at(address, port)
        if error is None or (address != bind and error.errno != errno.EADDRINUSE):
            continue
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000
            stop(f"Le port {port} est déjà pris ({address}). Par exemple\u00a0: PORT={other} make run")
        stop(f"Le port {port} ne peut pas servir sur {address}\u00a0: {reason_without_path(error)}.")


def trouble_at(address: str, port: int) -> OSError | None:
    """Return what keeps us from listening there, or None."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # As the web server does: what a portal just stopped leaves behind (TIME_WAIT) is no obstacle.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
    except OSError as error:
        return error
    return None
