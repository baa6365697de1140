"""Power cuts through a busy evening of the real box: many moments, six ways to lose what was under way.

The long form: `python -m tests.faults.evening --moments 200`; tests run a short one.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.faults.audit import SHELF, audit
from tests.faults.box import furnish, running
from tests.faults.powercut.cutting import Recording, record
from tests.faults.powercut.disk import Names

WITHOUT_SYNCS = {"BARBOX_TEST_SYNCHRONOUS": "OFF"}


@contextmanager
def recorded(
    folder: Path, *, tills: int, guests: int, environment: Mapping[str, str] | None = None
) -> Iterator[Recording]:
    """An evening of that many tills with that many guests each, traced; the bar was set up before."""
    with running(folder / "data") as box:
        known = box.set_up()
        till = box.till(known)
        furnish(till, 3, counted=2, on_shelf=SHELF)
        till.close()
    (folder / "pass").write_text(json.dumps(asdict(known)))
    evening = [sys.executable, "-m", "tests.faults.busy_bar", str(folder / "data"), str(folder / "pass")]
    settings = [f"{name}={value}" for name, value in (environment or {}).items()]
    command = ["env", *settings, *evening, str(folder / "told"), str(tills), str(guests)]
    with record(command, folder / "data", folder / "told") as recording:
        yield recording


def main() -> None:
    """Cut, and say what was found; exits 1 if anything was lost, or nothing was without syncs."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.evening", description=__doc__)
    parser.add_argument("--moments", type=int, default=200, help="six images are judged at each")
    parser.add_argument("--tills", type=int, default=4)
    parser.add_argument("--guests", type=int, default=12, help="of each till")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="barbox-evening-"))
    fine = True
    try:
        for what, environment in (("synchronous=FULL", {}), ("synchronous=OFF", WITHOUT_SYNCS)):
            place = folder / what
            with recorded(place, tills=options.tills, guests=options.guests, environment=environment) as evening:
                for names in Names:
                    found = evening.cut(audit, moments=options.moments, seed=options.seed, names=names)
                    print(f"{what}, names {names.value}: {found}", flush=True)
                    fine &= bool(found.bad) is bool(environment)
    finally:
        shutil.rmtree(folder)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path.cwd()))
    main()
