"""The phone's main program, from its first line to the first screen: everything is wired, with only Java standing for itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_app_starts_with_androids_platform_and_shows_the_way_in(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.android.start_app", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["place"] == "enrol" and seen["model"] == "Xiaomi Redmi 9A"
    assert seen["padding"] == [0, 84, 0, 48], "nothing stands where the system draws over the window"
    assert seen["paused"] is True and seen["back"] is False, "from the first screen, back leads out of the app"
    assert {"Machine.watch", "Machine.insets", "Machine.battery"} <= set(seen["calls"])
    assert (tmp_path / "paicha").is_dir() and (tmp_path / "tmp").is_dir()
