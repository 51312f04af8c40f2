"""Tells Docker whether a container does its work: `healthy.py web`, `worker` or `beat`, 0 when it does."""

import http.client
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

WEB_PORT = int(os.environ.get("HEALTH_PORT", "8000"))
BEAT_PID = Path(os.environ.get("HEALTH_BEAT_PID", "/tmp/beat.pid"))  # private to the container


def web() -> bool:
    """Ask for the public page as the proxy does: under the public name, and as if by https."""
    host = urlsplit(os.environ["PORTAL_URL"]).netloc
    connection = http.client.HTTPConnection("127.0.0.1", WEB_PORT, timeout=8)
    try:
        connection.request("GET", "/", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status < 400
    finally:
        connection.close()


def worker() -> bool:
    """Ask the worker of this very container for a sign of life, through the broker."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from ecpar_portal.celery import app  # only here: web and beat need no Django to be asked

    return bool(app.control.inspect(destination=[f"celery@{socket.gethostname()}"], timeout=5).ping())


def beat() -> bool:
    """Look whether the process that wrote its number still runs."""
    os.kill(int(BEAT_PID.read_text()), 0)
    return True


def main() -> int:
    """Ask the one service named on the command line."""
    services = {"web": web, "worker": worker, "beat": beat}
    try:
        return 0 if services[sys.argv[1]]() else 1
    except (OSError, ValueError, http.client.HTTPException) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
