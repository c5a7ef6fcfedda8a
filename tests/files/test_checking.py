"""A file is what its bytes are. What is stored was made anew, opens again, and tells nothing about its maker."""

from __future__ import annotations

import io
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from PIL import Image

from karavan.core.problems import Problem
from karavan.files import checking
from karavan.files.checking import BUNDLE, JPEG, MOST_BYTES, PDF, PNG, USUAL, WEBP, Bounds, examine
from karavan.files.looking_through import Refused, _without_notes
from karavan.files.problems import (
    DocumentHoldsFiles,
    DocumentIsBroken,
    DocumentIsForm,
    DocumentIsLocked,
    DocumentIsTooLong,
    FileIsEmpty,
    FileIsTooLarge,
    PhotoIsHeic,
    PictureIsBroken,
    PictureIsTooLarge,
    TooManyFiles,
    WrongKindOfFile,
)
from tests.files import hostile_files as made

if TYPE_CHECKING:
    from collections.abc import Callable

    from karavan.files.checking import Examined


def seen(examined: Examined) -> Image.Image:
    """Open what came out as a browser would."""
    shown = Image.open(io.BytesIO(examined.content))
    shown.load()
    assert Image.MIME[shown.format] == examined.mime
    assert shown.size == (examined.width, examined.height)
    return shown


def read(examined: Examined) -> pikepdf.Pdf:
    document = pikepdf.open(io.BytesIO(examined.content), attempt_recovery=False)
    assert examined.mime == PDF
    assert len(document.pages) == examined.pages
    return document


def tells_nothing(examined: Examined) -> bool:
    if examined.mime == PDF:
        document = read(examined)
        kept = [bytes(one.read_raw_bytes()) for one in document.objects if isinstance(one, pikepdf.Stream)]
        inside = b"".join([one.unparse() for one in document.objects] + kept)
        return "/Info" not in document.trailer and not any(word in inside for word in (b"Amina", b"Metadata", b"Exif"))
    shown = seen(examined)
    left = {"exif", "icc_profile", "comment", "xmp", "dpi", "parsed_exif"} & shown.info.keys()
    return not left and not shown.getexif() and b"Amina" not in examined.content


# --- Pictures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_the_place_where_it_was_taken_and_all_other_notes(form: str) -> None:
    taken = made.photo(form)
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(made.GPS)

    examined = examine(taken)

    assert tells_nothing(examined)
    assert examined.pages is None


@pytest.mark.parametrize(
    ("orientation", "size", "corner"),
    [
        (1, (60, 40), "red"), (2, (60, 40), "blue"), (3, (60, 40), "blue"), (4, (60, 40), "red"),
        (5, (40, 60), "red"), (6, (40, 60), "red"), (7, (40, 60), "blue"), (8, (40, 60), "blue"),
    ],
)  # fmt: skip
def test_a_photo_stands_upright(orientation: int, size: tuple[int, int], corner: str) -> None:
    shown = seen(examine(made.photo(orientation=orientation)))

    assert shown.size == size
    red, _, blue = shown.getpixel((2, 2))
    assert (red > blue) == (corner == "red")


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    shown = seen(examine(made.picture("JPEG", (5000, 2500))))

    assert shown.size == (2000, 1000)


def test_a_small_picture_keeps_its_size() -> None:
    assert seen(examine(made.picture("PNG", (1, 1)))).size == (1, 1)


def test_a_drawing_stays_a_png_and_a_photo_saved_as_one_does_not() -> None:
    noise = io.BytesIO()
    Image.effect_noise((900, 900), 90).convert("RGB").save(noise, "PNG")

    assert examine(made.picture("PNG", (300, 300))).mime == PNG
    assert examine(noise.getvalue()).mime == JPEG


def test_what_is_transparent_stays_so() -> None:
    clear = seen(examine(made.picture("PNG", (30, 30), "RGBA", (10, 20, 30, 0))))
    soft = examine(made.picture("WEBP", (30, 30), "RGBA", (10, 20, 30, 99)))

    assert clear.getpixel((5, 5))[3] == 0
    assert soft.mime == WEBP
    assert tells_nothing(soft)


