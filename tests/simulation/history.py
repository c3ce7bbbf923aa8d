"""A history: what happens, in which order, decided by one seed; its end, when everything is mended; and what must hold then.

`run` plays one history and returns what it left behind; `shrink` drops events from a failing one while it still fails.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mobile.core.status import Stopped, UpToDate, Working
from tests.simulation import newer
from tests.simulation.cheap import CHEAP, Craft
from tests.simulation.faults import FaultyConnection
from tests.simulation.invariants import Broken, check_end, check_midway
from tests.simulation.network import GOOD
from tests.simulation.phones import Installation
from tests.simulation.world import DAY, HOUR, WEIGHTS, World, describe

Event = tuple[str, int]  # what, and the seed of its chances


@dataclass(slots=True)
class Result:
    """One history as it was played. `problem` is "" when everything held."""

    seed: int
    events: list[Event]
    trace: list[str]
    problem: str = ""

    @property
    def digest(self) -> str:
        """The same history has the same digest."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


def events_of(seed: int) -> list[Event]:
    """What will happen."""
    random = Random(seed)
    # Each history has its own taste, so that rare things also come together (swarm testing).
    weights = [weight * random.choice((0.2, 1, 1, 5)) for weight in WEIGHTS.values()]
    names = random.choices(list(WEIGHTS), weights, k=random.randrange(6, 32))
    return [(name, random.getrandbits(60)) for name in names]


def run(seed: int, events: Sequence[Event] | None = None, craft: Craft = CHEAP) -> Result:
    """Play it."""
    events = events_of(seed) if events is None else list(events)
    newer.listen()
    newer.speak(newer.OLD)
    world = World(seed, craft)
    result = Result(seed, list(events), world.trace)
    try:
        for place, (name, chance) in enumerate(events):
            world.random.seed(chance)
            world.pass_time(world.random.choice((1_000, 60_000, HOUR, DAY)) if name != "sync" else 500)
            world.log(f"{place} {name} {getattr(world, name)()}")
            if name == "sync" and chance % 4 == 0:
                check_midway(world)
            if world.server.surprises:
                raise Broken(f"the server failed: {world.server.surprises[0]}")
        heal(world)
        check_end(world)
        world.log(f"ends {final_root(world)}")
    except Broken as broken:
        result.problem = str(broken)
    except Exception as failure:  # a program must not fail, whatever happens to it
        where = traceback.extract_tb(failure.__traceback__)[-1]
        result.problem = f"{failure!r} at {Path(where.filename).name}:{where.lineno}\n{traceback.format_exc()}"
    finally:
        world.close()
        newer.forget()
    return result


def heal(world: World) -> None:
    """The network is mended, everyone has the newest program, late requests arrive, and every device syncs until nothing is left. Clocks stay."""
    world.random.seed(7)
    world.server.connection = FaultyConnection(world.server.connection.raw)
    world.server.upgrade()
    for inst in world.installations:
        inst.connection.arm(0, "before")
        inst.phone.mood = GOOD
    world.net.deliver(world.server, len(world.net.late))
    for inst in world.installations:
        hand_in(inst)  # before anyone pulls, so that most need to pull only once
    for _ in range(4):
        behind = [inst for inst in world.installations if not inst.is_level(world.server)]
        if not behind:
            return
        world.pass_time(HOUR)
        for inst in behind:
            finish(world, inst)
    raise Broken("the devices do not come to an end")


def hand_in(inst: Installation) -> None:
    """Sync until nothing is left in the outbox, if it comes to that at once."""
    inst.engine.wake()
    for _ in range(8):
        if inst.client.store.first_unsent() is None or not isinstance(inst.step(), Working):
            return


def finish(world: World, inst: Installation) -> None:
    """Sync until there is nothing left to do."""
    for _ in range(12):
        inst.last = inst.sync(30)
        if isinstance(inst.last, UpToDate | Stopped):
            break
        world.pass_time(1_000)
    world.log(f"heal {inst.name}: {describe(inst.last)}")
    if not isinstance(inst.last, UpToDate | Stopped):
        raise Broken(f"{inst.name} does not come to an end: {describe(inst.last)}")


def final_root(world: World) -> str:
    """The root of the ledger's tree, which covers every entry."""
    return world.server.service.checkpoint("qingyu").split("\n")[2]


def shrink(seed: int, events: Sequence[Event]) -> Result:
    """A shorter history that still breaks something: halves, quarters ... single events are dropped as long as that holds."""
    best = run(seed, events)
    size = max(1, len(best.events) // 2)
    while size:
        start = 0
        while start < len(best.events):
            attempt = run(seed, best.events[:start] + best.events[start + size :])
            if attempt.problem:
                best = attempt
            else:
                start += size
        size //= 2
    return best
