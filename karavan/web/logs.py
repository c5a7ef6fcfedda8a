"""What the logs say: one line a record, and nothing that belongs to a person.

A ticket's link is a key, and so are a draft's, a door's and a receipt's: they must not lie in a log; neither must what
somebody searched for (staff look for people by name), addresses, telephone numbers or the values a statement was run
with. Masking is the last step, after arguments and tracebacks have become text.
"""

from __future__ import annotations

import logging
import re
from typing import Final, TextIO, cast

from flask.logging import wsgi_errors_stream

from karavan.core.text import mask_email, mask_phone

_KEYS: Final = "registrations|applications|passes|check-in|proposals/new|receipts|certificates"
_TOKEN: Final = re.compile(rf"(/(?:{_KEYS})/)[^/\s?#'\"]+")
_ASKED: Final = re.compile(r"([?&][\w.-]+=)[^&\s#'\"]+")
_EMAIL: Final = re.compile(r"[\w.+%-]+@(?:[\w-]+(?:\.[\w-]+)*|\[[^\]\s]+\])")
_PHONE: Final = re.compile(r"\+\d[\d ()-]{7,}\d|(?<![\w.-])[78]7\d{9}(?![\w.-])")
_VALUES: Final = re.compile(r"\[parameters: .*", re.MULTILINE)
_BREAKS: Final = re.compile(r"\s*[\r\n\x0b\x0c\x85\u2028\u2029]+\s*")
_OURS: Final = "karavan"


def masked(text: str) -> str:
    """Return the text without ticket keys, codes, what was asked for, addresses and numbers."""
    text = _ASKED.sub(r"\1***", _TOKEN.sub(r"\1***", _VALUES.sub("[parameters hidden]", text)))
    text = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


class OneLine(logging.Formatter):
    """Writes a record on one line, a traceback included, so that nobody can forge a second one."""

    def format(self, record: logging.LogRecord) -> str:
        """Format everything first, then mask."""
        return _BREAKS.sub(" | ", masked(super().format(record)).strip())


def init_logging(level: int = logging.INFO) -> None:
    """Send all records through one handler to standard error. Calling it again changes nothing."""
    root = logging.getLogger()
    if any(handler.get_name() == _OURS for handler in root.handlers):
        return
    handler = logging.StreamHandler(cast("TextIO", wsgi_errors_stream))  # a proxy that finds it each time
    handler.set_name(_OURS)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
