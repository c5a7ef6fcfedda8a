"""Links that are keys: unguessable, checked in constant time, and absent from the database.

A link carries a random public id and its signature (HMAC-SHA-256 by itsdangerous). The database keeps only the id, so
a stolen backup opens no ticket; the signature is compared in constant time; old secrets can be kept as fallbacks.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from itsdangerous import BadSignature, Signer

# Crockford's base 32 without the look-alikes: read aloud on a bad line, or typed on an old phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6
_RECEIPT = re.compile(f"[{CODE_LETTERS}]{{{2 * CODE_LENGTH}}}")


class Keys:
    """Signs and opens links of one installation."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def seal(self, public_id: str, *, purpose: str) -> str:
        """Return the link token for a public id; tokens of one purpose do not open another."""
        return self._signer(purpose).sign(public_id).decode()

    def open(self, token: str, *, purpose: str) -> str | None:
        """Return the public id if the token is genuine, else None."""
        try:
            return self._signer(purpose).unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._secret, salt=f"karavan.{purpose}", digest_method=hashlib.sha256, key_derivation="hmac")


def new_public_id() -> str:
    """Return 96 random bits, safe in an address."""
    return secrets.token_urlsafe(12)


def new_key() -> str:
    """Return 128 random bits: the idempotency key rendered into a form."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Return a short code for a person to say or type, such as 7F3K92."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """Write a code as it stands on the ticket: 7F3K-92."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """Undo what people do to a code: spaces, hyphens, lower case, O for 0."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def read_receipt(text: str) -> str | None:
    """Return the code of a receipt as it is kept (two short codes), or None if it cannot be one."""
    code = read_code(text[:80])
    return code if _RECEIPT.fullmatch(code) else None


def show_receipt(code: str) -> str:
    """Write the code of a receipt so that it can be read aloud: 7F3K-92AB-CDEF."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def digest(secret: str) -> str:
    """Return what the database keeps of a secret that is itself random."""
    return hashlib.sha256(secret.encode()).hexdigest()
