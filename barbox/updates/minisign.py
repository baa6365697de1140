"""Ed25519 keys and signatures as the program minisign writes them: anybody can check a bundle with it.

The format (jedisct1.github.io/minisign): a public key is base64 of "Ed", 8 bytes of key number and the key; a signature
is "ED" (over BLAKE2b-512 of the file), the number and the signature, then a trusted comment and a signature over both.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from barbox.core.errors import Broken

_PLAIN, _PREHASHED = b"Ed", b"ED"


class TrustedKey(NamedTuple):
    """A key whose signatures are believed."""

    number: bytes
    public: bytes

    @property
    def name(self) -> str:
        """As minisign shows it: the number in hexadecimal, its last byte first."""
        return self.number[::-1].hex().upper()

    def text(self) -> str:
        """The file that others keep."""
        body = base64.b64encode(_PLAIN + self.number + self.public).decode()
        return f"untrusted comment: minisign public key {self.name}\n{body}\n"


class SigningKey(NamedTuple):
    """The secret half, held by who makes releases, away from every box."""

    number: bytes
    secret: Ed25519PrivateKey

    @property
    def trusted(self) -> TrustedKey:
        return TrustedKey(self.number, self.secret.public_key().public_bytes_raw())

    def text(self, passphrase: bytes | None) -> bytes:
        """The file to keep: PKCS#8, encrypted where a passphrase is given, after the key's number."""
        sealing = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        pem = self.secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
        return f"# barbox signing key {self.number.hex()}\n".encode() + pem


def make() -> SigningKey:
    """A new key."""
    return SigningKey(os.urandom(8), Ed25519PrivateKey.generate())


def read_signing_key(text: bytes, passphrase: bytes | None) -> SigningKey:
    """Raises Broken."""
    head, _, pem = text.partition(b"\n")
    try:
        number = bytes.fromhex(head.decode().rpartition(" ")[2])
        secret = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as error:
        raise Broken(f"the signing key cannot be read: {error}") from None
    if not isinstance(secret, Ed25519PrivateKey) or len(number) != 8:
        raise Broken("the signing key is not one of ours")
    return SigningKey(number, secret)


def read_trusted_key(text: str) -> TrustedKey:
    """Raises Broken."""
    lines = [line for line in text.splitlines() if line and not line.startswith("untrusted comment:")]
    raw = _decoded(lines[0] if lines else "")
    if len(raw) != 42 or raw[:2] != _PLAIN:
        raise Broken("this is not a public key of minisign's")
    return TrustedKey(raw[2:10], raw[10:])


def trusted_keys(folder: Path) -> list[TrustedKey]:
    """The keys in a folder, one a file. Raises Broken naming the file that is none."""
    found = []
    for path in sorted(folder.glob("*.pub")):
        try:
            found.append(read_trusted_key(path.read_text("utf-8")))
        except (Broken, UnicodeDecodeError) as error:
            raise Broken(f"{path}: {error}") from None
    return found


def sign(key: SigningKey, content: bytes, comment: str) -> str:
    """The text of a signature file; `comment` is signed too."""
    signature = key.secret.sign(hashlib.blake2b(content).digest())
    over_both = key.secret.sign(signature + comment.encode())
    body = base64.b64encode(_PREHASHED + key.number + signature).decode()
    seal = base64.b64encode(over_both).decode()
    return f"untrusted comment: signature from barbox\n{body}\ntrusted comment: {comment}\n{seal}\n"


def verify(content: bytes, signature: str, keys: list[TrustedKey]) -> TrustedKey:
    """The key that signed it. Raises Broken when none of `keys` did."""
    lines = signature.splitlines()
    if len(lines) < 4 or not lines[2].startswith("trusted comment: "):
        raise Broken("the signature cannot be read")
    raw, seal = _decoded(lines[1]), _decoded(lines[3])
    if len(raw) != 74 or len(seal) != 64 or raw[:2] not in (_PLAIN, _PREHASHED):
        raise Broken("the signature cannot be read")
    key = next((each for each in keys if each.number == raw[2:10]), None)
    if key is None:
        raise Broken(f"it is signed with the key {raw[9:1:-1].hex().upper()}, which this box does not trust")
    signed = hashlib.blake2b(content).digest() if raw[:2] == _PREHASHED else content
    public = Ed25519PublicKey.from_public_bytes(key.public)
    try:
        public.verify(raw[10:], signed)
        public.verify(seal, raw[10:] + lines[2].removeprefix("trusted comment: ").encode())
    except InvalidSignature:
        raise Broken("the signature does not fit: the bundle was altered") from None
    return key


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