def test_a_picture_without_anything_transparent_needs_no_room_for_it() -> None:
    assert examine(made.picture("WEBP", (30, 30), "RGBA", (10, 20, 30, 255))).mime == JPEG


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_a_png_keeps_its_points_is_read(mode: str) -> None:
    assert seen(examine(made.picture("PNG", (20, 10), mode))).size == (20, 10)


def test_deep_grey_stays_grey_and_does_not_become_white() -> None:
    assert seen(examine(made.picture("PNG", (20, 10), "I;16", 128 * 256))).getpixel((1, 1)) == 128


def test_print_colours_become_screen_colours() -> None:
    assert seen(examine(made.picture("JPEG", (20, 10), "CMYK"))).mode == "RGB"


def test_a_picture_that_promises_too_many_points_is_refused_before_it_is_decoded() -> None:
    began = time.perf_counter()
    for width, height in ((20_000, 20_000), (2**31 - 1, 2**31 - 1), (40_000_001, 1), (8_000, 12_000)):
        with pytest.raises(PictureIsTooLarge):
            examine(made.pixel_bomb(width, height))
    assert time.perf_counter() - began < 1


def test_notes_that_unpack_to_a_hundred_megabytes_are_not_unpacked() -> None:
    with pytest.raises(PictureIsBroken):
        examine(made.text_bomb())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_picture_of_which_a_part_is_missing_is_refused(form: str, share: float) -> None:
    whole = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(whole, form)

    with pytest.raises(PictureIsBroken):
        examine(whole.getvalue()[: int(len(whole.getvalue()) * share)])


def test_a_second_file_behind_a_picture_is_gone() -> None:
    for hidden in (made.SCRIPT, made.archive(**{"evil.exe": b"MZ evil"})):
        examined = examine(made.photo() + hidden)

        assert b"evil" not in examined.content
        assert b"script" not in examined.content
        assert seen(examined).size == (60, 40)


# --- Documents ------------------------------------------------------------------------------------------------


def test_a_document_comes_through_with_its_pages_and_without_its_author() -> None:
    examined = examine(made.pdf(pages=3))

    assert examined.pages == 3
    assert tells_nothing(examined)
    document = read(examined)
    assert b"page 2" in document.pages[2].Contents.read_bytes()


def test_the_same_document_twice_is_the_same_file() -> None:
    document = made.pdf()

    assert examine(document) == examine(document)


def test_a_scan_loses_the_place_where_it_was_taken() -> None:
    examined = examine(made.pdf(change=made.with_photo))

    assert tells_nothing(examined)
    document = read(examined)
    (image,) = document.pages[0].get_images().values()
    assert pikepdf.PdfImage(image).as_pil_image().size == (60, 40)


ACTIVE: list[Callable[[pikepdf.Pdf], None]] = [
    made.opens_with_script,
    made.opens_with_program,
    made.opens_other_document,
    made.named_script,
    made.page_with_script,
    made.chained_link,
    made.field_with_script,
    made.bookmarked_script,
    made.film,
]
WORDS = (b"JavaScript", b"/JS", b"Launch", b"GoToR", b"alert", b"cmd.exe", b"evil", b"RichMedia", b"/AA")


@pytest.mark.parametrize("change", ACTIVE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_what_a_document_would_do_by_itself_is_taken_out(change: Callable[..., None], packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    examined = examine(made.pdf(change=change, object_stream_mode=mode))

    document = read(examined)
    inside = b" ".join(one.unparse() for one in document.objects) + document.Root.unparse()
    assert [word for word in WORDS if word in inside] == []
    assert examined.pages == 1


def test_a_link_may_lead_to_an_address_and_to_a_page() -> None:
    for action in (
        {"S": pikepdf.Name.URI, "URI": pikepdf.String("https://example.kz")},
        {"S": pikepdf.Name.GoTo, "D": pikepdf.Array([0, pikepdf.Name.Fit])},
    ):
        document = read(examine(made.pdf(change=made.link(**action))))
        assert action["S"] == document.pages[0].Annots[0].A.S


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "\\\\evil\\x"])
def test_but_not_to_a_program_or_a_file(address: str) -> None:
    change = made.link(S=pikepdf.Name.URI, URI=pikepdf.String(address))

    document = read(examine(made.pdf(change=change)))

    assert "/A" not in document.pages[0].Annots[0]


