"""The commands of `bootstrap.py`: what each prepares before it gives way to the program asked for."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from . import browser, environment, places, servers
from .speech import Stop, reason, speak_utf8


def main(arguments: Sequence[str]) -> NoReturn:
    """Run one command; whatever goes wrong is told in one line."""
    speak_utf8()
    try:
        dispatch(*arguments[:1], rest=arguments[1:])
    except Stop as obstacle:
        print(obstacle, file=sys.stderr, flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nInterrompu.", file=sys.stderr, flush=True)
        sys.exit(130)
    except Exception as error:  # a person reads one line, the log keeps the rest
        print(f"La préparation a échoué\u00a0: {reason(error)}.{kept_trace()}", file=sys.stderr, flush=True)
        sys.exit(1)
    sys.exit(0)


def dispatch(command: str = "", *, rest: Sequence[str]) -> None:
    """Prepare what `command` needs, then become the program it asks for."""
    if command == "run":
        places.check_port()
    if command in {"run", "manage"}:
        prepare("run")
        arguments = ["run", *rest] if command == "run" else rest
        become([str(places.PYTHON), "manage.py", *arguments], portal_environment())
    elif command == "tools":
        prepare("test")
        become(rest, {})
    elif command == "tests":
        prepare("test")
        servers.prepare()
        become(rest, {"CHROMIUM": browser.prepare()})
    else:
        raise Stop("Commandes\u00a0: run, manage, tools, tests. Voir aussi «\u00a0make help\u00a0».")


def prepare(lock: str) -> None:
    """Make folders, environment and system libraries ready."""
    places.check_folders()
    environment.prepare(lock)
    environment.check_libraries()


def portal_environment() -> dict[str, str]:
    """Return what makes this start a demonstration; what the person has set stays."""
    port = places.chosen_port()
    ours = {"DEMO": "1", "PORT": str(port), "PORTAL_URL": f"http://localhost:{port}"}
    return {**ours, **{name: os.environ[name] for name in ours if name in os.environ}}


def become(command: Sequence[str], extra: dict[str, str]) -> None:
    """Give way to `command`, found in the environment first; nothing to do when there is none."""
    if not command:
        return
    os.chdir(places.ROOT)
    path = f"{places.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ.update(extra, PATH=path, VIRTUAL_ENV=str(places.VENV))
    sys.stdout.flush()
    os.execvp(command[0], list(command))


def kept_trace() -> str:
    """Keep the traceback where a developer can read it; return the sentence that says where."""
    if os.environ.get("DEBUG", "") not in ("", "0", "false"):
        traceback.print_exc()
    try:
        log = places.var_dir() / "log" / "bootstrap.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), encoding="utf-8")
    except OSError:
        return ""
    return f" Le détail est dans {log}."
