"""A real Chromium on a real server, signed in as whoever the test needs."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="session")
def browser(django_db_setup) -> Iterator[Browser]:
    """Chromium: the one that `CHROMIUM` names, or Playwright's own."""
    path = os.environ.get("CHROMIUM") or (
        "/usr/bin/chromium" if os.path.exists("/usr/bin/chromium") else None
    )
    from_migrations = connection._test_serialized_contents
    with sync_playwright() as playwright:
        # Playwright's loop gives this thread another connection: without this, no test that follows finds
        # what migrations wrote, such as the permissions of coordinators.
        connection._test_serialized_contents = from_migrations
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """Somebody at a screen."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Open an address of the portal."""
        self.page.goto(self.base + address)
        return self.page

    def obstacles(self, *, best_practice: bool = True) -> list[str]:
        """What axe finds wrong on the page: the WCAG tags, and its best practices on our own pages."""
        tags = [*WCAG, "best-practice"] if best_practice else WCAG
        # Preloading writes styles into the page, which its policy refuses; no rule of these tags needs it.
        rules = {"type": "tag", "values": tags}
        options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{violation['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
            for violation in found
            for node in violation["nodes"]
        ]

    def give_device(self) -> None:
        """Give the browser a device that holds keys, and whose owner is always there."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def overflows(self) -> bool:
        """Whether the page scrolls sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.fixture
def visitor(
    browser, live_server, transactional_db, django_db_serialized_rollback
) -> Iterator[Callable[..., Visitor]]:
    """Sit somebody at a screen: `visitor(user, width=360, theme="dark")`. Nobody's console may complain."""
    opened: list[Visitor] = []
    contexts = []

    def sit(user=None, *, width: int = 1280, theme: str = "light", scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            locale="fr-CA",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        if user:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        someone = Visitor(context.new_page(), live_server.url)
        someone.page.on("console", lambda message: note(someone, message))
        someone.page.on("pageerror", lambda error: someone.complaints.append(str(error)))
        opened.append(someone)
        contexts.append(context)
        return someone

    yield sit
    for context in contexts:
        context.close()
    assert [complaint for someone in opened for complaint in someone.complaints] == []


def note(someone: Visitor, message) -> None:
    """Keep what the console says, but the browser's echo of an answer that is no success."""
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        someone.complaints.append(message.text)
