"""Compiling the catalogues: `python -m karavan.translations.compile`, and at every start where they have changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE: Final = Path(__file__).parent


def compile_catalogues(root: Path = HERE) -> list[Path]:
    """Compile what is newer than its compiled form, and return which catalogues those were.

    The new file takes the old one's place in one step, so that two starts at once, or a running site, never read half.
    """
    stale = [po for po in sorted(root.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in stale:
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
        handle, name = tempfile.mkstemp(dir=po.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as target:
            write_mo(target, catalogue)
        Path(name).chmod(0o644)
        Path(name).replace(po.with_suffix(".mo"))
    return stale


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


if __name__ == "__main__":
    for compiled in compile_catalogues():
        print(f"compiled {compiled.relative_to(HERE)}")
