"""Handing a file to a browser, so that it can do nothing there but be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response, request

from karavan.files.checking import PDF
from karavan.files.names import ascii_name, clean_name

if TYPE_CHECKING:
    from karavan.files.models import StoredFile

PUBLIC_SECONDS: Final = 300
"""For so long a browser may keep what everyone may see; what is taken down is gone for all in five minutes."""
_POLICY: Final = "sandbox; default-src 'none'"


def send(file: StoredFile, content: bytes, name: str, *, inline: bool, private: bool) -> Response:
    """Answer with a file. The view has checked, at this very request, that the reader may have it.

    `inline` is for pictures; a PDF is always handed over for saving, because browsers' viewers refuse to start in the
    sandbox, and without it a document would speak in the name of this site. A public file is not marked `public`: the
    page cache would keep its megabytes.
    """
    response = Response(content, mimetype=file.mime)
    shown = inline and file.mime != PDF
    response.headers.update(
        {
            "Content-Disposition": disposition(clean_name(name, file.mime), inline=shown),
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store" if private else f"max-age={PUBLIC_SECONDS}",
        }
    )
    response.set_etag(file.sha256)
    response.make_conditional(request)
    return response


def disposition(name: str, *, inline: bool) -> str:
    """Return the header that names a file, in letters of any script (RFC 6266, RFC 8187)."""
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{ascii_name(name)}\"; filename*=UTF-8''{quote(name, safe='')}"
