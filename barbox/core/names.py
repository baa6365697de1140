"""Names in several languages: {"en": "Negroni", "zh": "内格罗尼"}, kept in the database as JSON text."""

import functools
from typing import Annotated

import msgspec
from msgspec import Meta

Names = Annotated[
    dict[Annotated[str, Meta(pattern="^[a-z]{2}$")], Annotated[str, Meta(min_length=1, max_length=120)]],
    Meta(min_length=1, max_length=8),
]

_decoder = msgspec.json.Decoder(dict[str, str])


@functools.lru_cache(maxsize=4096)
def decode(text: str) -> dict[str, str]:
    """Names as they are stored, to be read and not changed: a bar's few hundred names are decoded once."""
    return _decoder.decode(text)


def encode(names: dict[str, str]) -> str:
    """As it is stored."""
    return msgspec.json.encode(names).decode()


def first(names: dict[str, str], language: str) -> str:
    """The name in a language, or in any."""
    return names.get(language) or next(iter(names.values()))
