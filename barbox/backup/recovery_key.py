"""The owner's recovery key: an age X25519 identity, written as 24 words. Only its public half stays on the box.

The words are BIP-39's: 256 bits of key and 8 bits of its SHA-256, 11 bits a word, from a list of 2048 in which the
first four letters tell every word. The key's other form is age's own, "AGE-SECRET-KEY-1…" in Bech32 (BIP-173), so that
`age` and `zstd` alone can open a backup.
"""

import difflib
import hashlib
from functools import cache
from importlib import resources
from typing import NamedTuple

from barbox.backup.faults import BackupFault

WORDS = 24
PREFIX = "AGE-SECRET-KEY-"
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class RecoveryKey(NamedTuple):
    """`key` and `words` are the secret, in two forms; `recipient` and `fingerprint` may be known to all."""

    key: str
    words: list[str]
    recipient: str
    fingerprint: str


def make() -> RecoveryKey:
    """A new key, from the system's randomness."""
    from pyrage import x25519

    return _complete(str(x25519.Identity.generate()))


def read(text: str) -> RecoveryKey:
    """The key from what an owner types: its 24 words (four letters of each are enough) or the AGE-SECRET-KEY line.

    Raises BackupFault naming the word that is wrong.
    """
    for line in text.splitlines():
        if line.strip().upper().startswith(PREFIX):
            return _complete(line.strip().upper())
    words = text.lower().replace(",", " ").split()
    return _complete(_key_of(_bytes_of([word for word in words if not word.strip(".)").isdecimal()])))


def fingerprint(recipient: str) -> str:
    """Eight digits that tell a slip from another: the beginning of the public half's SHA-256."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:8].upper()


def show_fingerprint(digits: str) -> str:
    """ "A3F019C2" as "A3F0-19C2"."""
    return f"{digits[:4]}-{digits[4:]}"


def _complete(key: str) -> RecoveryKey:
    from pyrage import IdentityError, x25519

    secret = _secret_of(key)
    try:
        recipient = str(x25519.Identity.from_str(key).to_public())
    except IdentityError as error:
        raise BackupFault("key_form", str(error)) from None
    return RecoveryKey(key, _words_of(secret), recipient, fingerprint(recipient))


@cache
def _list() -> tuple[str, ...]:
    return tuple(resources.files("barbox.backup").joinpath("words.txt").read_text("ascii").split())


def _words_of(secret: bytes) -> list[str]:
    bits = int.from_bytes(secret) << 8 | hashlib.sha256(secret).digest()[0]
    return [_list()[bits >> 11 * (WORDS - 1 - index) & 2047] for index in range(WORDS)]


def _bytes_of(words: list[str]) -> bytes:
    if len(words) != WORDS:
        raise BackupFault("key_words", str(len(words)))
    bits = 0
    for number, word in enumerate(words, 1):
        bits = bits << 11 | _index(word, number)
    secret = (bits >> 8).to_bytes(32)
    if hashlib.sha256(secret).digest()[0] != bits & 255:
        raise BackupFault("key_sum")
    return secret


def _index(word: str, number: int) -> int:
    known = _list()
    fits = [index for index, each in enumerate(known) if each == word or (len(word) >= 4 and each[:4] == word[:4])]
    exact = [index for index in fits if known[index].startswith(word)]
    if exact:
        return exact[0]
    near = difflib.get_close_matches(word, known, n=1)
    hint = f" ({near[0]}?)" if near else ""
    raise BackupFault("key_word", f"{number}. {word[:20]}{hint}")


def _key_of(secret: bytes) -> str:
    values = _regroup(secret, 8, 5)
    checked = _polymod([*_expanded(PREFIX.lower()), *values, *[0] * 6]) ^ 1
    check = [checked >> 5 * (5 - index) & 31 for index in range(6)]
    return PREFIX + "1" + "".join(_CHARSET[value] for value in (*values, *check)).upper()


def _secret_of(key: str) -> bytes:
    head, _, data = key.lower().partition("1")
    if head != PREFIX.lower() or len(data) != 58 or not set(data) <= set(_CHARSET):
        raise BackupFault("key_form")
    values = [_CHARSET.index(letter) for letter in data]
    if _polymod([*_expanded(head), *values]) != 1:
        raise BackupFault("key_letters")
    return bytes(_regroup(bytes(values[:-6]), 5, 8))[:32]


def _regroup(values: bytes, width: int, into: int) -> list[int]:
    bits = "".join(f"{value:0{width}b}" for value in values)
    bits += "0" * (-len(bits) % into) if into == 5 else ""
    return [int(bits[start : start + into], 2) for start in range(0, len(bits) - into + 1, into)]


def _expanded(head: str) -> list[int]:
    return [ord(letter) >> 5 for letter in head] + [0] + [ord(letter) & 31 for letter in head]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for index, generator in enumerate(_GENERATOR):
            check ^= generator if top >> index & 1 else 0
    return check
