"""`run.py simulate --histories N --seed S`: plays histories S, S+1 ... on all processors; shows the shortest form of the first that breaks."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.simulation.cheap import CHEAP
from tests.simulation.ground import ground
from tests.simulation.history import run, shrink

CHUNK = 20  # histories that a worker plays before it reports


def main() -> int:
    """Returns the exit status."""
    about = "同步模拟：同一种子得到同一段历史 · simulated histories; the same seed gives the same one"
    parser = argparse.ArgumentParser(prog="run.py simulate", description=about)
    parser.add_argument("--histories", type=int, default=1_000, help="多少段 · how many (1000)")
    parser.add_argument("--seed", type=int, default=1, help="第一段的种子 · seed of the first (1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="进程数 · processes (one a core)")
    parser.add_argument("--trace", action="store_true", help="显示第一段的经过 · show what happens in the first")
    options = parser.parse_args()
    if options.trace:
        return show(options.seed, shorten=False)
    started = time.monotonic()
    failed = play_all(range(options.seed, options.seed + options.histories), max(1, options.workers))
    if failed is not None:
        return show(failed, shorten=True)
    seconds = time.monotonic() - started
    print(f"✓ {options.histories:,} 段历史全部成立 · histories hold, {seconds:.0f} s, {options.histories / seconds:.0f}/s")
    return 0


def play_all(seeds: range, workers: int) -> int | None:
    """Play them all; the seed of one that breaks, or None."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    started, done, shown = time.monotonic(), 0, 0.0
    with ProcessPoolExecutor(workers, initializer=_prepare) as pool:
        for future in as_completed([pool.submit(play, chunk) for chunk in chunks]):
            failed = future.result()
            if failed is not None:
                pool.shutdown(cancel_futures=True)
                return failed
            done += CHUNK
            now = time.monotonic()
            if now - shown > 2 or done >= len(seeds):
                shown = now
                print(f"  … {min(done, len(seeds)):,} / {len(seeds):,}   {done / (now - started):.0f}/s", flush=True)
    return None


def _prepare() -> None:
    """A worker begins: what lasts for ever need not be looked at by the garbage collector."""
    ground(CHEAP)
    gc.collect()
    gc.freeze()
    gc.disable()  # `play` collects when it is done


def play(seeds: range) -> int | None:
    """The first of these that breaks."""
    failed = next((seed for seed in seeds if run(seed).problem), None)
    gc.collect()
    return failed


def show(seed: int, *, shorten: bool) -> int:
    """Everything about one history."""
    result = run(seed)
    if shorten and result.problem:
        print(f"✗ 种子 · seed {seed}: {result.problem.splitlines()[0]}\n  正在缩短 · shortening", flush=True)
        result = shrink(seed, result.events)
    print("\n".join(f"  {line}" for line in result.trace))
    print(f"✗ 种子 · seed {seed}: {result.problem}" if result.problem else f"✓ {result.digest}")
    return 1 if result.problem else 0


if __name__ == "__main__":
    sys.exit(main())
