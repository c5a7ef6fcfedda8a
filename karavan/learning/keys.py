"""Where the keys of this installation lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from karavan.learning.signing import keyring

if TYPE_CHECKING:
    from flask import Flask

    from karavan.learning.signing import Keyring


def keys_of(app: Flask) -> Keyring:
    """Return the keys that sign and verify here."""
    settings = app.extensions["karavan.settings"]
    return keyring(Path(settings.signing_key or settings.instance / "signing-key.pem"))
