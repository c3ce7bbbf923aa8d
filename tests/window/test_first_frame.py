"""What the first frame of Today does not wait for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LATER = (
    "shared.ledger", "shared.kinds.families", "mobile.core.engine", "mobile.core.darkroom", "mobile.core.photos", "mobile.ui.kit.surface",
    "mobile.ui.kit.overlay", "mobile.ui.kit.field", "PIL.ImageDraw", "requests", "cryptography", "sqlite_utils", "pypinyin",
)  # fmt: skip
PROGRAM = """
import sys
from mobile.ui.window import prepare
prepare(hidden=True)
import mobile.device.desktop, mobile.device.desktop_platform, mobile.ui.app, mobile.ui.screens.today
print(*sys.modules)
"""


def test_the_first_screen_reads_no_program_that_it_does_not_need() -> None:
    """What judges, syncs, prepares pictures or tells of trouble is read when it is needed: each costs a cheap phone a tenth of a second."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert not set(done.stdout.splitlines()[-1].split()) & set(LATER)