@pytest.mark.parametrize("change", [made.with_a_file, made.with_a_pinned_file, made.portfolio])
def test_a_document_with_files_inside_is_refused(change: Callable[..., None]) -> None:
    with pytest.raises(DocumentHoldsFiles):
        examine(made.pdf(change=change))


def test_a_form_that_is_a_program_is_refused() -> None:
    with pytest.raises(DocumentIsForm):
        examine(made.pdf(change=made.xfa))


def test_a_document_whose_data_lie_elsewhere_is_refused() -> None:
    with pytest.raises(DocumentIsBroken):
        examine(made.pdf(change=made.data_elsewhere))


def test_a_document_with_a_password_is_refused() -> None:
    with pytest.raises(DocumentIsLocked):
        examine(made.locked_pdf())


def test_a_document_that_opens_without_its_password_is_taken_and_then_has_none() -> None:
    locked = made.pdf(encryption=pikepdf.Encryption(user="", owner="secret"))

    assert not read(examine(locked)).is_encrypted


def test_a_hundred_pages_are_taken_and_one_more_is_not() -> None:
    assert examine(made.pdf(pages=100)).pages == 100
    with pytest.raises(DocumentIsTooLong):
        examine(made.pdf(pages=101))


def test_a_document_of_which_a_part_is_missing_is_refused() -> None:
    whole = made.pdf(pages=5)
    for share in (0.1, 0.5, 0.95):
        with pytest.raises(DocumentIsBroken):
            examine(whole[: int(len(whole) * share)])


def test_what_stands_before_and_behind_a_document_is_gone() -> None:
    page, zipped = b"%" + made.SCRIPT + b"\n", made.archive(**{"evil.exe": b"MZ evil"})
    examined = examine(made.pdf() + page + zipped)

    assert b"script" not in examined.content
    assert b"evil" not in examined.content


@pytest.mark.thorough
def test_a_document_that_unpacks_to_gigabytes_ends_only_the_program_that_looks() -> None:
    bomb = made.unpacking_bomb()
    assert len(bomb) < USUAL.size
    began = time.perf_counter()

    with pytest.raises(DocumentIsBroken):
        examine(bomb)

    assert time.perf_counter() - began < 12


def test_a_long_plan_is_looked_through_within_the_bounds_of_a_bundle() -> None:
    """Three hundred pages, each with a drawing that is not to be packed further: some seven megabytes."""
    plan = made.pdf(pages=300, change=made.with_drawings)
    assert USUAL.size < len(plan) < BUNDLE.size
    began = time.perf_counter()
    examined = examine(plan, BUNDLE)
    assert examined.pages == 300
    assert time.perf_counter() - began < 10
    with pytest.raises(FileIsTooLarge):
        examine(plan)


@pytest.mark.parametrize("bounds", [USUAL, BUNDLE], ids=["usual", "bundle"])
def test_one_page_more_than_its_use_allows_is_too_long(bounds: Bounds) -> None:
    assert examine(made.pdf(pages=bounds.pages), bounds).pages == bounds.pages
    with pytest.raises(DocumentIsTooLong) as refused:
        examine(made.pdf(pages=bounds.pages + 1), bounds)
    assert refused.value.message.facts == {"pages": bounds.pages}


@pytest.mark.thorough
def test_a_document_that_unpacks_to_gigabytes_is_no_bundle_either() -> None:
    with pytest.raises(DocumentIsBroken):
        examine(made.unpacking_bomb(), BUNDLE)


def test_brackets_within_brackets_end_it_as_well() -> None:
    with pytest.raises(DocumentIsBroken):
        examine(made.nested_pdf())


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("looking", 1)

    monkeypatch.setattr(checking.subprocess, "run", never)

    with pytest.raises(DocumentIsBroken):
        examine(made.pdf())


# --- Neither --------------------------------------------------------------------------------------------------

