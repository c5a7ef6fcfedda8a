"""Signing certificates, and reading what was signed: without a database, a network, or the rest of Karavan.

The text in a certificate's QR code is an address, `#`, what is said, a full stop, the signature. What is said is a JSON
list in base64url, the signature ECDSA over P-256 with SHA-256, as 64 bytes (r, s), the form that browsers verify. The
key lies in a file of the installation: the first private key signs, and every public key in it still verifies, so that
certificates outlive a key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

KIND: Final = "karavan-1"
"""The first thing every payload says: which list of facts follows."""
HALF: Final = 32
_HOW: Final = ec.ECDSA(hashes.SHA256())
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
_PARTS: Final = re.compile(r"([A-Za-z0-9_-]{1,4000})\.([A-Za-z0-9_-]{86})")


class Said(NamedTuple):
    """What a certificate says, in the order of its payload."""

    kind: str
    key_id: str
    code: str
    name: str
    title: str
    """Of the event, perhaps shortened."""
    first: str
    last: str
    """The first and the last day she came, "2026-11-20"."""
    minutes: int
    issued: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that signs, and all that verify."""

    key_id: str
    private: ec.EllipticCurvePrivateKey
    public: dict[str, ec.EllipticCurvePublicKey]

    def sign(self, payload: str) -> str:
        """Return the signature of a payload."""
        r, s = decode_dss_signature(self.private.sign(payload.encode(), _HOW))
        return _text(r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big"))


def payload_of(said: Said) -> str:
    """Write down what will be signed."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def fragment_of(payload: str, signature: str) -> str:
    """Return what stands behind the `#` of the address in the QR code."""
    return f"{_text(payload.encode())}.{signature}"


class Verdict(NamedTuple):
    """What became of checking. `said` is None where nothing can be read; `genuine` only with a key of ours."""

    genuine: bool
    said: Said | None = None
    known_key: bool = False


def verify(text: str, public: dict[str, ec.EllipticCurvePublicKey]) -> Verdict:
    """Check the text of a QR code, or what stands behind its `#`."""
    found = _PARTS.fullmatch(text.strip().rpartition("#")[2])
    if found is None:
        return Verdict(genuine=False)
    try:
        payload, signature = _bytes(found[1]), _bytes(found[2])
        facts = json.loads(payload)
        said = Said(*facts)
    except (ValueError, TypeError, RecursionError):
        return Verdict(genuine=False)
    if said.kind != KIND or not all(isinstance(one, str) for one in (*said[:7], said.issued)):
        return Verdict(genuine=False)
    key = public.get(said.key_id)
    if key is None:
        return Verdict(genuine=False, said=said)
    return Verdict(_holds(key, payload, signature), said, known_key=True)


def _holds(key: ec.EllipticCurvePublicKey, payload: bytes, signature: bytes) -> bool:
    r, s = (int.from_bytes(half, "big") for half in (signature[:HALF], signature[HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), payload, _HOW)
    except InvalidSignature:
        return False
    return True


# --- Keys -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def keyring(place: Path) -> Keyring:
    """Return the keys of an installation; the first call of all makes one, readable by its owner only."""
    if not place.exists():
        _make(place)
    return read_keys(place.read_bytes())


def read_keys(pem: bytes) -> Keyring:
    """Read a file of keys.

    Raises:
        ValueError: there is no private key of the right kind in it.

    """
    private: ec.EllipticCurvePrivateKey | None = None
    public: dict[str, ec.EllipticCurvePublicKey] = {}
    for block in _BLOCK.finditer(pem):
        key = _read(block[0], secret=b"PRIVATE" in block[1])
        if isinstance(key, ec.EllipticCurvePrivateKey):
            private = private or key
            key = key.public_key()
        public[key_id(key)] = key
    if private is None:
        raise ValueError("the file of the signing key holds no private key (ECDSA, P-256, PEM)")
    return Keyring(key_id(private.public_key()), private, public)


def _read(block: bytes, *, secret: bool) -> Any:
    key: Any
    if secret:
        key = serialization.load_pem_private_key(block, password=None)
    else:
        key = serialization.load_pem_public_key(block)
    if not isinstance(getattr(key, "curve", None), ec.SECP256R1):
        raise ValueError("a key in the file of the signing key is not ECDSA over P-256")  # noqa: TRY004 -- a setting
    return key


def _make(place: Path) -> None:
    """Make a key, and put it there whole or not at all: another process may be doing the same."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".signing-key-")  # readable by its owner only
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):  # the other one's key is as good
            os.link(name, place)
    finally:
        Path(name).unlink()


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """Return a key's short name: the beginning of its fingerprint."""
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return hashlib.sha256(point).hexdigest()[:8]


def pem_of(key: ec.EllipticCurvePublicKey) -> str:
    """Write a public key as programs read it."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Write a public key as browsers read it (RFC 7517)."""
    numbers = key.public_numbers()
    x, y = (_text(number.to_bytes(HALF, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": key_id(key), "x": x, "y": y}


def keys_from_jwks(text: str) -> dict[str, ec.EllipticCurvePublicKey]:
    """Read public keys that somebody downloaded from the page of keys.

    Raises:
        ValueError: it is no such file.

    """
    try:
        numbers = [
            ec.EllipticCurvePublicNumbers(_number(one["x"]), _number(one["y"]), ec.SECP256R1())
            for one in json.loads(text)["keys"]
        ]
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError("this is no list of public keys (JWK)") from fault
    return {key_id(key): key for key in (one.public_key() for one in numbers)}


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
