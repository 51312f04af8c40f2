"""Packages of the operating system: installed where we may, else the exact line to type."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .speech import say, stop

QUIET = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "l", "LC_ALL": "C.UTF-8"}
APT = ("apt-get", "-y", "-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0")


def distribution() -> str:
    """Return the `ID` of the system (`debian`, `ubuntu`, …), or an empty string."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")


def as_root() -> list[str] | None:
    """Return the prefix that makes a command run as root (nothing when we are), or None when we may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    # `-n`: never ask for a password in the middle of the set-up.
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def line_to_type(packages: Sequence[str]) -> str:
    """Return the command that a person can copy."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"


def install(packages: Sequence[str], what: str) -> None:
    """Install `packages` for `what`, or stop with the line to type."""
    prefix = as_root() if shutil.which("apt-get") else None
    if prefix is None:
        stop(f"Il manque {what}. À installer\u00a0: {line_to_type(packages)}")
    say(f"Il manque {what}\u00a0: installation…")
    # The list of packages is often there already; a bare machine has none and needs `update` first.
    if apt(prefix, "install", "--no-install-recommends", *packages) != "":
        apt(prefix, "update")
        trouble = apt(prefix, "install", "--no-install-recommends", *packages)
        if trouble:
            stop(f"L’installation a échoué ({trouble}). À essayer\u00a0: {line_to_type(packages)}")


def apt(prefix: Sequence[str], *arguments: str) -> str:
    """Run apt-get without a word; return its last line when it fails, else an empty string."""
    settings = [f"{name}={value}" for name, value in QUIET.items()]
    command = [*prefix, "env", *settings, *APT, *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else last_line(done.stderr + done.stdout) or f"code {done.returncode}"


def last_line(output: str) -> str:
    """Return the line of a program's output that says most: its last error, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR:", "E:", "Error:"))]
    return (errors or lines or [""])[-1]
