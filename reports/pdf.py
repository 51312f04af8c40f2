"""HTML to PDF/UA-1 with WeasyPrint, in a worker only; nothing is fetched but our own styles and fonts."""

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

FONT_PACKAGES = ("font_source_serif_pro", "font_source_sans_pro")
STYLES = settings.BASE_DIR / "static" / "pdf" / "document.css"


def html_to_pdf(html: str) -> bytes:
    """Return the PDF of a document; the same HTML gives the same bytes in every process."""
    engine = _engine()
    # The web server never loads WeasyPrint: it takes a second and 77 MiB.
    from weasyprint import HTML

    document = HTML(string=html, base_url="portal:/", url_fetcher=engine["fetcher"])
    return document.write_pdf(
        stylesheets=[engine["style"]],
        font_config=engine["fonts"],
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
    )


def styles() -> str:
    """The styles of every document, on the paper of the settings."""
    return STYLES.read_text() + f"@page {{ size: {settings.PAPER} }}"


@cache
def renderer_key() -> str:
    """Change with whatever changes the drawing of a document: styles, renderer and fonts."""
    packages = ("weasyprint", "pydyf", "fonttools", *FONT_PACKAGES)
    parts = [styles(), *(f"{name} {version(name)}" for name in packages)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def _engine() -> dict[str, Any]:
    """Parse fonts and styles once for the life of a worker: 16 of the 38 ms of a document else."""
    os.environ["FONTCONFIG_FILE"] = str(_font_list())
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        """Answers `portal:/fonts/…` from the font packages, and refuses everything else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            path = _fonts().get(url.removeprefix("portal:/fonts/"))
            if path is None:
                raise ValueError(f"refused: {url}")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})

    fonts, fetcher = FontConfiguration(), OwnFilesOnly()
    style = CSS(string=styles(), base_url="portal:/", font_config=fonts, url_fetcher=fetcher)
    return {"fonts": fonts, "fetcher": fetcher, "style": style}


atexit.register(_engine.cache_clear)  # its fonts complain when they go with the interpreter itself


@cache
def _font_list() -> Path:
    """Write the list of fonts that fontconfig reads in place of the machine's: ours, and no other.

    A letter that they lack shows as the same empty box everywhere, and WeasyPrint logs it.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fonts, kept = folder / "fonts", folder / "cache"
    fonts.mkdir()
    for name, path in _fonts().items():
        if name in styles():
            (fonts / name).symlink_to(path)
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{kept}</cachedir></fontconfig>")
    return config


@cache
def _fonts() -> dict[str, Path]:
    """The font files that the packages bring, by name."""
    folders = [Path(find_spec(name).origin).parent / "files" for name in FONT_PACKAGES]
    return {path.name: path for folder in folders for path in folder.glob("*.ttf")}
