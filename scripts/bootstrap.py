#!/usr/bin/env python3
"""From a bare machine to a working portal; `make` calls it (see `Makefile`).

    python3 scripts/bootstrap.py run                 set up, then start the portal
    python3 scripts/bootstrap.py manage ARGUMENTS    set up, then `manage.py ARGUMENTS`
    python3 scripts/bootstrap.py tools [COMMAND]     the same with the tools of developers, then COMMAND
    python3 scripts/bootstrap.py tests [COMMAND]     the same with Chromium, Poppler, PostgreSQL, then COMMAND

This file keeps to what Python 3.6 can parse, so that an old Python gets one line and not a SyntaxError.
The steps themselves are in `steps/`, which only a recent Python reads.
"""

import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
CANDIDATES = ("python3.14", "python3.13", "python3.12", "python3.11")


def recent_python() -> str:
    """Return the path of a Python that is recent enough, or an empty string."""
    question = f"import sys; sys.exit(sys.version_info < {OLDEST!r})"
    for name in CANDIDATES:
        path = shutil.which(name)
        # A name on the PATH may be a launcher (pyenv) for a version that is not installed: ask it.
        if path and subprocess.call([path, "-c", question], stderr=subprocess.DEVNULL) == 0:
            return path
    return ""


def refuse_old_python() -> None:
    """Go on with a recent Python where there is one; otherwise say in one line what to install."""
    path = recent_python()
    if path:
        os.execv(path, [path, *sys.argv])
    line = (
        f"Le portail demande Python {OLDEST[0]}.{OLDEST[1]} ou plus récent, "
        f"et celui-ci est Python {sys.version_info[0]}.{sys.version_info[1]}. Installez-en un "
        "(sur Debian ou Ubuntu\u00a0: apt-get install python3.11 python3.11-venv), puis relancez.\n"
    )
    # As bytes: an old Python in a C locale could not encode the accents.
    os.write(2, line.encode("utf-8"))
    sys.exit(1)


if __name__ == "__main__":
    os.environ.setdefault("PORTAL_STARTED_AT", str(time.time()))
    if sys.version_info < OLDEST:
        refuse_old_python()
    from steps.commands import main  # only here: an old Python could not read it

    main(sys.argv[1:])
