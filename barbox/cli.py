"""The command line: serve, demo, verify, backup, restore, discover, printers. What fails says what to do next."""

import asyncio
import contextlib
import gc
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from barbox import __version__, config, logs
from barbox.core.errors import Broken
from barbox.updates.line import update

if TYPE_CHECKING:
    from barbox.backup.recovery_key import RecoveryKey
    from barbox.backup.targets.store import Credentials

T = TypeVar("T")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="barbox")
def main() -> None:
    """Barbox, the bar's own point of sale."""


@main.command()
@click.option("--data", type=click.Path(file_okay=False), help="Folder of database and secrets.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--mdns/--no-mdns", default=None, help="Tell the network that the box is here.")
def serve(data: str | None, host: str | None, port: int | None, mdns: bool | None) -> None:
    """Run the box until it is stopped."""
    os.umask(0o077)  # what the box writes is its own alone
    with _sentences():
        settings = config.load({"data": data, "host": host, "port": port, "mdns": mdns})
        logs.set_up(settings.log_level)
        _run(_serve(settings))


async def _serve(settings: config.Config) -> None:
    stopping = asyncio.create_task(_until_stopped())
    while not stopping.done():
        settings = msgspec.structs.replace(settings, port=await _open(settings, stopping))


async def _open(settings: config.Config, stopping: "asyncio.Task[None]") -> int:
    """Run the box until it is stopped, or shall open anew with what was restored; returns its port."""
    from barbox import app as box
    from barbox.backup.restore.wizard import WIZARD
    from barbox.core.api import ADDRESSES, NEEDS_SETUP
    from barbox.staff.api import SETUP_CODE

    async with box.opened(box.make_app(settings)) as running:
        _collect_seldom()
        said = [f"Barbox is open at http://localhost:{running.port}"]
        if running.app[NEEDS_SETUP]():
            said.append(f"This box is new. Set-up code: {running.app[SETUP_CODE]}")
        said += [f"  tablets: {address}" for address in running.app[ADDRESSES]()]
        click.echo("\n".join(said))  # the installer reads along: in one piece, what it waits for last
        sys.stdout.flush()
        reopening = asyncio.create_task(running.app[WIZARD].reopen.wait())
        await asyncio.wait([stopping, reopening], return_when=asyncio.FIRST_COMPLETED)
        reopening.cancel()
        return running.port


@main.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False),
    help="Keep the demo's data here; a fresh one each time by default.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option(
    "--weeks",
    type=click.IntRange(0, 520),
    default=8,
    show_default=True,
    help="How many weeks of sales a new demo has behind it, for reports and forecast.",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when ready.")
def demo(data: str | None, port: int, weeks: int, no_open: bool, as_json: bool) -> None:
    """Run a sample bar with virtual printers."""
    from barbox.demo import run

    with _sentences():
        logs.set_up("warning")
        opens = not (no_open or as_json)
        _run(run.demo(data, port, weeks=weeks, opens=opens, as_json=as_json, until=_until_stopped))


main.add_command(update)


@main.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the box listens.")
def doctor(data: Path | None, port: int | None) -> None:
    """Look the box over: disk, card, heat, power, clock, network, printers, backups, database. Also while it runs."""
    from barbox.app import database_file
    from barbox.doctor import console

    with _sentences():
        settings = config.load({"data": str(data) if data else None, "port": port})
        if not console.show(database_file(settings.folder), settings.port, click.echo):
            sys.exit(1)


@update.command("rehearse", hidden=True)
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--scratch", type=click.Path(path_type=Path), required=True, help="A new folder for the copy.")
def rehearse(data: Path, scratch: Path) -> None:
    """Open a copy of the data with this release, as the one that installs it asks."""
    from barbox.app import make_app
    from barbox.updates import rehearsal

    settings = config.Config(host="127.0.0.1", port=0, mdns=False)
    folders = msgspec.structs.replace
    click.echo(
        _run(rehearsal.rehearse(data, scratch, lambda at: make_app(folders(settings, data=str(at)), outward=False)))
    )


@main.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False), required=True, help="The box's data folder.")
def verify(data: str) -> None:
    """Prove that nothing was altered: the database's integrity and the journal's chain. Also while the box runs."""
    from barbox.app import database_file
    from barbox.verify import prove

    with _sentences():
        proof = prove(database_file(Path(data)))
    click.echo(f"database: sound   journal: {proof.seq} entries, chain whole, head {proof.head}")


