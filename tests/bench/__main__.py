"""`run.py bench`: every figure beside its goal, and beside an anchor measured in the same run.

Exit status 0 when all were measured, goals met or not: a busy machine is no failure of the program. A list of figures goes to standard output, with
`--json` as one JSON object a line.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import app, client, console, photos, server, window
from tests.bench.figures import Figure, Setting

ALL: dict[str, Callable[[Setting], Iterator[Figure]]] = {
    **server.FIGURES, **photos.FIGURES, **client.FIGURES, **console.FIGURES, **window.FIGURES, **app.FIGURES
}  # fmt: skip


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="run.py bench", description="测速，与同一次运行中的裸基准相比 · speed against raw anchors of the same run")
    parser.add_argument("--only", action="append", choices=ALL, metavar="NAME", help=f"one of {', '.join(ALL)}; may be repeated")
    parser.add_argument("--quick", action="store_true", help="one short round of each: shows that it runs, the numbers mean little")
    parser.add_argument("--full", action="store_true", help="the ledger of a million operations, too: many minutes and several GB")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    options = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory(prefix="paicha-bench-", ignore_cleanup_errors=True) as folder:
        setting = Setting(Path(folder), options.quick, options.full)
        if not options.json:
            print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
        for name in options.only or ALL:
            started = time.monotonic()
            for figure in ALL[name](setting):
                figures.append(figure)
                print(json.dumps(dataclasses.asdict(figure), ensure_ascii=False) if options.json else figure.line(), flush=True)
            print(f"       {name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if not options.json:
        with_goal = [figure for figure in figures if figure.met is not None]
        print(f"{sum(figure.met or False for figure in with_goal)} of {len(with_goal)} goals met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
