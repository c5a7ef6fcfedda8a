"""Looking through one PDF: a program of its own, started by `karavan.files.checking` for each document.

It reads the document from standard input and writes one line with its verdict to standard output, then, if that is
`ok N` (N pages), the document written anew. It imports nothing of Karavan, and binds itself before it reads: memory,
processor time, no files, no further processes. A document that would unpack to gigabytes ends this program only.

Written anew, a PDF holds only what its pages need; comments, what stood before and behind it, and former versions are
gone. What acts is taken out wherever it hangs, by lists of what may stay. What a reader would miss (other files,
forms that are programs) is not taken out quietly: such a document is refused.
"""

from __future__ import annotations

import contextlib
import io
import sys
from typing import Any, Final

MEMORY: Final = 768 * 1024 * 1024
SECONDS: Final = 5
DEEPEST: Final = 60
"""Values inside values; deeper than any program writes."""

ACTIONS: Final = {"/GoTo", "/URI"}
"""What a link may do: lead to another page of the document, or to an address."""
ADDRESSES: Final = (b"http://", b"https://", b"mailto:")
NOTES: Final = frozenset(
    {"/Link", "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline"}
    | {"/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/Widget", "/Redact", "/Watermark"}
)
"""Annotations that are drawn, and nothing else. No sound, no film, no 3D."""
METADATA: Final = ("/Metadata", "/PieceInfo", "/LastModified")
ACTING: Final = ("/AA", "/JS", "/JavaScript", "/Launch", "/Ref", "/OPI", "/Renditions", "/RichMediaContent")
JPEG: Final = b"\xff\xd8\xff"
"""How every photo begins."""
PICTURE: Final = 0xDA
"""The part after which the picture itself comes."""
EXIF: Final = b"Exif\0\0"
"""How the notes of a photo begin: where and with what it was taken."""
FOREIGN: Final = ("/F", "/FFilter", "/FDecodeParms")
"""On a stream: its data are in another file."""


class Refused(Exception):
    """The document is not taken; the word says why."""


def bind() -> None:
    """Let this process have no more than a document needs."""
    try:
        import resource  # noqa: PLC0415 -- not everywhere
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit, or has a lower one
            resource.setrlimit(what, (most, most))


def look_through(content: bytes, most_pages: int) -> tuple[int, bytes]:
    """Return the number of pages and the document written anew."""
    import pikepdf  # noqa: PLC0415 -- after the limits

    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            if not pages:
                raise Refused("broken")
            if pages > most_pages:
                raise Refused("long")
            _clean_root(pdf.Root, pikepdf)
            with contextlib.suppress(KeyError):
                del pdf.trailer["/Info"]
            for thing in pdf.objects:
                _clean(thing, pikepdf, 0)
            written = io.BytesIO()
            pdf.save(
                written,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
                fix_metadata_version=False,
            )
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    return pages, written.getvalue()


def _clean_root(root: Any, pikepdf: Any) -> None:
    """Take from the whole document what it does by itself."""
    if "/Collection" in root:
        raise Refused("files")
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise Refused("form")
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        del root["/OpenAction"]
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        if "/EmbeddedFiles" in names:
            raise Refused("files")
        for name in list(names.keys()):
            if name != "/Dests":
                del names[name]
    for name in ("/URI", "/AF", "/Threads", "/SpiderInfo", "/NeedsRendering", "/Extensions"):
        if name in root:
            del root[name]


def _clean(thing: Any, pikepdf: Any, depth: int) -> None:
    """Take out what acts or tells on its author, in one value and in those inside it (not in those it points to)."""
    if depth > DEEPEST:
        raise Refused("broken")
    if isinstance(thing, pikepdf.Array):
        for one in thing:
            if not one.is_indirect if isinstance(one, pikepdf.Object) else False:
                _clean(one, pikepdf, depth + 1)
        return
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return
    if "/EF" in thing or thing.get("/Type") == "/EmbeddedFile":
        raise Refused("files")
    for name in (*METADATA, *ACTING):
        if name in thing:
            del thing[name]
    if isinstance(thing, pikepdf.Stream):
        _clean_stream(thing)
    _clean_action(thing, pikepdf)
    notes = thing.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        thing["/Annots"] = pikepdf.Array([note for note in notes if _may_stay(note, pikepdf)])
    for name in list(thing.keys()):
        inner = thing.get(name)
        if isinstance(inner, pikepdf.Array | pikepdf.Dictionary) and not inner.is_indirect:
            _clean(inner, pikepdf, depth + 1)


def _may_stay(note: Any, pikepdf: Any) -> bool:
    if isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == "/FileAttachment":
        raise Refused("files")
    return isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype")) in NOTES


def _clean_action(thing: Any, pikepdf: Any) -> None:
    """Let a link lead to a page or to an address of the web, and nothing follow from it."""
    action = thing.get("/A")
    if isinstance(action, pikepdf.Dictionary) and "/S" in action and not _is_harmless(action, pikepdf):
        del thing["/A"]
    for name in ("/PA", "/Next"):
        other = thing.get(name)
        if isinstance(other, pikepdf.Array) or (isinstance(other, pikepdf.Dictionary) and "/S" in other):
            del thing[name]


def _is_harmless(action: Any, pikepdf: Any) -> bool:
    kind = str(action.get("/S"))
    if kind not in ACTIONS:
        return False
    address = action.get("/URI")
    return kind != "/URI" or (isinstance(address, pikepdf.String) and bytes(address).lower().startswith(ADDRESSES))


def _clean_stream(stream: Any) -> None:
    """Keep a stream's data at home, and a photo's own notes (where it was taken) out of it."""
    if any(name in stream for name in FOREIGN):
        raise Refused("broken")
    data = stream.read_raw_bytes()
    if data[:3] == JPEG:  # whatever the document calls it: a broken one may have lost the word for a picture
        data = _without_notes(data)
        stream.write(data, filter=stream.get("/Filter"), decode_parms=stream.get("/DecodeParms"))
    if EXIF in data:
        raise Refused("broken")  # a photo so bent that its notes cannot be told from the picture


def _without_notes(jpeg: bytes) -> bytes:
    """Return a JPEG without its APP1 to APP13, APP15 and comments. APP14 says how colours are to be read.

    Raises:
        Refused: its parts do not follow each other up to the picture, so that a note could hide among them.

    """
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == PICTURE:
            return b"".join(kept) + jpeg[at:]
        if not 0xC0 <= marker <= 0xFE:
            break
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if not (marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != 0xEE)):
            kept.append(jpeg[at:end])
        at = end
    raise Refused("broken")


def main() -> None:
    """Read, look, tell."""
    bind()
    content = sys.stdin.buffer.read()
    try:
        pages, written = look_through(content, int(sys.argv[1]))
    except Refused as verdict:
        sys.stdout.buffer.write(f"{verdict}\n".encode())
    except Exception as fault:  # noqa: BLE001 -- a stranger's document may break anything in here
        sys.stdout.buffer.write(b"broken\n")
        sys.stderr.write(f"{type(fault).__name__}: {fault}"[:400])
    else:
        sys.stdout.buffer.write(f"ok {pages}\n".encode())
        sys.stdout.buffer.write(written)


if __name__ == "__main__":
    main()