@main.command()
@click.option("--seconds", type=click.FloatRange(0.5, 60), default=3.0, show_default=True)
def discover(seconds: float) -> None:
    """Find boxes on this network."""
    from barbox import discovery

    found = asyncio.run(discovery.discover(seconds))
    for each in found:
        click.echo(f"{each.name:24} {each.url:32} version {each.version}  store {each.store}")
    if not found:
        click.echo("No box answered. Is this machine on the bar's Wi-Fi, and the box switched on?", err=True)
        sys.exit(1)


@main.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from barbox.app import ROOMS
    from barbox.core.openapi import document

    click.echo(msgspec.json.format(msgspec.json.encode(document(ROOMS)), indent=2).decode())


@main.group()
def printers() -> None:
    """Printers: what is there, and a test page."""


@printers.command("list")
@click.option("--data", type=click.Path(exists=True, file_okay=False), help="Also list the printers this box knows.")
@click.option("--ask", is_flag=True, help="Also ask every neighbour at port 9100.")
def list_printers(data: str | None, ask: bool) -> None:
    """Printers this box knows, those within reach, and the profiles there are."""
    from barbox.app import database_file
    from printers import discovery, profiles

    if data:
        with contextlib.closing(sqlite3.connect(f"file:{database_file(Path(data))}?mode=ro", uri=True)) as connection:
            for row in connection.execute("SELECT id, name, connection, profile, proof FROM printer WHERE hidden = 0"):
                click.echo("{:>3}  {:24} {:36} {:20} proof {}".format(*row))
    for each in discovery.discover(check_port=ask):
        click.echo(f"found  {each.connection:36} {each.title:32} {each.refused or each.profile or ''}")
    click.echo("Profiles: " + ", ".join(profiles.names()))


@printers.command("test")
@click.argument("connection")
@click.option("--profile", default="generic-80", show_default=True)
def test_printer(connection: str, profile: str) -> None:
    """Print a test page at CONNECTION, such as tcp://192.168.1.50:9100."""
    from barbox.printing.proof_page import print_page
    from printers import profiles, transports

    try:
        outcome, why = print_page(connection, profile)
    except (
        transports.BadConnection,
        transports.TransportError,
        profiles.UnknownProfile,
        profiles.RefusedPrinter,
    ) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{outcome} {why}".strip())


@printers.command("probe")
@click.argument("connection")
@click.option("--profile", default="generic-80", show_default=True)
@click.option("--yes", is_flag=True, help="Do not ask before the test slip is printed.")
def probe_printer(connection: str, profile: str, yes: bool) -> None:
    """Find out how well the printer at CONNECTION can prove what it printed: prints slips, asks what it must."""
    from barbox.printing import probing
    from printers import guided, profiles, transports

    def ask(asked: guided.Asked) -> str:
        click.echo(probing.question(asked.code, "en"))
        return str(click.prompt("Answer", type=click.Choice(asked.answers)))

    if not yes:
        click.confirm("This prints one test slip. Go on?", abort=True)
    try:
        with transports.connect(connection, timeout=5.0) as transport:
            learnt = guided.guided(transport, profiles.load(profile), ask)
    except (
        transports.BadConnection,
        transports.TransportError,
        profiles.UnknownProfile,
        profiles.RefusedPrinter,
    ) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finding = learnt.finding
    click.echo(f"proof {learnt.proof}   clears its buffer: {'yes' if finding.clear else 'no'}")
    click.echo(
        f"it says it is {finding.maker or 'unknown'} {finding.model}, profile {finding.profile or 'not guessed'}"
    )
    click.echo("Store it: office, Printers, or `PUT /api/printers/ID` with this proof.")


@main.group()
def backup() -> None:
    """Backups: make one now, list them, verify them."""


_DATA = click.option("--data", type=click.Path(exists=True, file_okay=False), required=True, help="The data folder.")


@backup.command("now")
@_DATA
def backup_now(data: str) -> None:
    """Make a backup at every target and read it back. Also while the box runs."""
    from barbox.app import database_file
    from barbox.backup import console

    with _sentences():
        store = config.load({"data": data}).store
        if not _run(console.now(database_file(Path(data)), store, click.echo)):
            sys.exit(1)


@backup.command("list")
@_DATA
def backup_list(data: str) -> None:
    """List what is where, and which recovery slip opens it. Also while the box runs."""
    from barbox.app import database_file
    from barbox.backup import console

    with _sentences():
        console.listed(database_file(Path(data)), click.echo)


