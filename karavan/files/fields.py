"""The field with which a form takes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from werkzeug.datastructures import FileStorage
from wtforms import FileField
from wtforms.validators import StopValidation

from karavan.core.problems import Problem
from karavan.files.checking import MEGABYTE, MOST_BYTES, USUAL, Bounds, Examined, examine
from karavan.files.names import clean_name
from karavan.files.problems import FileIsEmpty, FileIsTooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCEPTED: Final = "image/jpeg,image/png,image/webp,application/pdf"
"""For the chooser's `accept`: a help for the person, and no check."""
BODY_BYTES: Final = MOST_BYTES + MEGABYTE
"""How large a request with one such field may be: for `web.hygiene.takes_files`."""


class Received(NamedTuple):
    """A file that was handed in, examined and made anew; `name` is clean and has our ending."""

    name: str
    file: Examined


class UploadField(FileField):
    """One file. After `submitted()` its data is a `Received`, or None if nobody chose a file.

    The whole examination is done here, before any transaction, and only if the form's CSRF token is right: a stranger's
    page must not keep our processor busy. A browser never fills a file field again; the template should say so.
    """

    data: Received | None

    def __init__(self, *args: Any, bounds: Bounds = USUAL, **kwargs: Any) -> None:
        """Take documents within these bounds."""
        super().__init__(*args, **kwargs)
        self._bounds = bounds

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Let nothing but a sent file be its data."""
        self._sent: FileStorage | None = None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the file, unread. A text that stands where a file should is none."""
        self.data = None
        sent = next((value for value in valuelist if isinstance(value, FileStorage)), None)
        self._sent = sent if sent is not None and (sent.filename or sent.stream.read(1)) else None

    def pre_validate(self, form: Any) -> None:
        """Read no more than we take, and look at it."""
        if self._sent is None or not _is_ours(form):
            return
        self._sent.stream.seek(0)
        content = self._sent.stream.read(MOST_BYTES + 1)
        try:
            if not content:
                raise FileIsEmpty
            if len(content) > MOST_BYTES:
                raise FileIsTooLarge(megabytes=MOST_BYTES // MEGABYTE)
            examined = examine(content, self._bounds)
        except Problem as problem:
            raise StopValidation(problem.message) from problem  # type: ignore[arg-type]
        self.data = Received(clean_name(self._sent.filename, examined.mime), examined)


def _is_ours(form: Any) -> bool:
    """Was the form sent from our own page?"""
    token = getattr(form, "csrf_token", None)
    return token is None or bool(token.validate(form))
