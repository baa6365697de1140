"""`barbox update`: install and status on a box; keys, packing and signing at the maker's."""

import getpass
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from barbox.core.errors import Broken
from barbox.updates import bundle, minisign, slots, staging
from barbox.updates.slots import Places

UNITS = {
    "*.service": "etc/systemd/system",
    "*.path": "etc/systemd/system",
    "*.timer": "etc/systemd/system",
    "*.rules": "etc/udev/rules.d",
}


def install(places: Places, file: Path, keys: Path, restart: str) -> None:
    """Make a bundle the next release and restart into it. Raises Broken."""
    before = slots.read(places).good
    manifest = staging.install(places, file, keys, click.echo)
    staging.forget(places, {before})
    if restart:
        subprocess.run(restart, shell=True, check=True)  # noqa: S602 (root's own command line)
        click.echo(f"{manifest.version} is being tried; it stays if it is healthy within 60 seconds.")
    else:
        click.echo(f"{manifest.version} is tried at the next start.")


def install_request(places: Places, keys: Path, restart: str) -> None:
    """What the office asked for, if anything. Raises Broken."""
    file = staging.take_request(places)
    if file is None:
        click.echo("Nothing was asked for.")
    else:
        install(places, file, keys, restart)


def show(places: Places, keys: Path) -> None:
    """What runs, what is being tried, what was refused, and whose signatures are believed."""
    slot, status = slots.read(places), staging.read_status(places)
    click.echo(f"runs: {slot.good or 'not laid out by install.sh'}")
    if slot.trial:
        click.echo(f"on trial: {slot.trial}, tried {slot.tries} times")
    if slot.refused:
        click.echo(f"taken back: {slot.refused}, because {slot.reason}")
    if status.step:
        click.echo(f"last update: {status.version} {status.step} {status.detail} ({status.at})")
    for key in minisign.trusted_keys(keys):
        click.echo(f"trusted key: {key.name}")


def settle(places: Places, system: Path) -> None:
    """What a release that has proved itself brings for the system: units, udev rules, the launcher. As root."""
    release = places.release(slots.read(places).good)
    changed = False
    for pattern, folder in UNITS.items():
        for source in sorted((release / "systemd").glob(pattern)):
            target = system / folder / source.name
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                slots.put(target, source.read_bytes())
                changed = True
    launcher = places.root / "slots.py"
    newest = Path(slots.__file__).read_bytes()
    if not launcher.exists() or launcher.read_bytes() != newest:
        slots.put(launcher, newest)
    if changed and Path("/run/systemd/system").is_dir() and system == Path("/"):
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        subprocess.run(["udevadm", "control", "--reload"], check=False)
    click.echo("The system has what the release brings." + (" Some of it is new." if changed else ""))


def make_key(folder: Path, passphrase: bytes | None) -> None:
    """A new signing key in `folder`: the secret half for the maker, the .pub for boxes."""
    key = minisign.make()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = folder / f"{key.trusted.name}.key"
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.text(passphrase))
    (folder / f"{key.trusted.name}.pub").write_text(key.trusted.text())
    click.echo(f"{secret}: keep it away from every box, and a copy of it on paper or a second stick")
    click.echo(f"{folder / (key.trusted.name + '.pub')}: goes to the boxes: sudo barbox update trust FILE")


def pack(tree: Path, out: Path, key_file: Path, version: str, machine: str, python: str, notes: dict[str, str]) -> None:
    """A signed bundle of a release tree (firmware_scripts build-release). Raises Broken."""
    raw = key_file.read_bytes()
    locked = b"ENCRYPTED" in raw
    passphrase = getpass.getpass("Passphrase of the signing key: ").encode() if locked and sys.stdin.isatty() else None
    passphrase = passphrase or os.environ.get("BARBOX_KEY_PASSPHRASE", "").encode() or None
    key = minisign.read_signing_key(raw, passphrase)
    released = datetime.now(UTC).strftime("%Y-%m-%d")
    about = bundle.Manifest(
        version=version, released=released, machine=machine, python=python, size=0, files={}, notes=notes
    )
    if not any(tree.iterdir()):
        raise Broken(f"{tree} is empty")
    packed = bundle.pack(tree, out, key, about)
    size = out.stat().st_size / 1e6
    click.echo(f"{out}: {packed.version}, {len(packed.files)} files, {size:.1f} MB, signed by {key.trusted.name}")
