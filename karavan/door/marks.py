"""PINs, and the marks by which a device knows codes: a keyed hash each, so that a lost phone leaks nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

PIN_DIGITS: Final = 6
_ROUNDS: Final = 120_000
_MARK: Final = 16
"""Bytes of a mark: 128 bits, of which no two of an event are alike."""


def new_pin() -> str:
    """Return six random digits, to be said to whoever stands at the door."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"


def new_salt() -> str:
    """Return what makes two passes with the same PIN look different."""
    return secrets.token_hex(16)


def new_roster_key() -> str:
    """Return a key for the marks of one pass, in hexadecimal digits."""
    return secrets.token_hex(32)


def pin_digest(pin: str, salt: str) -> str:
    """Return what the database keeps of a PIN. Takes a while on purpose: count it before a transaction begins."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), bytes.fromhex(salt), _ROUNDS).hex()


def mark_of(key: str, code: str) -> str:
    """Return the mark of a code under a pass's key; door.js counts the same."""
    whole = hmac.digest(bytes.fromhex(key), code.encode(), "sha256")
    return base64.urlsafe_b64encode(whole[:_MARK]).decode().rstrip("=")
