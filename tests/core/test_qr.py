"""QR codes: valid inline SVG under a strict CSP, and a picture for letters."""

import io
import re
import struct
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from karavan.core.qr import qr_png, qr_svg
from tests.support.hostile import Case, cases

TICKET = "https://karavan.example/t/7F3K92"


def test_the_drawing_is_an_image_with_a_name_and_no_styles() -> None:
    svg = ET.fromstring(qr_svg(TICKET, label="QR: 7F3K-92"))  # noqa: S314 -- our own output
    assert svg.tag == "svg"
    assert set(svg.attrib) == {"role", "aria-label", "viewBox"}
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "QR: 7F3K-92")
    (path,) = svg
    assert set(path.attrib) == {"class", "stroke", "d"}
    assert (path.get("class"), path.get("stroke")) == ("qr-d", "#0f252d")


def test_the_code_has_four_modules_of_quiet_around_it() -> None:
    svg = qr_svg(TICKET, label="x")
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    assert (size - 8 - 17) % 4 == 0  # versions of QR are 21, 25, 29, … modules wide
    assert 'd="M4 4.5h7' in svg


def test_a_short_text_is_no_micro_code() -> None:
    assert 'viewBox="0 0 29 29"' in qr_svg("7", label="x")  # 21 + 8; a Micro code would be smaller


@pytest.mark.parametrize("case", cases(group="markup", where="any_text"))
def test_a_hostile_label_stays_a_label(case: Case) -> None:
    text = case.text.replace("\x00", "").replace("\x01", "")
    svg = ET.fromstring(qr_svg(TICKET, label=text))  # noqa: S314
    assert svg.get("aria-label").split() == text.split()
    assert [child.tag for child in svg] == ["path"]


def test_different_tickets_have_different_codes() -> None:
    assert qr_svg(TICKET, label="x") != qr_svg(TICKET + "3", label="x")


def test_a_picture_for_letters_is_a_square_png() -> None:
    png = qr_png(TICKET)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == height == 8 * (29 + 8)


def test_another_program_reads_what_was_written() -> None:
    for text in (TICKET, "Айгүл Әбдіғали", "a" * 500):
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png(text))))
        assert found.text == text


def test_too_much_for_an_old_phone_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="501 bytes"):
        qr_svg("a" * 501, label="x")
    qr_png("a" * 500)
