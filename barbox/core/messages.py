"""The shapes that calls are sent and answer: camelCase JSON, checked while it is decoded."""

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=2**53)]
Amount = Annotated[int, Meta(ge=0, le=10**11, description="minor units")]
ShortText = Annotated[str, Meta(min_length=1, max_length=120)]


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """What a call is sent. A member nobody knows is an error, not a silence."""


class View(msgspec.Struct, rename="camel", gc=False):
    """What a call answers."""


class Made(View):
    """The number of what was made or changed."""

    id: int
