"""The words of `barbox update`; what they do is in `console`, which is read only when one is said."""

import platform
import sys
from pathlib import Path
from typing import Any

import click

from barbox.core.errors import Broken

OPT, DATA, KEYS = "/opt/barbox", "/var/lib/barbox", "/etc/barbox/update-keys"
RESTART = "systemctl restart barbox.service"


class Sentences(click.Group):
    """Faults that a person can mend become a sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Broken as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{error.strerror or error} {error.filename or ''}".rstrip()) from None


_ROOT = click.option("--root", type=click.Path(path_type=Path), default=OPT, show_default=True, help="The releases.")
_DATA = click.option("--data", type=click.Path(path_type=Path), default=DATA, show_default=True, help="The bar's data.")
_KEYS = click.option("--keys", type=click.Path(path_type=Path), default=KEYS, show_default=True, help="Trusted keys.")
_RESTART = click.option("--restart", default=RESTART, show_default=True, help="How to restart; empty: not at all.")


@click.group(cls=Sentences)
def update() -> None:
    """Updates from signed bundles: install, status, keys; and making them."""


@update.command()
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_ROOT
@_DATA
@_KEYS
@_RESTART
def install(bundle: Path, root: Path, data: Path, keys: Path, restart: str) -> None:
    """Install a signed bundle; it is taken back by itself if it does not get healthy. As root."""
    from barbox.updates import console
    from barbox.updates.slots import Places

    console.install(Places(root, data), bundle, keys, restart)


@update.command("install-request", hidden=True)
@_ROOT
@_DATA
@_KEYS
@_RESTART
def install_request(root: Path, data: Path, keys: Path, restart: str) -> None:
    """Install what the office asked for (barbox-update.service)."""
    from barbox.updates import console
    from barbox.updates.slots import Places

    console.install_request(Places(root, data), keys, restart)


@update.command()
@_ROOT
@_DATA
@_KEYS
def status(root: Path, data: Path, keys: Path) -> None:
    """Tell which release runs, what became of the last update, and which keys are trusted."""
    from barbox.updates import console
    from barbox.updates.slots import Places

    console.show(Places(root, data), keys)


@update.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_KEYS
def trust(file: Path, keys: Path) -> None:
    """Believe bundles signed with this public key. As root."""
    from barbox.updates import minisign, staging

    key = minisign.read_trusted_key(file.read_text("utf-8"))
    staging.trust(keys, key)
    click.echo(f"Trusted from now on: {key.name}")


@update.command()
@click.argument("key")
@_KEYS
def distrust(key: str, keys: Path) -> None:
    """Believe a key no more, by its name in `status`. As root."""
    from barbox.updates import staging

    if not staging.distrust(keys, key):
        raise Broken(f"{key} was not trusted")
    click.echo(f"Trusted no more: {key}")


@update.command("settle", hidden=True)
@_ROOT
@_DATA
@click.option("--system", type=click.Path(path_type=Path), default="/", help="The machine's root folder.")
def settle(root: Path, data: Path, system: Path) -> None:
    """Give the system what a release that proved itself brings for it (barbox-update-watch.service)."""
    from barbox.updates import console
    from barbox.updates.slots import Places

    console.settle(Places(root, data), system)


@update.command("make-key")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--passphrase", prompt=True, hide_input=True, default="", confirmation_prompt=True, help="Empty: none.")
def make_key(folder: Path, passphrase: str) -> None:
    """Make a signing key (at the maker's, never on a box)."""
    from barbox.updates import console

    console.make_key(folder, passphrase.encode() or None)


@update.command()
@click.argument("tree", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--release", required=True, help="Its version, such as 0.2.0.")
@click.option("--machine", default=platform.machine(), show_default=True, help="aarch64, x86_64 or any.")
@click.option("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}", show_default=True)
@click.option("--note", nargs=2, multiple=True, metavar="LANGUAGE TEXT", help="What is new, for the office screen.")
def pack(
    tree: Path, out: Path, key: Path, release: str, machine: str, python: str, note: tuple[tuple[str, str], ...]
) -> None:
    """Make a signed bundle of a release tree (python3 -m firmware_scripts build-release)."""
    from barbox.updates import console

    console.pack(tree, out, key, release, machine, python, dict(note))
