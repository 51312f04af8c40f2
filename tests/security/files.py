"""Small real files, and files that lie."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ecpar_portal.uploads import MAIN_PARTS, ODF, ODF_KINDS, OOXML

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BOMB_OF_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><lolz>&i;</lolz>"
)
OUTSIDE_ENTITY = '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a form receives it."""
    return SimpleUploadedFile(name, content, content_type="text/html")  # what a browser says is not believed


def zipped(entries: dict[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A zip file with these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=kind)
    return written.getvalue()


def office(extension: str, *, types: str | None = None, **more: str | bytes) -> bytes:
    """A minimal document of Word, Excel or PowerPoint, with more entries."""
    part = f"{OOXML}{MAIN_PARTS[extension]}.main+xml"
    namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
    override = f'<Override PartName="/main.xml" ContentType="{part}"/>'
    plain = f'<?xml version="1.0"?><Types xmlns="{namespace}">{override}</Types>'
    return zipped({"[Content_Types].xml": plain if types is None else types, "main.xml": "<x/>", **more})


def open_document(extension: str, *, manifest: str = "<manifest/>", **more: str | bytes) -> bytes:
    """A minimal document of LibreOffice, with more entries."""
    entries = {
        "mimetype": ODF + ODF_KINDS[extension],
        "META-INF/manifest.xml": manifest,
        "content.xml": "<x/>",
    }
    return zipped({**entries, **more}, stored=("mimetype",))


def photo(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options) -> bytes:
    """A picture."""
    written = io.BytesIO()
    Image.new(mode, size, "teal").save(written, kind, **options)
    return written.getvalue()


def photo_of_a_telephone(kind: str = "JPEG") -> bytes:
    """A picture taken lying down, with its place and its camera."""
    exif = Image.Exif()
    exif[0x010F] = "Fabricant-de-telephone"
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 30.0, 0.0), 3: "W", 4: (73.0, 34.0, 0.0)})
    return photo(kind, exif=exif)


REAL = {
    "Compte rendu.pdf": PDF,
    **{f"Document.{extension}": office(extension) for extension in MAIN_PARTS},
    **{f"Document.{extension}": open_document(extension) for extension in ODF_KINDS},
    "photo.jpg": photo("JPEG"),
    "photo.JPEG": photo("JPEG"),
    "photo.png": photo("PNG"),
    "photo.webp": photo("WEBP"),
}
