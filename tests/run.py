"""Everything that is checked before a change is good: lint, types, all tests in parallel, the day of the demo, simulated histories.

    python3 run.py test            all of it
    python3 run.py test -k photo   only pytest, with these arguments
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
HISTORIES = 4_000


def main() -> int:
    """Exit status 0 only if everything is good; goes on after a failure, so that one run shows all of them."""
    parser = argparse.ArgumentParser(
        prog="run.py test", description="全部测试 · everything that is checked", add_help="-h" in sys.argv or "--help" in sys.argv
    )
    parser.add_argument("--histories", type=int, default=HISTORIES, help="simulated histories (default: %(default)s)")
    options, pytest_arguments = parser.parse_known_args()
    # twice as many as there are processors, for half of the time a test waits; the tests of a file share its ledger, its server, its browser
    workers = ["-n", str(2 * (os.cpu_count() or 1)), "--dist", "loadfile"]
    if pytest_arguments:
        return run("pytest", ["pytest", *workers, *pytest_arguments])
    steps = {
        "ruff": ["ruff", "check", "."],
        "mypy": ["mypy", "shared", "sync_server", "mobile", "tests", "run.py"],
        "pytest": ["pytest", *workers, "tests"],
        "demo --once": ["tests.demo", "--once"],
        "simulate": ["tests.simulation", "--histories", str(options.histories), "--seed", "1"],
    }
    failed = [title for title, command in steps.items() if run(title, command)]
    print(f"✗ {', '.join(failed)}" if failed else "✓ 全部通过 · all good")
    return 1 if failed else 0


def run(title: str, command: list[str]) -> int:
    """One step with its time."""
    started = time.monotonic()
    print(f"… {title}", flush=True)
    status = subprocess.run([sys.executable, "-m", *command], cwd=HERE).returncode
    print(f"{'✗' if status else '✓'} {title} · {time.monotonic() - started:.0f} s", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
