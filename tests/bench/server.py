"""The server's speed: push, re-push, many devices, single operations, a ledger that has grown, PostgreSQL. Everything is durable and checked.

The first two go straight to the service, the way routes do, so that the figure is the server's own; "over HTTP" stands beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.anchors import BATCH, raw_rows
from tests.bench.figures import Figure, Setting, against, share
from tests.bench.work import make_hazard, make_inspection, open_server
from tests.worlds import Device, World


def chain_of(world: World, make: Callable[[Device], None], operations: int) -> Device:
    """A device with at least so many operations made and none handed in."""
    device = world.device("lin")
    while len(device.lines) < operations:
        make(device)
    return device


def batches_of(device: Device, size: int = BATCH) -> list[bytes]:
    """The whole chain as signed pushes of `size`."""
    return [device.body(first, size) for first in range(1, len(device.lines) + 1, size)]


def hand_in(world: World, bodies: list[bytes]) -> float:
    """Operations a second; every one must be accepted."""
    answers = []
    start = time.perf_counter()
    for body in bodies:
        answers.append(world.service.push(world.ledger, body))
    taken = time.perf_counter() - start
    verdicts = [verdict[2] for answer in answers for verdict in answer["verdicts"]]
    assert set(verdicts) == {"accepted"}, [v for answer in answers for v in answer["verdicts"] if v[2] != "accepted"][:3]
    return len(verdicts) / taken


def push(setting: Setting) -> Iterator[Figure]:
    """Batches of 500, about 20 operations a record; then the same again."""
    total = 2 * BATCH if setting.quick else 10 * BATCH
    bodies: list[list[bytes]] = []
    worlds: list[World] = []
    rows: list[bytes] = []
    for _ in range(setting.rounds(5)):
        worlds.append(open_server(setting.fresh("push")))
        device = chain_of(worlds[-1], make_inspection, total)
        bodies.append(batches_of(device))
        rows = device.lines[:BATCH]
    first, again = iter(range(len(worlds))), iter(range(len(worlds)))
    size = sum(map(len, rows)) / len(rows)

    def measure(turn: Iterator[int]) -> float:
        place = next(turn)
        return hand_in(worlds[place], bodies[place])

    ratio = against(lambda: raw_rows(setting, rows), lambda: measure(first), len(worlds))
    yield share("push, batches of 500", ratio, 0.10, note=f"{size:.0f} B an operation, floor 6 %")
    repeated = against(lambda: raw_rows(setting, rows), lambda: measure(again), len(worlds))
    text = f"{repeated.ratio / ratio.ratio:6.2f} x  {repeated.measured:,.0f} against {ratio.measured:,.0f} operations/s"
    yield Figure("push of known operations", text, "> 1 x the first push", repeated.ratio > ratio.ratio, repeated.ratio / ratio.ratio, repeated.measured)
    for world in worlds:
        world.service.close()


def hazards(setting: Setting) -> Iterator[Figure]:
    """Batches of 500, every operation a new hazard."""
    worlds = [open_server(setting.fresh("hazards")) for _ in range(setting.rounds(5))]
    devices = [chain_of(world, make_hazard, BATCH if setting.quick else 6 * BATCH) for world in worlds]
    turns = iter([(world, batches_of(device)) for world, device in zip(worlds, devices, strict=True)])
    ratio = against(lambda: raw_rows(setting, devices[0].lines[:BATCH]), lambda: hand_in(*next(turns)), len(worlds))
    yield share("push, all new hazards", ratio, 0.04)
    for world in worlds:
        world.service.close()


def sqlite_folder(setting: Setting) -> Path:
    """For a server that is a process of its own."""
    return setting.fresh("server")


FIGURES = {"push": push, "hazards": hazards}