@backup.command("verify")
@_DATA
@click.option("--key", help="The recovery key: opens and proves the backup too.")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False), help="A file with the recovery key.")
def backup_verify(data: str, key: str | None, key_file: str | None) -> None:
    """Fetch the latest backup of each target again and compare every byte. Also while the box runs."""
    from barbox.app import database_file
    from barbox.backup import console

    with _sentences():
        secret = _recovery_key(key, key_file) if key or key_file else None
        if not _run(console.verify(database_file(Path(data)), secret, click.echo)):
            sys.exit(1)


@backup.command("export")
@_DATA
@click.option("--to", type=click.Path(dir_okay=False), required=True, help="The zip file to write.")
@click.option("--xlsx", is_flag=True, help="Also a spreadsheet for each table, which takes longer.")
def backup_export(data: str, to: str, xlsx: bool) -> None:
    """Write everything into one zip: a SQLite file and a CSV file for each table. Also while the box runs."""
    from barbox.app import database_file
    from barbox.backup.export.everything import export

    with _sentences():
        tables = export(database_file(Path(data)), Path(to), xlsx=xlsx)
    click.echo(f"{to}: {tables} tables")


@main.command()
@click.option(
    "--from", "url", required=True, help="The target, such as file:///mnt/usb or s3://bucket/prefix?endpoint=…"
)
@click.option("--at", help="The last backup not after this time; the last of all by default.")
@click.option("--to", type=click.Path(file_okay=False), help="A new data folder. Without it the backups are listed.")
@click.option("--key", help="The recovery key: its 24 words, or the AGE-SECRET-KEY line.")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False), help="A file with the recovery key.")
@click.option("--store", help="Which store's, where a target has several.")
@click.option("--user", envvar="BARBOX_TARGET_USER", help="S3 access key or WebDAV user. Also $BARBOX_TARGET_USER.")
@click.option("--secret", envvar="BARBOX_TARGET_SECRET", help="Its secret. Better in $BARBOX_TARGET_SECRET.")
def restore(
    url: str,
    at: str | None,
    to: str | None,
    key: str | None,
    key_file: str | None,
    store: str | None,
    user: str | None,
    secret: str | None,
) -> None:
    """Restore a bar from a backup into a new folder."""
    from barbox.backup.targets.store import Credentials

    with _sentences():
        credentials = Credentials(user, secret or "") if user else None
        _run(_restore(url, credentials, at, to, _recovery_key(key, key_file) if to else None, store))


async def _restore(
    url: str,
    credentials: "Credentials | None",
    at: str | None,
    to: str | None,
    key: "RecoveryKey | None",
    store: str | None,
) -> None:
    from barbox.app import DATABASE_FILE
    from barbox.backup.restore import restoring
    from barbox.staff.pins import Pins

    found = await restoring.offers(url, credentials, store)
    if to is None or key is None:
        for each in found:
            click.echo(restoring.show_offer(each))
        return
    chosen = restoring.choose(found, restoring.parse_moment(at) if at else None, key)
    source = restoring.Source(url, credentials, chosen, key)
    hash_pin: Callable[[str, str], Awaitable[str]] = lambda pepper, pin: Pins(pepper).hash(pin)  # noqa: E731
    done, pin, code = await restoring.restore(source, Path(to), DATABASE_FILE, hash_pin, restoring.teller(click.echo))
    click.echo(
        f"Restored {done.bar}: {done.orders} orders, journal whole up to entry {done.name.seq}, "
        f"{restoring.show(done.name.at, seconds=True)}."
    )
    if done.lacks:
        click.echo(f"The live copy ends there: {done.lacks}. What was sold after that is not in it.")
    if done.admin:
        click.echo(f"PINs are not in backups. {done.admin} signs in with {pin}, and gives the others new ones.")
    click.echo(f"Paired tablets stay paired; a new one pairs with the code {code}, within a day.")
    click.echo(f"Start it with: barbox serve --data {to}")


def _recovery_key(key: str | None, key_file: str | None) -> "RecoveryKey":
    from barbox.backup import recovery_key

    if key_file:
        return recovery_key.read(Path(key_file).read_text("utf-8"))
    if not key:
        raise Broken("the recovery key is needed: --key with its words, or --key-file")
    return recovery_key.read(key)


def _collect_seldom() -> None:
    """What was made at the start stays, and an order's objects die by themselves: search for circles seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _run(work: Coroutine[Any, Any, T]) -> T:
    import uvloop

    return uvloop.run(work)


async def _until_stopped() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    await stop.wait()


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """Faults that a person can mend become a sentence and exit code 1."""
    try:
        yield
    except Broken as error:
        click.echo(f"Barbox cannot go on: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Barbox cannot go on: {error.strerror or error} {error.filename or ''}".rstrip(), err=True)
        sys.exit(1)
