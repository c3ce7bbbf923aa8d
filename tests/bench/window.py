"""The window's speed under software rendering: the first frame against a bare Kivy window's, and a long list. Each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.client import codes, enrolled, enterprise, sync
from tests.bench.figures import Figure, Setting, against, percentile
from tests.bench.server import running
from tests.bench.work import open_server

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> tuple[float, dict[str, list[float] | float]]:
    """When it was started, on the monotonic clock, and what it said."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "tests.bench.frames", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return started, json.loads(done.stdout.splitlines()[-1])


def first_frame(setting: Setting) -> Iterator[Figure]:
    """From the start of the process; the client shows its list of 1,000 enterprises."""
    folder, phone = setting.fresh("window"), setting.fresh("phone")
    world = open_server(folder)
    world.service.act(world.ledger, [enterprise(number) for number in range(1_000)])
    invitations = codes(world, 1)
    world.service.close()
    with running(folder) as url:
        client = enrolled(phone, url, next(invitations))
        sync(client)
        client.store.close()

    def wait(*arguments: str) -> float:
        started, said = run(*arguments)
        assert isinstance(said["first"], float)
        return 1 / (said["first"] - started)

    ratio = against(lambda: wait("bare"), lambda: wait("app", str(phone)), setting.rounds(5))
    cost = 1 / ratio.ratio
    text = f"{cost:6.2f} x  {1 / ratio.measured:.2f} against {1 / ratio.anchor:.2f} s"
    yield Figure("the first frame", text, "<= 1.5 x a bare window's", cost <= 1.5, cost, 1 / ratio.measured, "s")


def long_list(setting: Setting) -> Iterator[Figure]:
    """10,000 rows with badges, flung."""
    medians, slow = [], []
    for _ in range(setting.rounds(3)):
        _, said = run("list")
        assert isinstance(said["frames"], list)
        medians.append(percentile(said["frames"], 0.5) * 1000)
        slow.append(percentile(said["frames"], 0.95) * 1000)
    text = f"median {min(medians):.1f} ms, p95 {min(slow):.1f} ms a frame"
    yield Figure("10,000 rows flung", text, "median <= 20 ms", min(medians) <= 20, absolute=min(medians), unit="ms", note="the best of the runs")


FIGURES = {"first-frame": first_frame, "list": long_list}
