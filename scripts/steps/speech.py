"""What the steps say to people, and how they stop."""

import errno
import os
import sys
from typing import NoReturn

REASONS = {
    errno.EACCES: "permission refusée",
    errno.EPERM: "opération non permise",
    errno.EROFS: "système de fichiers en lecture seule",
    errno.ENOSPC: "il n’y a plus de place sur le disque",
    errno.EDQUOT: "le quota du disque est atteint",
    errno.ENOENT: "chemin introuvable",
    errno.ENOTDIR: "un élément du chemin n’est pas un dossier",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.EADDRINUSE: "déjà pris",
    errno.EADDRNOTAVAIL: "cette adresse n’est pas celle de cette machine",
}


class Stop(Exception):
    """An obstacle, told in one line."""


def say(line: str) -> None:
    """Tell the person where we are."""
    print(line, flush=True)


def stop(line: str) -> NoReturn:
    """Give up, with one line."""
    raise Stop(line)


def reason(error: BaseException) -> str:
    """Return why something failed, in French where the system's reason is a known one."""
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return REASONS.get(error.errno or 0, error.strerror or str(error)) + where
    return " ".join(f"{type(error).__name__}: {error}".split())


def speak_utf8() -> None:
    """Let accents through, whatever the locale of a bare machine."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    os.environ.setdefault("PYTHONIOENCODING", "utf-8:replace")
