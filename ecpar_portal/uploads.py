"""Files that people bring: what is taken, under which name it is kept, and how it is given back.

A file is taken when its size, its extension and its content agree. It is kept under a name of ours and given
back as an attachment, never shown in the page. A photo is written anew: what a camera adds (place, day,
model) is not kept. What a file holds is read as little as it takes to know its kind, and never run.
"""

import html
import io
import re
import unicodedata
import uuid
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import FileResponse
from django.http.multipartparser import MultiPartParser
from PIL import Image, ImageOps

from ecpar_portal.french import NBSP
from ecpar_portal.refusal import Refusal

MEGABYTE = 1024 * 1024
MOST_BYTES = 25 * MEGABYTE
MOST_UNPACKED = 200 * MEGABYTE
MOST_ENTRIES = 5_000
MOST_RATIO = 100
# Small entries compress very well and harm nobody.
RATIO_MATTERS_ABOVE = MEGABYTE
MOST_MANIFEST = MEGABYTE
MOST_PIXELS = 50_000_000
LONGEST_NAME = 120

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


class FileRefused(Refusal):
    """A file that is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Upload:
    """A file that was taken: `name` is what people read, `stored_as` where it is kept."""

    name: str
    stored_as: str
    content_type: str
    content: bytes

    @property
    def file(self) -> ContentFile:
        """The bytes, as a storage takes them."""
        return ContentFile(self.content, name=self.stored_as)


def accept(file: UploadedFile) -> Upload:
    """Return what is to be kept of a file; raises FileRefused, whose message is for the person."""
    if FOLDER_SIGN in (file.name or ""):
        raise FileRefused("Le nom de ce fichier contient un chemin de dossier. Renommez-le, puis déposez-le.")
    name = clean_name(file.name or "")
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if extension not in KINDS:
        raise FileRefused(f"Ce genre de fichier n’est pas accepté. Ceux qui le sont{NBSP}: {ACCEPTED}.")
    content = file.read(MOST_BYTES + 1)
    if not content:
        raise FileRefused("Ce fichier est vide.")
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // MEGABYTE
        raise FileRefused(f"Ce fichier dépasse {most}{NBSP}Mo. Déposez-en une version plus légère.")
    content_type, read = KINDS[extension]
    return Upload(name, f"{uuid.uuid4()}.{extension}", content_type, read(content, extension))


def clean_name(name: str) -> str:
    """The name as people gave it, less any folder, control or direction character; never empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(" " if char.isspace() else char for char in name if not _is_hidden(char))
    stem, dot, extension = re.sub(r'[<>:"|?*]', "-", kept).rstrip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    room = LONGEST_NAME - len(extension) - 1
    return f"{stem.lstrip(' .')[:room].rstrip() or 'fichier'}{dot}{extension}"[:LONGEST_NAME]


