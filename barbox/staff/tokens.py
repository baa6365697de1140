"""Session tokens: JWTs of 15 minutes, signed by this box for this box."""

from pathlib import Path

import jwt
import msgspec

from barbox.core.errors import Unauthenticated
from barbox.core.secrets import ROTATE_MS, SigningKey, with_fresh_key

ALGORITHM = "HS256"
SESSION_MS = 12 * 3_600_000
"""A shift: then the PIN is asked for, whatever happened."""
TOKEN_MS = 15 * 60_000
"""What somebody overhears is worth nothing after this; the app has its token renewed before, unseen."""


class Claims(msgspec.Struct):
    """What a token says; `exp` in seconds."""

    sid: int
    sub: str
    aud: str
    exp: int


class Tokens:
    """Makes and reads them, by keys that change every 30 days."""

    def __init__(self, folder: Path, now: int) -> None:
        self._folder = folder
        self._keys: tuple[SigningKey, ...] = ()
        self._audience = ""
        self.turn(now)

    def turn(self, now: int) -> None:
        """Take a new key into use when it is time (ms); older tokens are believed while their sessions may live."""
        if not self._keys or now - self._keys[0].since >= ROTATE_MS:
            known = with_fresh_key(self._folder, now, SESSION_MS)
            self._keys, self._audience = known.session_keys, known.box_id

    def issue(self, session_id: int, staff_id: int, expires_at: int) -> str:
        """A token for a session that was begun; `expires_at` in ms."""
        claims = Claims(session_id, str(staff_id), self._audience, expires_at // 1000)
        newest = self._keys[0]
        return jwt.encode(msgspec.to_builtins(claims), newest.key, algorithm=ALGORITHM, headers={"kid": newest.id})

    def read(self, token: str) -> Claims:
        """What a token says, whether or not it is over. Raises Unauthenticated for one that is not ours."""
        try:
            named = jwt.get_unverified_header(token)["kid"]
            key = next(each.key for each in self._keys if each.id == named)
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                options={"verify_exp": False, "require": ["sid", "sub", "aud", "exp"]},
            )
            return msgspec.convert(claims, Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, KeyError, StopIteration):
            raise Unauthenticated("the token is not one of ours") from None
