"""Static files under names that carry a fingerprint of their content, so that browsers may keep them for ever.

The component sheets in `static/css` become one `css/karavan.css`. Every file is written twice, once under its own
name and once under a name such as `css/karavan.0a1b2c3d4e5f.css`, each with the `.gz` and `.br` siblings that
WhiteNoise looks for. It happens at start, in about a quarter of a second, and not at all when nothing has changed:
there is no build step to forget.
"""

from __future__ import annotations

import gzip
import json
import posixpath
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import brotli

HTMX_CDN: Final = "https://cdn.jsdelivr.net/npm/htmx.org@4.0.1/dist/htmx.min.js"
HTMX_INTEGRITY: Final = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"
"""Not the one printed in htmx's README, which is wrong for 4.0.1. A test computes it from the vendored file."""
HTMX_LOCAL: Final = "vendor/htmx-4.0.1.min.js"
"""The same bytes among our own files, for when the network cannot be reached."""

BUNDLE: Final = "css/karavan.css"
PARTS: Final = (
    "tokens",
    "base",
    "layout",
    "header",
    "buttons",
    "pills",
    "cards",
    "dates-and-seats",
    "road",
    "forms",
    "messages",
    "tables",
    "ticket",
    "clock",
    "proposals",
    "discussion",
    "footer",
    "motion",
    "print",
)
"""The sheets of the bundle in their order, which is the cascade: later ones win."""
SEPARATE: Final = ("art", "dark")
"""Sheets a page links by itself: the landscape only where it is drawn, the dark tokens only for who wants them."""

_PACKED: Final = frozenset({".css", ".js", ".svg", ".txt", ".wasm", ".webmanifest"})
_LARGE: Final = 200_000
"""Bytes from which on the last percents of packing would cost seconds at the first start."""
_FINGERPRINTED: Final = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+\Z")
_STRING_OR_COMMENT: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|/\*.*?\*/""", re.DOTALL)
_STRING_OR_SPACE: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s*;?\s*(\})\s*|\s*([{;,])\s*|(:)\s+|(\s+)""", re.DOTALL
)
_CSS_URL: Final = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|/|#)([^"')]+)\1\s*\)""")


class Assets:
    """The published static files: `url("css/karavan.css")` says where a page finds one."""

    def __init__(self, source: Path, target: Path, prefix: str = "/static/") -> None:
        """Publish everything below `source` into `target`, unless it already lies there."""
        self.source = source
        self.target = target
        self.prefix = prefix
        files = {
            path.relative_to(source).as_posix(): path.read_bytes()
            for path in sorted(source.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        mark = self._mark(files)
        stamp = target.parent / f"{target.name}.json"
        names = self._already_published(stamp, mark)
        if names is None:
            finished = compose(files, prefix)
            self._publish(finished)
            names = {name: fingerprinted for name, (fingerprinted, _) in finished.items()}
            self._replace(stamp, json.dumps({"mark": mark, "names": names}).encode())
        self._urls = {name: prefix + fingerprinted for name, fingerprinted in names.items()}

    def url(self, name: str) -> str:
        """Return the address of a file by its name in the source tree. An unknown name is a `KeyError`."""
        return self._urls[name]

    def _mark(self, files: dict[str, bytes]) -> str:
        """Tell one state of the sources, and of the recipe in this file, from another."""
        mark = sha256(Path(__file__).read_bytes() + self.prefix.encode())
        for name, content in files.items():
            mark.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return mark.hexdigest()

    def _already_published(self, stamp: Path, mark: str) -> dict[str, str] | None:
        try:
            record: dict[str, Any] = json.loads(stamp.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        names: dict[str, str] = record["names"]
        whole = record["mark"] == mark and all((self.target / name).is_file() for name in names.values())
        return names if whole else None

    def _publish(self, finished: dict[str, tuple[str, bytes]]) -> None:
        """Put every file in place under both names, packed siblings first, so that no file is ever without them."""
        for name, (fingerprinted, content) in finished.items():
            variants = _packed(content) if Path(name).suffix in _PACKED else {}
            for published in (name, fingerprinted):
                for ending, packed in variants.items():
                    self._replace(self.target / f"{published}{ending}", packed)
                self._replace(self.target / published, content)

    def _replace(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all.

        Several processes may start at once: each writes beside the published tree (where WhiteNoise, which another one
        is just starting, does not look) and moves the finished file in. They write the same bytes, so the last wins.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.target.parent / f".static-{uuid4().hex}"
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def _packed(content: bytes) -> dict[str, bytes]:
    quality = 11 if len(content) < _LARGE else 9
    return {".gz": gzip.compress(content, mtime=0), ".br": brotli.compress(content, quality=quality)}


def compose(files: dict[str, bytes], prefix: str) -> dict[str, tuple[str, bytes]]:
    """Return for each public name its fingerprinted name and its final bytes. Touches no disk."""
    sheets = _sheets({name: content.decode() for name, content in files.items() if name.startswith("css/")})
    finished = {
        name: (_fingerprinted(name, content), content) for name, content in files.items() if not name.startswith("css/")
    }
    addresses = {name: prefix + fingerprinted for name, (fingerprinted, _) in finished.items()}
    for name, text in sheets.items():
        content = minify(_with_addresses(text, addresses)).encode()
        finished[name] = (_fingerprinted(name, content), content)
    return finished


def minify(css: str) -> str:
    """Take comments and needless spaces out of a style sheet; strings stay as they are, and so does every rule."""
    bare = _STRING_OR_COMMENT.sub(lambda found: found[1] or "", css)
    return _STRING_OR_SPACE.sub(
        lambda found: found[1] or found[2] or found[3] or found[4] or " ",
        bare,
    ).strip()


def is_immutable(path: str, url: str) -> bool:
    """Tell WhiteNoise whether this address can never come to mean other bytes."""
    del path
    return _FINGERPRINTED.search(url) is not None


def _sheets(css: dict[str, str]) -> dict[str, str]:
    """Join the parts into the bundle. A sheet that nobody lists would be missing from every page: refuse it."""
    listed = {f"css/{name}.css" for name in (*PARTS, *SEPARATE)}
    if css.keys() != listed:
        raise ValueError(f"List in assets.PARTS or SEPARATE, or remove: {sorted(css.keys() ^ listed)}")
    bundle = "\n".join(css[f"css/{name}.css"] for name in PARTS)
    return {BUNDLE: bundle} | {f"css/{name}.css": css[f"css/{name}.css"] for name in SEPARATE}


def _with_addresses(css: str, addresses: dict[str, str]) -> str:
    """Let each relative url(...) of a sheet name the fingerprinted file."""

    def address(found: re.Match[str]) -> str:
        name = posixpath.normpath(posixpath.join("css", found[2]))
        if name not in addresses:
            raise ValueError(f"A style sheet refers to {name}, which does not exist")
        return f'url("{addresses[name]}")'

    return _CSS_URL.sub(address, css)


def _fingerprinted(name: str, content: bytes) -> str:
    stem, ending = posixpath.splitext(name)
    return f"{stem}.{sha256(content).hexdigest()[:12]}{ending}"
