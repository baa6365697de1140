"""How a box is started: barbox.toml and the environment become one frozen Config. The venue's settings are data."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from barbox.core.errors import Broken

PREFIX = "BARBOX_"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One member an option, with its default and help; in barbox.toml by its name, outside it as BARBOX_NAME."""

    data: Annotated[str, Meta(description="Folder of database and secrets")] = "data"
    host: Annotated[str, Meta(description="Address to listen on; all of them by default")] = "0.0.0.0"  # noqa: S104
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one")] = 8080
    https_port: Annotated[
        int, Meta(ge=0, le=65535, description="Port for HTTPS, once the owner has it switched on; 0 takes a free one")
    ] = 8443
    store: Annotated[str, Meta(max_length=20, description="Short name of this branch, for a chain of bars")] = "main"
    hostname: Annotated[
        str, Meta(pattern="^[a-z0-9-]{1,40}$", description="Name wished for on the network, without .local")
    ] = "barbox"
    extra_hosts: Annotated[list[str], Meta(description="Further names the box may be called by")] = []
    mdns: Annotated[bool, Meta(description="Whether to tell the network that the box is here")] = True
    updates_from: Annotated[str, Meta(max_length=200, description="URL where new releases are looked for")] = ""
    update_keys: Annotated[str, Meta(description="Folder of the keys whose updates are believed")] = (
        "/etc/barbox/update-keys"
    )
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$", description="How much to log")] = "info"

    @property
    def folder(self) -> Path:
        return Path(self.data)


def load(overrides: dict[str, Any]) -> Config:
    """barbox.toml (at $BARBOX_CONFIG, if set), overlaid with the environment, then with the `overrides` given.

    Raises Broken naming the option that is wrong or unknown.
    """
    values: dict[str, Any] = {}
    path = os.environ.get(PREFIX + "CONFIG")
    try:
        if path and Path(path).exists():
            values |= tomllib.loads(Path(path).read_text("utf-8"))
        for name in Config.__struct_fields__:
            text = os.environ.get(PREFIX + name.upper())
            if text is not None:
                values[name] = text.split(",") if name == "extra_hosts" else text
        values |= {name: value for name, value in overrides.items() if value is not None}
        return msgspec.convert(values, Config, strict=False)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise Broken(f"the configuration is wrong ({path or 'environment'}): {error}") from None
