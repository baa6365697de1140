"""Identities: keys that are made apart from the database, and secrets that are handed out."""

import hashlib
import secrets
import time
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters that are not mistaken for each other when read off a slip (no I, L, O, U)."""


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of ms, then chance; keys made later sort later."""
    ms = time.time_ns() // 1_000_000
    value = (ms << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def token() -> str:
    """256 bits of chance, for devices; only its `digest` is stored."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret that has full entropy."""
    return hashlib.sha256(secret.encode()).digest()


def typed_code() -> str:
    """Eight digits, to be typed in from a screen or slip."""
    return f"{secrets.randbelow(10**8):08d}"


def scanned_code() -> str:
    """26 letters, 130 bits: for a QR code."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(26))
