"""PINs: argon2id over an HMAC with the box's pepper, so that a stolen database alone gives none of them up."""

import asyncio
import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

AT_ONCE = 2
"""Hashing takes 70 ms and 19 MiB: more at once would let the PIN pad slow the till."""


class Pins:
    """Makes and checks PIN hashes on worker threads."""

    def __init__(self, pepper: str) -> None:
        self._pepper = bytes.fromhex(pepper)
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, pin: str) -> str:
        """What is stored of a PIN."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, self._peppered(pin))

    async def matches(self, stored: str, pin: str) -> bool:
        """Whether `pin` is the one that `stored` was made of."""
        async with self._turn:
            return await asyncio.to_thread(self._matches, stored, pin)

    def _matches(self, stored: str, pin: str) -> bool:
        try:
            return self._hasher.verify(stored, self._peppered(pin))
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _peppered(self, pin: str) -> bytes:
        return hmac.new(self._pepper, pin.encode(), hashlib.sha256).hexdigest().encode()
