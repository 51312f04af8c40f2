"""Files that people bring: real ones are taken, those that lie or would harm are refused in French."""

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ecpar_portal import uploads
from ecpar_portal.uploads import FileRefused, accept, clean_name, give_back
from tests.security import files
from tests.security.files import REAL, office, open_document, photo, sent, zipped

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_taken_under_a_name_of_ours(name):
    taken = accept(sent(name, REAL[name]))
    assert taken.name == name
    extension = name.rpartition(".")[2].lower()
    assert re.fullmatch(rf"[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\.{extension}", taken.stored_as)
    assert taken.content_type != "text/html"
    assert taken.file.size == len(taken.content) > 0


def test_documents_are_kept_byte_for_byte():
    for name in ("Compte rendu.pdf", "Document.docx", "Document.ods"):
        assert accept(sent(name, REAL[name])).content == REAL[name]


@pytest.mark.parametrize("said", REAL)
@pytest.mark.parametrize("content", REAL)
def test_a_file_whose_content_is_another_kind_is_refused(said, content):
    said_kind, kind = (uploads.KINDS[name.rpartition(".")[2].lower()][0] for name in (said, content))
    if said_kind == kind:
        assert accept(sent(said, REAL[content]))
    else:
        with pytest.raises(FileRefused, match="n’est pas celui d’un fichier"):
            accept(sent(said, REAL[content]))


@pytest.mark.parametrize("name", ["page.html", "image.svg", "a.exe", "a.docm", "a.xls", "a.zip", "sans"])
def test_what_is_not_on_the_list_is_refused_with_the_list(name):
    with pytest.raises(FileRefused, match="PDF, DOCX"):
        accept(sent(name, files.PDF))


def test_an_empty_file_is_refused():
    with pytest.raises(FileRefused, match="est vide"):
        accept(sent("a.pdf", b""))


def test_25_megabytes_are_taken_and_one_byte_more_is_not():
    room = uploads.MOST_BYTES - len(files.PDF)
    body = files.PDF[:9] + b" " * room + files.PDF[9:]
    assert len(accept(sent("a.pdf", body)).content) == 25 * 1024 * 1024
    with pytest.raises(FileRefused, match="dépasse 25"):
        accept(sent("a.pdf", body + b"\n"))


# What swells when it is opened -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "bomb",
    [
        office("xlsx", **{"xl/worksheets/sheet1.xml": b"\0" * 30_000_000}),
        office("docx", **{f"word/{n}.xml": "" for n in range(uploads.MOST_ENTRIES + 1)}),
        open_document("ods", **{"content.xml": b" " * 30_000_000}),
    ],
    ids=["ratio", "count", "ratio of an ODF"],
)
def test_a_zip_bomb_is_refused_before_anything_is_unpacked(bomb, monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *args: pytest.fail("unpacked"))
    with pytest.raises(FileRefused, match="démesuré"):
        accept(sent("a.ods" if b"opendocument" in bomb else "a.xlsx", bomb))


def test_a_zip_that_is_too_large_in_all_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 1000)
    with pytest.raises(FileRefused, match="démesuré"):
        accept(sent("a.docx", office("docx", **{f"{n}.xml": "x" * 400 for n in range(3)})))


def test_a_zip_that_lies_about_its_sizes_is_refused():
    content = office("docx", types=" " * 3_000_000)
    told = (3_000_000).to_bytes(4, "little")
    lying = content.replace(told, (30).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(FileRefused):
        accept(sent("a.docx", lying))


@pytest.mark.parametrize("xml", [files.BOMB_OF_ENTITIES, files.OUTSIDE_ENTITY, "<!DOCTYPE x><x/>", "<x", ""])
def test_an_xml_bomb_or_an_entity_from_outside_is_refused(xml):
    for name, content in (
        ("a.xlsx", office("xlsx", types=xml)),
        ("a.odt", open_document("odt", manifest=xml)),
    ):
        with pytest.raises(FileRefused, match="n’est pas celui"):
            accept(sent(name, content))


# What would run, or be written elsewhere -------------------------------------------------------------


def declaring(kind: str) -> str:
    """The list of contents of a document, with one of this kind."""
    return f'<Types><Override ContentType="{kind}"/></Types>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", office("docx", **{"word/vbaProject.bin": b"x"})),
        ("a.xlsx", office("xlsx", types=declaring("application/vnd.ms-office.vbaProject"))),
        ("a.docx", office("docx", types=declaring("application/vnd.ms-word.document.macroEnabled.main+xml"))),
        ("a.odt", open_document("odt", **{"Basic/Standard/Module1.xml": "<x/>"})),
        ("a.ods", open_document("ods", **{"Scripts/python/x.py": "x"})),
    ],
)
def test_macros_are_refused(name, content):
    with pytest.raises(FileRefused, match="macros"):
        accept(sent(name, content))


