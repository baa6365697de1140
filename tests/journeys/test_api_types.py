"""The app's types are those of the box: one that changed without the other fails here."""

import subprocess
import sys

from barbox import build_web
from tests.journeys.bar import ROOT

WEB = ROOT / "barbox" / "web"
MEND = "run: python -m barbox openapi | node barbox/web/scripts/api-types.mjs > barbox/web/src/lib/api/generated.ts"


def test_the_app_speaks_of_what_the_box_has() -> None:
    said = subprocess.run([sys.executable, "-m", "barbox", "openapi"], cwd=ROOT, capture_output=True, check=True)
    command = [build_web.node(), str(WEB / "scripts" / "api-types.mjs")]
    made = subprocess.run(command, input=said.stdout, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode()
    kept = (WEB / "src" / "lib" / "api" / "generated.ts").read_bytes()
    assert made.stdout == kept, MEND
