"""`make bench`: the portal's pages interleaved with the floor, told as a table and kept in results.md."""

import datetime as dt
import json
import os
import platform
import tempfile
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Page, Target, measure, weigh
from benchmarks.portal import CALENDAR_TOKEN, LONG_PATH, MEETING, SHORT_PATH, path_of
from benchmarks.servers import database, prepared, serving, told

ROUNDS, REQUESTS, WARM_UP = 3, 150, 20
RESULTS = Path(__file__).parent / "results.md"

# Each with the most times the floor's median that it may cost.
PAGES = [
    Page("Cheminement", "/chantier/2020-2021/", 2.5),
    Page("Rencontre", "/rencontres/2021-03-09/", 2.5),
    Page("Rencontres", "/rencontres/", 3),
    Page("Accueil", "/", 3),
    Page("Agenda, 60 rencontres, 12 activités", f"/agenda/{CALENDAR_TOKEN}.ics", 4, signed_in=False),
]
FILE = f"/rencontres/{MEETING}/synthese.pdf"


def run(database_url: str) -> str:
    """Measure on one kind of database; return its part of the results."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        floor = {"FLOOR_DATABASE_URL": stack.enter_context(database(database_url, folder, "floor"))}
        portal = portal_environment(folder, stack.enter_context(database(database_url, folder, "portal")))
        cookies = [prepared("benchmarks.floor", floor), prepared("benchmarks.portal", portal)]
        ports = [
            stack.enter_context(serving("benchmarks.floor:application", floor)),
            stack.enter_context(serving("ecpar_portal.wsgi:application", portal)),
            stack.enter_context(serving("benchmarks.by_hand:application", portal)),
        ]
        ground = Target("Plancher", ports[0], "/", cookies[0])
        targets = [
            Target(page.name, ports[1], page.path, cookies[1] if page.signed_in else "") for page in PAGES
        ]
        times = measure([ground, *targets], rounds=ROUNDS, requests=REQUESTS, warm_up=WARM_UP)
        made = [
            Target("Fichier", ports[1], FILE, cookies[1]),
            Target("À la main", ports[2], f"/plancher{FILE}", cookies[1]),
        ]
        paths = measure(path_targets(ports[1], portal), rounds=ROUNDS, requests=REQUESTS, warm_up=WARM_UP)
        files = measure(made, rounds=ROUNDS, requests=REQUESTS, warm_up=WARM_UP)
        kind = "PostgreSQL" if database_url.startswith("postgres") else "SQLite"
        pages = table(kind, times, [weigh(target) for target in targets])
    return f"{pages}\n\n{work(kind, database_url, long_path(paths), download(files))}"


def path_targets(port: int, portal: dict[str, str]) -> list[Target]:
    """The page of a long cycle and that of a short one, whose data is made now."""
    cookie = told("benchmarks.portal", "prepare_paths", portal)
    return [
        Target(str(meetings), port, f"/chantier/{path_of(meetings)}/", cookie)
        for meetings in (LONG_PATH, SHORT_PATH)
    ]


def long_path(times: dict[str, list[float]]) -> list:
    """The line of one meeting on a long path, beside one on a short path."""
    each = {name: [value / int(name) for value in values] for name, values in times.items()}
    long, short = str(LONG_PATH), str(SHORT_PATH)
    name = f"Cheminement, une rencontre sur {long}, à côté d’une sur {short} (ms)"
    return [name, middle(each[long]), middle(ratios(each, long, short)), 2]


def download(times: dict[str, list[float]]) -> list:
    """The line of a file that is made already, beside a view that asks the same queries by hand."""
    return [
        "Fichier déjà fait (ms)",
        middle(times["Fichier"]),
        middle(ratios(times, "Fichier", "À la main")),
        1.3,
    ]


def work(kind: str, database_url: str, *lines: list) -> str:
    """Measure what a worker costs, on data of its own; return its part of the results after `lines`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = portal_environment(folder, stack.enter_context(database(database_url, folder, "work")))
        lines = [*lines, *json.loads(told("benchmarks.work", "run", environment))]
    head = [f"### Travail, {kind}", "", "| mesure | valeur | × plancher | borne |", "|---|---:|---:|---:|"]
    rows = [
        f"| {name} | {value:.1f} | {ratio:.2f} | {bound} |".replace(".", ",")
        for name, value, ratio, bound in lines
    ]
    return "\n".join([*head, *rows])


def portal_environment(folder: Path, database_url: str) -> dict[str, str]:
    """The settings of the portal for a run."""
    return {
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
        "CACHE_URL": "dbcache://portal_cache",
        "VAR_DIR": str(folder / "var"),
        "PORTAL_URL": "http://127.0.0.1",
        "DEMO": "1",
        "DEBUG": "0",
        "LIMIT_FACTOR": "1000",  # one reader asks here as a hundred would
    }


def table(kind: str, times: dict[str, list[float]], weights: list[tuple[float, int]]) -> str:
    """One line for each page: milliseconds, ratio, weight."""
    floor = times["Plancher"]
    lines = [
        f"## {kind}",
        "",
        "| page | médiane (ms) | × plancher | au plus | HTML + CSS + JS comprimés (ko) | requêtes |",
        "|---|---:|---:|---:|---:|---:|",
        f"| Plancher | {middle(floor):.1f} | 1,00 | | | |".replace(".", ","),
    ]
    for page, (weight, requests) in zip(PAGES, weights, strict=True):
        ratio = middle(ratios(times, page.name, "Plancher"))
        figures = f"{middle(times[page.name]):.1f} | {ratio:.2f} | {page.most} | {weight:.1f} | {requests}"
        lines.append(f"| {page.name} | {figures.replace('.', ',')} |")
    return "\n".join(lines)


def middle(values: list[float]) -> float:
    """The median of an odd number of rounds."""
    return sorted(values)[len(values) // 2]


def ratios(times: dict[str, list[float]], name: str, floor: str) -> list[float]:
    """How many times its floor a target took, round by round."""
    return [own / ground for own, ground in zip(times[name], times[floor], strict=True)]


def conditions() -> str:
    """What the figures depend on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "psycopg"))
    return (
        f"Mesuré le {dt.date.today().isoformat()}, Python {platform.python_version()}, {packages}, "
        f"{os.cpu_count()} cœurs ({platform.machine()}). Deux serveurs gunicorn (2 processus, 4 fils), "
        "un seul lecteur sur une connexion gardée ouverte; à chaque tour, "
        f"{REQUESTS} demandes de chaque page, à tour de rôle avec le plancher; médiane de {ROUNDS} tours. "
        "Le plancher est `benchmarks/floor.py`."
    )


def main() -> None:
    """Measure on SQLite, and on PostgreSQL too where `DATABASE_URL` names one."""
    parts = [run("")]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parts.append(run(os.environ["DATABASE_URL"]))
    text = "\n\n".join(["# Ce que coûtent les pages", conditions(), *parts])
    kept = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    notes = kept.partition("\n## Notes\n")[2]
    RESULTS.write_text(text + "\n" + (f"\n## Notes\n{notes}" if notes else ""), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