def give_back(content: io.BufferedIOBase, name: str) -> FileResponse:
    """Answer with a kept file: to be saved, never shown in the page, whatever it holds."""
    response = FileResponse(content, as_attachment=True, filename=clean_name(name))
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _is_hidden(char: str) -> bool:
    """Whether a character is not seen: controls but white space, and those that turn a text around."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in "\t\n\r"


def _not_what_it_says(extension: str) -> FileRefused:
    said = extension.upper()
    return FileRefused(
        f"Le contenu de ce fichier n’est pas celui d’un fichier {said}. Enregistrez-le de nouveau."
    )


# PDF ------------------------------------------------------------------------------------------------


def _pdf(content: bytes, extension: str) -> bytes:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise _not_what_it_says(extension)
    return content


# Office documents: zip files of XML -----------------------------------------------------------------


def _ooxml(content: bytes, extension: str) -> bytes:
    with _open_zip(content, extension) as archive:
        types = _parsed(_read(archive, "[Content_Types].xml", extension), extension)
        declared = {element.get("ContentType", "") for element in types}
        if any("macro" in kind.lower() or "vbaproject" in kind.lower() for kind in declared):
            raise _with_macros()
        if f"{OOXML}{MAIN_PARTS[extension]}.main+xml" not in declared:
            raise _not_what_it_says(extension)
        _refuse_programs(archive)
    return content


def _odf(content: bytes, extension: str) -> bytes:
    with _open_zip(content, extension) as archive:
        first = archive.infolist()[0]
        kind = f"{ODF}{ODF_KINDS[extension]}".encode()
        plain = first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
        if not plain or _read(archive, "mimetype", extension) != kind:
            raise _not_what_it_says(extension)
        _parsed(_read(archive, "META-INF/manifest.xml", extension), extension)
        _refuse_programs(archive)
    return content


def _open_zip(content: bytes, extension: str) -> zipfile.ZipFile:
    """Open an archive whose own list promises no bomb; nothing is unpacked for it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # zipfile raises several, and struct its own
        raise _not_what_it_says(extension) from error
    entries = archive.infolist()
    sizes = sum(entry.file_size for entry in entries)
    if not entries:
        raise _not_what_it_says(extension)
    if len(entries) > MOST_ENTRIES or sizes > MOST_UNPACKED or any(map(_swells, entries)):
        raise FileRefused(
            "Ce fichier, une fois ouvert, serait démesuré. Enregistrez-le de nouveau, sans annexes."
        )
    if any(_leaves_its_folder(entry.filename) or entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused(
            "Ce fichier est chiffré ou mal formé. Enregistrez-le de nouveau, sans mot de passe."
        )
    return archive


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_MATTERS_ABOVE and entry.file_size > MOST_RATIO * max(
        entry.compress_size, 1
    )


def _leaves_its_folder(path: str) -> bool:
    return path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or ":" in path[:3]


def _read(archive: zipfile.ZipFile, name: str, extension: str) -> bytes:
    """Read one small entry, never beyond its limit, whatever size the archive says that it has."""
    try:
        with archive.open(name) as entry:
            content = entry.read(MOST_MANIFEST + 1)
    except (
        Exception
    ) as error:  # besides zipfile's own, zlib, lzma and bz2 raise their own on bytes that are not theirs
        raise _not_what_it_says(extension) from error
    if len(content) > MOST_MANIFEST:
        raise _not_what_it_says(extension)
    return content


def _parsed(xml: bytes, extension: str) -> object:
    try:
        return fromstring(xml, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise _not_what_it_says(extension) from error


def _refuse_programs(archive: zipfile.ZipFile) -> None:
    for name in map(str.lower, archive.namelist()):
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith(("basic/", "scripts/")):
            raise _with_macros()


def _with_macros() -> FileRefused:
    return FileRefused(
        "Ce fichier contient des macros. Enregistrez-le sans macros, puis déposez-le de nouveau."
    )


# Photos ---------------------------------------------------------------------------------------------


def _photo(content: bytes, extension: str) -> bytes:
    """Write the picture anew: pixels, upright, and nothing else."""
    kind = PHOTO_KINDS[extension]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[kind])
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused("Cette photo a trop de pixels. Déposez-en une version plus petite.")
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert("RGBA" if upright.has_transparency_data and kind != "JPEG" else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise FileRefused("Cette photo a trop de pixels. Déposez-en une version plus petite.") from error
    except FileRefused:
        raise
    except Exception as error:  # decoders raise whatever the bytes make them raise
        raise _not_what_it_says(extension) from error
    anew = Image.new(plain.mode, plain.size)
    anew.paste(plain)
    written = io.BytesIO()
    anew.save(written, kind, **({} if kind == "PNG" else {"quality": 88}))
    return written.getvalue()


MAIN_PARTS = {
    "docx": "wordprocessingml.document",
    "xlsx": "spreadsheetml.sheet",
    "pptx": "presentationml.presentation",
}
ODF_KINDS = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
PHOTO_KINDS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
ACCEPTED = "PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, JPEG, PNG, WebP"
KINDS: dict[str, tuple[str, Callable[[bytes, str], bytes]]] = {
    "pdf": ("application/pdf", _pdf),
    **{extension: (OOXML + part, _ooxml) for extension, part in MAIN_PARTS.items()},
    **{extension: (ODF + kind, _odf) for extension, kind in ODF_KINDS.items()},
    **{extension: (f"image/{kind.lower()}", _photo) for extension, kind in PHOTO_KINDS.items()},
}


# Names ----------------------------------------------------------------------------------------------

# Django keeps the end of a name that holds a folder, without a word. This sign stands for what it cut off, so
# that `accept` refuses such a name instead.
FOLDER_SIGN = "\u2215"


class WholeNameParser(MultiPartParser):
    """Reads what a browser sends, and lets a name with a folder in it be known."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """Write the sign in place of what parts folders."""
        whole = html.unescape(file_name).replace("\\", "/").replace("/", FOLDER_SIGN)
        return super().sanitize_file_name(whole)


class WholeNames(FileUploadHandler):
    """Has every upload read by `WholeNameParser`; the handlers after it keep the content."""

    def handle_raw_input(
        self, input_data: Any, META: dict, content_length: int, boundary: bytes, encoding: str | None = None
    ) -> tuple[Any, Any]:
        """Read it all here; what is returned is taken as read."""
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        return WholeNameParser(META, input_data, others, encoding).parse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave it to the others."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the others."""
