"""Real places for backups on the loopback: SeaweedFS speaks S3, WsgiDAV speaks WebDAV, both in their own process."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import obstore
import obstore.exceptions
from obstore.store import S3Store

from barbox.backup.targets.store import Credentials

USER, SECRET = "bar", "testsecret123"


class Place(NamedTuple):
    """A target's address and credentials; `folder` is where its server keeps what it was given."""

    url: str
    credentials: Credentials | None
    folder: Path


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody uses now; low enough that their gRPC twins (10,000 up) exist too."""
    found: list[int] = []
    with contextlib.ExitStack() as stack:
        port = 20_000 + os.getpid() * 211 % 19_000  # neighbours by process number start far apart
        while len(found) < count:
            port += 1
            with contextlib.suppress(OSError):
                for number in (port, port + 10_000):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", number))
                found.append(port)
    return found


@contextlib.contextmanager
def seaweed(folder: Path, *ahead: str) -> Iterator[str]:
    """An S3 server with the bucket "bar", its command begun with `ahead`; yields its endpoint."""
    names = (
        "s3.port",
        "master.port",
        "volume.port",
        "filer.port",
        "webdav.port",
        "admin.port",
        "s3.port.iceberg",
        "s3.port.lance",
    )
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    command = [
        *ahead,
        str(Path(sys.executable).with_name("weed")),
        "mini",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-bucket=bar",
        "-admin.ui=false",
        "-s3.autoCreateBucket=false",
        "-webdav=false",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    keys = {"AWS_ACCESS_KEY_ID": USER, "AWS_SECRET_ACCESS_KEY": SECRET}
    with running(command, keys, folder / "log"):
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        wait_for_s3(endpoint)
        yield endpoint


@contextlib.contextmanager
def wsgidav(folder: Path) -> Iterator[str]:
    """A WebDAV server of `folder`; yields its address without scheme."""
    (port,) = free_ports(1)
    config = folder.with_suffix(".yaml")
    config.write_text(
        f"host: 127.0.0.1\nport: {port}\nprovider_mapping:\n  /: {folder}\n"
        f"simple_dc:\n  user_mapping:\n    '*':\n      {USER}:\n        password: {SECRET}\n"
        "http_authenticator:\n  accept_basic: true\n  accept_digest: false\n  default_to_digest: false\n"
        "logging:\n  enable: false\nverbose: 1\n"
    )
    command = [str(Path(sys.executable).with_name("wsgidav")), f"--config={config}", "--no-browse"]
    with running(command[:2], {}, folder.with_suffix(".log")):
        wait_until_open(port)
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def running(command: list[str], extra: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server for the length of the block; it is killed at the end, for some take their time to stop."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | extra, stdout=out, stderr=out, cwd=log.parent)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until_open(port: int) -> None:
    """Until somebody listens, at most 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port}")


def wait_for_s3(endpoint: str) -> None:
    """Until the bucket can be written, at most 60 s."""
    deadline = time.monotonic() + 60
    options: Any = {"client_options": {"allow_http": True}, "retry_config": {"max_retries": 0}}
    store = S3Store("bar", endpoint=endpoint, access_key_id=USER, secret_access_key=SECRET, **options)
    while True:
        try:
            obstore.put(store, "hello", b"hello")
            return
        except (OSError, obstore.exceptions.BaseError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
