"""The decoder for browsers without one: the very files of the packages that its script was made for."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
VENDOR = STATIC / "vendor"


def test_script_and_decoder_belong_together() -> None:
    """barcode-detector names the fingerprint of the ZXing that it was built with."""
    script = (VENDOR / "barcode-detector-3.2.2.min.js").read_text(encoding="utf-8")
    assert sha256((VENDOR / "zxing-reader-3.1.3.wasm").read_bytes()).hexdigest() in script


def test_their_licences_lie_beside_them() -> None:
    assert "MIT License" in (VENDOR / "barcode-detector-LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache License" in (VENDOR / "zxing-LICENSE.txt").read_text(encoding="utf-8")


def test_nothing_of_ours_lets_a_stranger_s_server_in() -> None:
    """The decoder would be fetched from a CDN unless it is told where it lies."""
    reader = (STATIC / "js" / "door-reader.js").read_text(encoding="utf-8")
    assert "locateFile" in reader
    assert "https://" not in reader + (STATIC / "js" / "door.js").read_text(encoding="utf-8")
