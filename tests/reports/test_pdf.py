"""The renderer of documents: what people typed is text, and nothing is fetched for it."""

import socket
import threading

import pytest

from reports.pdf import html_to_pdf

pytestmark = pytest.mark.once


@pytest.fixture
def listener():
    """An address of this machine that counts who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        visits, over = [], threading.Event()

        def listen():
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                visits.append(connection)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", visits
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="{here}a.png" alt="">',
        '<link rel="stylesheet" href="{here}a.css">',
        '<link rel="attachment" href="{here}secret">',
        '<a rel="attachment" href="{here}secret">x</a>',
        "<style>@import url({here}a.css); @font-face {{ font-family: x; src: url({here}f.ttf) }}</style>",
        '<p style="background: url({here}a.png)">x</p>',
        '<svg><image href="{here}a.svg"/></svg>',
        '<object data="{here}a.svg"></object>',
        '<base href="{here}"><img src="a.png" alt="">',
    ],
)
def test_nothing_is_fetched_for_a_document(listener, hostile):
    here, visits = listener
    html_to_pdf(f"<html lang=fr><title>x</title><body><h1>x</h1>{hostile.format(here=here)}")
    assert visits == []


@pytest.mark.parametrize(
    "tag",
    ['<link rel="attachment" href="{}">', '<img src="{}" alt="">', '<a rel="attachment" href="{}">x</a>'],
)
def test_no_file_of_the_machine_enters_a_document(tmp_path, tag):
    secret = tmp_path / "secret.txt"
    secret.write_text("mot de passe")
    pdf = html_to_pdf(f"<html lang=fr><title>x</title><body><h1>x</h1>{tag.format(secret.as_uri())}")
    assert b"EmbeddedFile" not in pdf
    assert b"mot de passe" not in pdf
