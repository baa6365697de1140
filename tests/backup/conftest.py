"""Places to keep backups: a stick, a bucket, a cloud drive; the servers run once for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from barbox.backup.targets.store import Credentials
from tests.backup.servers import SECRET, USER, Place, seaweed, wsgidav


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an S3 server."""
    with seaweed(tmp_path_factory.mktemp("seaweed")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a WebDAV server, and its folder."""
    folder = tmp_path_factory.mktemp("dav") / "root"
    folder.mkdir()
    with wsgidav(folder) as address:
        yield address, folder


@pytest.fixture
def stick(tmp_path: Path) -> Place:
    """A USB stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return Place(folder.as_uri(), None, folder)


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Place:
    """A folder of its own in the bucket."""
    return Place(f"s3://bar/{tmp_path.name}?endpoint={s3}", Credentials(USER, SECRET), tmp_path)


@pytest.fixture
def drive(dav: tuple[str, Path], tmp_path: Path) -> Place:
    """A folder of its own on the cloud drive."""
    address, root = dav
    (root / tmp_path.name).mkdir()
    return Place(f"webdav+http://{address}/{tmp_path.name}", Credentials(USER, SECRET), root / tmp_path.name)


@pytest.fixture(params=["stick", "bucket", "drive"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each kind of place in turn."""
    found: Place = request.getfixturevalue(request.param)
    return found