@pytest.mark.parametrize("path", ["../../etc/cron.d/x", "/etc/passwd", "..\\x", "C:/x", "a/../../x"])
def test_an_archive_that_would_write_elsewhere_is_refused(path):
    with pytest.raises(FileRefused, match="mal formé"):
        accept(sent("a.docx", office("docx", **{path: "x"})))


def test_a_zip_that_is_no_document_is_refused():
    for name in ("a.docx", "a.odt"):
        with pytest.raises(FileRefused, match="n’est pas celui"):
            accept(sent(name, zipped({"lisez-moi.txt": "x"})))


# Photos -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_place_and_camera_leave_a_photo_which_stands_upright(kind, name):
    before = files.photo_of_a_telephone(kind)
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)
    after = accept(sent(name, before)).content
    kept = Image.open(io.BytesIO(after))
    assert dict(kept.getexif()) == {}
    assert b"Fabricant" not in after
    assert kept.format == kind
    assert kept.size == (20, 40)


def test_what_follows_the_picture_in_its_file_is_not_kept():
    after = accept(sent("a.png", photo("PNG") + b"<script>alert(1)</script>")).content
    assert b"script" not in after


def test_a_transparent_picture_stays_transparent():
    after = accept(sent("a.png", photo("PNG", mode="RGBA"))).content
    assert Image.open(io.BytesIO(after)).mode == "RGBA"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn():
    huge = photo("PNG", size=(9000, 9000), mode="1")
    assert len(huge) < 100_000
    with pytest.raises(FileRefused, match="trop de pixels"):
        accept(sent("a.png", huge))


# Names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Compte rendu – été 2021.pdf", "Compte rendu – été 2021.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Ève\\contrat.docx", "contrat.docx"),
        ("a\r\nSet-Cookie: x.pdf", "a  Set-Cookie- x.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ('<img src="x">.png', "-img src=-x--.png"),
        ("\0.pdf", "fichier.pdf"),
        ("...", "fichier"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_the_name_that_people_read_is_cleaned(given, kept):
    assert clean_name(given) == kept


def test_a_file_is_given_back_to_be_saved_and_never_shown():
    answer = give_back(io.BytesIO(b"<script>"), "Été\r\nx.html")
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


# Whatever bytes ---------------------------------------------------------------------------------------

EXTENSIONS = st.sampled_from(sorted(uploads.KINDS))


def taken_or_refused(name: str, content: bytes) -> None:
    """Whatever else is raised is a fault of ours."""
    try:
        accept(sent(name, content))
    except FileRefused:
        return


@given(EXTENSIONS, st.binary(min_size=1, max_size=400))
def test_random_bytes_are_taken_or_refused(extension, content):
    taken_or_refused(f"a.{extension}", content)


@given(st.sampled_from(sorted(REAL)), st.data())
def test_real_files_with_bytes_changed_are_taken_or_refused(name, data):
    content = bytearray(REAL[name])
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)
    ):
        content[place] = value
    taken_or_refused(name, bytes(content[: data.draw(st.integers(1, len(content)))]))


@given(st.text(max_size=200))
def test_no_name_leaves_its_folder_or_its_line(name):
    kept = clean_name(name)
    assert 0 < len(kept) <= uploads.LONGEST_NAME
    assert not re.search(r"[\x00-\x1f/\\\u202e]", kept)
