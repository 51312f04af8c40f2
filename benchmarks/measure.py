"""Times and weights of pages, as a browser that keeps its connection open receives them."""

import gzip
import http.client
import re
import statistics
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the portal, and the most times the floor that it may cost; a program is not signed in."""

    name: str
    path: str
    most: float
    signed_in: bool = True


@dataclass(frozen=True)
class Target:
    """An address on a server, with the cookie of who asks."""

    name: str
    port: int
    path: str
    cookie: str


class Reader:
    """Asks one server, over one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, cookie: str) -> bytes:
        """Return the body as it travels; anything but 200 ends the run."""
        self.connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} a répondu {answer.status}.")
        return body


def measure(targets: list[Target], *, rounds: int, requests: int, warm_up: int) -> dict[str, list[float]]:
    """Return the median in milliseconds of each round, by target; targets are asked in turn."""
    readers = {target.port: Reader(target.port) for target in targets}
    for _ in range(warm_up):
        for target in targets:
            readers[target.port].get(target.path, target.cookie)
    medians: dict[str, list[float]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        times: dict[str, list[float]] = {target.name: [] for target in targets}
        for _ in range(requests):
            for target in targets:
                started = time.perf_counter()
                readers[target.port].get(target.path, target.cookie)
                times[target.name].append((time.perf_counter() - started) * 1000)
        for name, values in times.items():
            medians[name].append(statistics.median(values))
    return medians


def weigh(target: Target) -> tuple[float, int]:
    """Return what a first visit transfers (HTML, styles, scripts, icon; in kB), and its requests."""
    reader = Reader(target.port)
    page = reader.get(target.path, target.cookie)
    html = gzip.decompress(page).decode()
    head = html.partition("</head>")[0]
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', head))
    files = [reader.get(address, target.cookie) for address in sorted(addresses)]
    return sum(len(body) for body in [page, *files]) / 1000, 1 + len(files)
