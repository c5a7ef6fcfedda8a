"""What a file is called: as its owner called it, but never with an ending of hers, which would promise another kind."""

from __future__ import annotations

import re
from typing import Final

from karavan.core.text import BadText, clean_line, slugify
from karavan.files.checking import KINDS

LONGEST: Final = 120
_FOLDERS: Final = re.compile(r"\A.*[/\\]", re.DOTALL)
_ENDINGS: Final = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]{1,3})+\Z")
_TROUBLE: Final = re.compile(r"[\s\"*:<>?|]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def clean_name(typed: str | None, mime: str) -> str:
    """Return the name to keep and to show: one clean line with the ending that belongs to the kind.

    Any script is welcome; folders, and what file systems do not take, are left out. Never empty.
    """
    try:
        line = clean_line(_CONTROLS.sub(" ", (typed or "")[-4 * LONGEST :]), limit=80 * LONGEST)
    except BadText:
        line = ""
    stem = _TROUBLE.sub(" ", _ENDINGS.sub("", _FOLDERS.sub("", line)))[: LONGEST - 5].strip(" .")
    return f"{stem or 'file'}.{KINDS[mime]}"


def ascii_name(name: str) -> str:
    """Return the same name in Latin letters, for programs that know no others."""
    stem, _, ending = name.rpartition(".")
    return f"{slugify(stem, fallback='file')}.{ending}"