STRANGERS = {
    "program": b"MZ\x90\x00" + b"\0" * 500,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "page": made.SCRIPT,
    "gif and page": b"GIF89a/*" + b"\0" * 30 + made.SCRIPT,
    "gif": made.picture("GIF", (4, 4), "P"),
    "tiff": made.picture("TIFF", (4, 4)),
    "bmp": made.picture("BMP", (4, 4)),
    "archive": made.archive(a=b"b"),
    "page before a document": made.SCRIPT + made.pdf(),
    "space before a document": b"\n" + made.pdf(),
    "document in an archive": made.archive(a=b"b") + made.pdf(),
    "postscript": b"%!PS-Adobe-3.0\n",
    "text": "Су жоқ".encode(),
    "one byte": b"\0",
    "sound in a riff": b"RIFF\x00\x00\x00\x00WAVEfmt ",
}


@pytest.mark.parametrize("content", STRANGERS.values(), ids=STRANGERS)
def test_whatever_is_neither_picture_nor_document_is_refused(content: bytes) -> None:
    with pytest.raises(WrongKindOfFile):
        examine(content)


def test_a_photo_in_apples_format_is_refused_with_advice() -> None:
    with pytest.raises(PhotoIsHeic, match="Save it as JPEG"):
        examine(b"\0\0\0\x18ftypheic" + b"\0" * 60)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(FileIsEmpty):
        examine(b"")
    with pytest.raises(FileIsTooLarge) as refused:
        examine(made.pdf().ljust(USUAL.size + 1, b"\n"))
    assert refused.value.message.facts == {"megabytes": 5}
    with pytest.raises(FileIsTooLarge) as refused:
        examine(made.photo().ljust(MOST_BYTES + 1, b"\0"))
    assert refused.value.message.facts == {"megabytes": 10}


def test_a_beginning_alone_makes_no_picture() -> None:
    for beginning in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 "):
        with pytest.raises(PictureIsBroken):
            examine(beginning + made.SCRIPT)
    with pytest.raises(DocumentIsBroken):
        examine(b"%PDF-1.7\n" + made.SCRIPT)


def test_when_all_lookers_are_at_work_one_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_PATIENCE", 0.01)
    with checking._one_of_few(), checking._one_of_few(), pytest.raises(TooManyFiles) as busy:
        examine(made.photo())
    assert busy.value.status == 503
    assert examine(made.photo()).mime == JPEG


# --- Properties -----------------------------------------------------------------------------------------------

SOUND = {form: made.photo(form) for form in ("JPEG", "PNG", "WEBP")}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SOUND)), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=4))
def test_whatever_comes_out_of_a_bent_picture_opens_again_and_tells_nothing(
    form: str, bends: list[tuple[float, bytes]]
) -> None:
    content = bytearray(SOUND[form])
    for share, patch in bends:
        at = int(share * len(content))
        content[at : at + len(patch)] = patch
    try:
        examined = examine(bytes(content))
    except Problem:
        return
    assert tells_nothing(examined)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=3))
@example([(0.40625, b"\0")])  # the word that says "picture" is lost, and the photo is still there
@example([(0.43871540438834444, b"\0")])  # the photo no longer begins as one
@example([(0.5239693489387195, b"\0")])  # its parts no longer follow each other
def test_whatever_comes_out_of_a_bent_document_opens_again_and_tells_nothing(bends: list[tuple[float, bytes]]) -> None:
    content = bytearray(made.pdf(change=made.with_photo))
    for share, patch in bends:
        at = int(share * len(content))
        content[at : at + len(patch)] = patch
    try:
        examined = examine(bytes(content))
    except Problem:
        return
    read(examined)
    assert b"Telephone of" not in examined.content


@given(st.binary(max_size=300))
def test_a_jpegs_notes_are_taken_out_of_anything_or_it_is_refused(content: bytes) -> None:
    with suppress(Refused):
        _without_notes(b"\xff\xd8" + content)


@settings(deadline=None)  # a beginning of a PDF starts a process
@given(st.binary(max_size=60))
def test_bytes_without_a_known_beginning_are_refused(content: bytes) -> None:
    try:
        examine(content)
    except Problem as problem:
        assert problem.message.id  # noqa: PT017
    else:
        raise AssertionError("nothing so short is a file")


def test_every_verdict_has_its_sentence() -> None:
    kinds: Any = {type(checking._refusal(word, 100)) for word in ("long", "locked", "files", "form", "broken", "")}

    assert kinds == {DocumentIsTooLong, DocumentIsLocked, DocumentHoldsFiles, DocumentIsForm, DocumentIsBroken}
