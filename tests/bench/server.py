"""The server's speed: push, re-push, many devices, single operations, a ledger that has grown, PostgreSQL. Everything is durable and checked.

Batches of 500 go straight to the service, as a route does it: what HTTP adds to them stands beside it. Many small pushes go over HTTP to a server
process, since there HTTP is most of it.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from tests.bench.anchors import BATCH, raw_rows
from tests.bench.figures import Figure, Setting, against, percentile, share
from tests.bench.grown import grow
from tests.bench.postgres import durable_postgres
from tests.bench.wire import Wire, at_once, post
from tests.bench.work import Taps, make_hazard, make_inspection, now, open_server
from tests.serving import ServerProcess
from tests.worlds import LEDGER, Clock, Device, World, open_world

PATH = f"/v1/ledgers/{LEDGER}/push"
TURN = 2  # batches between two looks at the anchor


def chain_of(world: World, make: Callable[[Device], None], operations: int) -> Device:
    """A device with at least so many operations made and none handed in."""
    device = world.device("lin")
    device.clock = Taps(device.clock() - 2_000 * operations)
    while len(device.lines) < operations:
        make(device)
    return device


def batches_of(device: Device, size: int = BATCH) -> list[bytes]:
    """The whole chain as signed pushes of `size`."""
    return [device.body(first, size) for first in range(1, len(device.lines) + 1, size)]


def in_turns(bodies: Sequence[bytes], size: int = TURN) -> Iterator[list[bytes]]:
    """The pushes in the portions that are measured at a time."""
    rest = iter(bodies)
    return iter(lambda: list(islice(rest, size)), [])


def all_accepted(answers: Sequence[dict[str, object]]) -> int:
    """How many operations; a push that is not accepted would be a false measurement."""
    verdicts = [verdict for answer in answers for verdict in answer["verdicts"]]  # type: ignore[attr-defined]
    wrong = [verdict for verdict in verdicts if verdict[2] != "accepted"]
    assert verdicts and not wrong, wrong[:3]
    return len(verdicts)


def hand_in(world: World, bodies: Sequence[bytes]) -> float:
    """Operations a second."""
    start = time.perf_counter()
    answers = [world.service.push(world.ledger, body) for body in bodies]
    taken = time.perf_counter() - start
    return all_accepted(answers) / taken


def push(setting: Setting) -> Iterator[Figure]:
    """Batches of 500, about 20 operations a record; then the same again."""
    rounds = setting.rounds(9)
    world = open_server(setting.fresh("push"))
    device = chain_of(world, make_inspection, rounds * TURN * BATCH)
    rows, bodies = device.lines[:BATCH], batches_of(device)
    first, again = in_turns(bodies), in_turns(bodies)
    ratio = against(lambda: raw_rows(setting, rows), lambda: hand_in(world, next(first)), rounds)
    size = sum(map(len, rows)) / len(rows)
    yield share("push, batches of 500", ratio, 0.10, note=f"{size:.0f} B an operation, floor 6 %")
    repeated = against(lambda: raw_rows(setting, rows), lambda: hand_in(world, next(again)), rounds)
    factor = repeated.ratio / ratio.ratio
    text = f"{factor:6.2f} x  {repeated.measured:,.0f} against {ratio.measured:,.0f} operations/s"
    yield Figure("push of known operations", text, "> 1 x the first push", factor > 1, factor, repeated.measured)
    world.service.close()


def hazards(setting: Setting) -> Iterator[Figure]:
    """Batches of 500, every operation a new hazard."""
    rounds = setting.rounds(9)
    world = open_server(setting.fresh("hazards"))
    device = chain_of(world, make_hazard, rounds * BATCH)
    turns = in_turns(batches_of(device), 1)
    ratio = against(lambda: raw_rows(setting, device.lines[:BATCH]), lambda: hand_in(world, next(turns)), rounds)
    yield share("push, all new hazards", ratio, 0.04)
    world.service.close()


def over_http(setting: Setting) -> Iterator[Figure]:
    """The same batches over HTTP to a server process, gzip as a phone sends them."""
    rounds, folder = setting.rounds(7), setting.fresh("http")
    world = open_server(folder)
    device = chain_of(world, make_inspection, rounds * TURN * BATCH)
    turns = in_turns([_request(body) for body in batches_of(device)])
    world.service.close()
    with running(folder) as url:
        wire = Wire(url)

        def measure() -> float:
            start = time.perf_counter()
            answers = [wire.ask(request) for request in next(turns)]
            taken = time.perf_counter() - start
            return all_accepted([json.loads(answer) for answer in answers]) / taken

        ratio = against(lambda: raw_rows(setting, device.lines[:BATCH]), measure, rounds)
        wire.close()
    text = f"{ratio.ratio:6.1%}  {ratio.measured:,.0f} of {ratio.anchor:,.0f} operations/s"
    yield Figure("the same over HTTP", text, ratio=ratio.ratio, absolute=ratio.measured, unit="operations/s")


def devices(setting: Setting) -> Iterator[Figure]:
    """50 devices at once, 20 operations each."""
    rounds, folder = setting.rounds(5), setting.fresh("devices")
    world = open_server(folder)
    crowd = [chain_of(world, make_inspection, rounds * 20) for _ in range(50)]
    world.service.close()
    turns = iter([[[_request(device.body(1 + 20 * turn, 20))] for device in crowd] for turn in range(rounds)])
    waits: list[float] = []
    with running(folder) as url:

        def measure() -> float:
            total, taken, answers = at_once(url, next(turns))
            waits.extend(taken)
            return all_accepted([json.loads(answer) for answer in answers]) / total

        ratio = against(lambda: raw_rows(setting, crowd[0].lines), measure, rounds)
    yield share("50 devices at once, 20 each", ratio, 0.05, note=f"p95 {percentile(waits, 0.95) * 1000:.0f} ms an answer")


def singles(setting: Setting) -> Iterator[Figure]:
    """One operation a push, 4 connections: group commit."""
    rounds, each, folder = setting.rounds(5), 200, setting.fresh("singles")
    world = open_server(folder)
    four = [chain_of(world, make_inspection, rounds * each) for _ in range(4)]
    world.service.close()
    portions = [range(1 + each * turn, 1 + each * (turn + 1)) for turn in range(rounds)]
    turns = iter([[[_request(device.body(n, 1)) for n in portion] for device in four] for portion in portions])
    waits: list[float] = []
    with running(folder) as url:

        def measure() -> float:
            total, taken, answers = at_once(url, next(turns))
            waits.extend(taken)
            return all_accepted([json.loads(answer) for answer in answers]) / total

        ratio = against(lambda: raw_rows(setting, four[0].lines), measure, rounds)
    text = f"{ratio.measured:,.0f} pushes/s  ({ratio.ratio:.1%} of the anchor)"
    note = f"p95 {percentile(waits, 0.95) * 1000:.1f} ms an answer"
    yield Figure("one operation a push, 4 connections", text, ">= 800/s", ratio.measured >= 800, ratio.ratio, ratio.measured, "pushes/s", note)


def grown(setting: Setting) -> Iterator[Figure]:
    """What an operation costs in a large ledger, against one of 10,000 operations."""
    size = 1_000_000 if setting.full else 20_000 if setting.quick else 200_000
    rounds = setting.rounds(7)
    worlds = {}
    for operations in (10_000, size):
        world = open_server(setting.fresh("grown"))
        device = chain_of(world, make_inspection, (rounds + 1) * TURN * BATCH)
        grow(world, operations)
        worlds[operations] = (world, in_turns(batches_of(device)))
    small, large = worlds[10_000], worlds[size]
    ratio = against(lambda: hand_in(small[0], next(small[1])), lambda: hand_in(large[0], next(large[1])), rounds)
    cost = 1 / ratio.ratio
    text = f"{cost:6.2f} x  {ratio.measured:,.0f} against {ratio.anchor:,.0f} operations/s"
    yield Figure(f"an operation's cost at {size:,}", text, "<= 1.3 x that at 10,000", cost <= 1.3, cost, ratio.measured)
    for world, _ in worlds.values():
        world.service.close()


def postgresql(setting: Setting) -> Iterator[Figure]:
    """Batches of 500 into PostgreSQL, against SQLite."""
    rounds = setting.rounds(7)
    with durable_postgres(setting.fresh("pg")) as url:
        ours, theirs = open_server(setting.fresh("sqlite")), open_world(url, clock=Clock(now()))
        small, large = (in_turns(batches_of(chain_of(world, make_inspection, (rounds + 1) * TURN * BATCH))) for world in (ours, theirs))
        ratio = against(lambda: hand_in(ours, next(small)), lambda: hand_in(theirs, next(large)), rounds)
        ours.service.close()
        theirs.service.close()
    yield share("PostgreSQL against SQLite", ratio, 0.5)


class running:
    """A server process on this folder."""

    def __init__(self, folder: Path) -> None:
        self._server = ServerProcess(folder)

    def __enter__(self) -> str:
        self._server.start()
        return self._server.url

    def __exit__(self, *_: object) -> None:
        self._server.stop()


def _request(body: bytes) -> bytes:
    return post(PATH, gzip.compress(body, 1), Content_Encoding="gzip")


FIGURES = {
    "push": push, "hazards": hazards, "http": over_http, "devices": devices, "singles": singles, "grown": grown, "postgresql": postgresql,
}  # fmt: skip
