"""What the fault tests need of the machine."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def strace() -> str:
    """Where strace is. Without it these tests cannot run: on CI that is a failure, elsewhere they say so."""
    path = shutil.which("strace")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("strace is not installed: apt-get install strace")
        pytest.skip("strace is not installed: apt-get install strace")
    return path
