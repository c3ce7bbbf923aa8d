"""What must hold, whatever has happened. `Broken` names the first thing that does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobile.core.status import Stopped
from shared import ledger as rules
from shared import merkle
from shared.people import scopes_of
from sync_server.blobs import LocalBlobs
from sync_server.store import ledgers as store
from sync_server.verify import Difference, verify
from tests.simulation import newer
from tests.simulation.oracle import check_overwrites
from tests.simulation.phones import Installation
from tests.simulation.server import LEDGER
from tests.simulation.world import World


class Broken(Exception):
    """An invariant does not hold."""


@dataclass(slots=True)
class View:
    """The ledger at the end, read once."""

    size: int
    epoch: str
    root: str
    entries: list[store.Stored]
    by_id: dict[str, store.Stored]
    digests: set[bytes]
    held: set[bytes]
    bodies: dict[str, str]
    records: dict[str, Any]


def look(world: World) -> View:
    """The whole ledger."""
    link = world.server.look()
    head = store.head(link, LEDGER)
    assert head is not None
    entries = store.operations(link, LEDGER, 0, 1_000_000)
    bodies = dict(link.all("SELECT id, body FROM records WHERE ledger = ?", (LEDGER,)))
    held = {bytes(row[0]) for row in link.all("SELECT raw FROM held WHERE ledger = ?", (LEDGER,))}
    root = merkle.root(head.size, lambda level, place: store.tile(link, LEDGER, level, place)).hex()
    records = {id: json.loads(body) for id, body in bodies.items()}
    return View(head.size, head.epoch, root, entries, {e.id: e for e in entries}, {e.raw for e in entries}, held, bodies, records)


def check_end(world: World) -> None:
    """Everything, after `heal`. Raises Broken."""
    newer.speak(newer.NEW)
    view = look(world)
    for inst in world.installations:
        _check_device(inst, view)
        _nothing_lost(inst, view)
    _nothing_doubled(world, view)
    _console_promises(world, view)
    _conflicts_are_open(view)
    problem = check_overwrites(view.entries, _epoch_limits(world))
    if problem:
        raise Broken(problem)
    try:
        verify(world.server.database, LocalBlobs(Path("/nonexistent")), LEDGER, check=world.server.craft.is_right)
    except Difference as difference:
        raise Broken(f"verify: {difference}") from None


def _check_device(inst: Installation, view: View) -> None:
    client, store_ = inst.client, inst.client.store
    if isinstance(inst.last, Stopped):
        if inst.last.code == "revoked" and view.records[client.identity.device]["state"] == "revoked":
            return  # the rest stays on the device
        raise Broken(f"{inst.name}: stopped, {inst.last.code} {inst.last.detail}")
    left = store_.all("SELECT n, state, kind FROM operations WHERE state IN ('pending', 'held')")
    if left:
        raise Broken(f"{inst.name}: still in the outbox {left}")
    _receipts_hold(inst, view)
    _same_records(inst, view)
    point = store_.meta("checkpoint")
    if (point["size"], point["root"], client.epoch) != (view.size, view.root, view.epoch):
        raise Broken(f"{inst.name}: its checkpoint is {point['size']} of {client.epoch}, the ledger's {view.size} of {view.epoch}")
    wanted = dict.fromkeys(scopes_of(view.records[client.identity.person]), view.size)
    if store_.cursors() != wanted:
        raise Broken(f"{inst.name}: cursors {store_.cursors()}, not {wanted}")


def _receipts_hold(inst: Installation, view: View) -> None:
    """What the device believes of its own operations is what the ledger says; what was not accepted is on the person's list."""
    device = inst.client.identity.device
    shown = {problem.n for problem in inst.client.needs_you()}
    for n, state in inst.client.store.all("SELECT n, state FROM former_operations WHERE state = 'refused'"):
        if -n not in shown:
            raise Broken(f"{inst.name}: operation {n} of a former chain is {state} and the person is not told")
    rows = inst.client.store.all("SELECT n, raw, state, no, code, other, subject FROM operations ORDER BY n")
    for n, raw, state, no, code, other, subject in rows:
        stored = view.entries[no - 1] if 0 < no <= view.size else None
        if stored is None or (stored.device, stored.n, stored.raw) != (device, n, bytes(raw)):
            raise Broken(f"{inst.name}: operation {n} has a receipt for entry {no}, which is another")
        if (stored.entry.verdict, stored.entry.code, stored.entry.other) != (state, code, other):
            raise Broken(f"{inst.name}: operation {n} is {state} {code} here and {stored.entry.verdict} {stored.entry.code} in the ledger")
        open_conflict = state == "conflict" and view.records[subject]["conflicts"][str(no)]["settled"] is None
        if (state == "refused" or open_conflict) and n not in shown:
            raise Broken(f"{inst.name}: operation {n} is {state} and the person is not told")


def _same_records(inst: Installation, view: View) -> None:
    """The device holds exactly what its person may see, byte for byte, and nothing is folded over it any more."""
    person = inst.client.identity.person
    scopes = set(scopes_of(view.records[person]))
    wanted = {id: view.bodies[id] for id, record in view.records.items() if scopes & rules.scopes_of(record)}
    have = dict(inst.client.store.all("SELECT id, base FROM records"))
    for id in sorted(wanted.keys() | have.keys()):
        if wanted.get(id) != have.get(id):
            raise Broken(f"{inst.name}: record {id} differs\n  server {wanted.get(id)}\n  device {have.get(id)}")
    shown = inst.client.store.all("SELECT id FROM records WHERE shown IS NOT NULL")
    if shown:
        raise Broken(f"{inst.name}: own work still lies over {shown}")


def _nothing_lost(inst: Installation, view: View) -> None:
    """Every operation the device has called durable is in the ledger or held there, itself or made again under a new device id.

    What a revoked device had not handed in is still on the device, and what a restored server has forgotten of it.
    """
    heirs: dict[str, list[str]] = {}
    stopped = isinstance(inst.last, Stopped)
    kept = {id for (id,) in inst.client.store.all("SELECT id FROM operations")} if stopped else set()
    for new, old in inst.client.store.meta("redone", {}).items():
        heirs.setdefault(old, []).append(new)
    for id, raw in inst.made.items():
        if id in inst.gone or raw in view.digests or raw in view.held or id in kept:
            continue
        line = list(heirs.get(id, []))
        while line:
            heir = line.pop()
            if heir in view.by_id or heir in kept:
                break
            line += heirs.get(heir, [])
        else:
            raise Broken(f"{inst.name}: operation {id} is lost: {raw.decode()}")


def _nothing_doubled(world: World, view: View) -> None:
    """No bytes twice in the ledger, and nothing that is accepted and was made again."""
    if len(view.digests) != view.size:
        raise Broken("the same operation is in the ledger twice")
    for inst in world.installations:
        for new, old in inst.client.store.meta("redone", {}).items():
            pair = view.by_id.get(new), view.by_id.get(old)
            if all(entry is not None and entry.entry.verdict == "accepted" for entry in pair):
                raise Broken(f"{inst.name}: operation {old} was accepted and so was {new}, which repeats it")


def _console_promises(world: World, view: View) -> None:
    """What the console was told of its acts."""
    for id, no in world.console.items():
        if not 0 < no <= view.size or view.entries[no - 1].id != id:
            raise Broken(f"console: act {id} was entry {no}, which is another")


def _conflicts_are_open(view: View) -> None:
    """Every conflict stands on its record, for someone to settle; nobody's earlier work collides with the same person's later work on one device."""
    for stored in view.entries:
        if stored.entry.verdict != "conflict":
            continue
        kept = view.records.get(stored.subject, {}).get("conflicts", {}).get(str(stored.no))
        if kept is None:
            raise Broken(f"entry {stored.no}: the conflict is not on record {stored.subject}")
        first = view.entries[stored.entry.other - 1]
        if (first.device, first.author) == (stored.device, stored.author):
            raise Broken(f"entry {stored.no}: collides with entry {first.no} of the same hand")


def _epoch_limits(world: World) -> dict[str, int]:
    """Up to which number a `base` of an epoch counts: the size at which the next one began."""
    link = world.server.look()
    rows = link.all("SELECT epoch, start FROM epochs WHERE ledger = ? ORDER BY start, opened_at", (LEDGER,))
    head = store.head(link, LEDGER)
    assert head is not None
    starts = {epoch: start for epoch, start in rows}
    limits = {}
    for epoch in starts:
        later = [start for other, start in rows if other != epoch and (start, other == head.epoch) > (starts[epoch], False)]
        limits[epoch] = 2**53 if epoch == head.epoch else min(later, default=0)
    return limits


def check_midway(world: World) -> None:
    """At any moment: no cursor has passed a change that the device does not hold. Raises Broken."""
    link = world.server.look()
    head = store.head(link, LEDGER)
    visible = link.all("SELECT scope, record, no, present FROM visible WHERE ledger = ?", (LEDGER,))
    assert head is not None
    for inst in world.installations:
        disk = inst.connection.raw
        (epoch,) = disk.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        if epoch != json.dumps(head.epoch):
            continue
        cursors = dict(disk.execute("SELECT scope, no FROM cursors"))
        have = dict(disk.execute("SELECT id, no FROM records WHERE base IS NOT NULL"))
        members = set(disk.execute("SELECT scope, record FROM members"))
        for scope, record, no, present in visible:
            if no <= cursors.get(scope, 0) and (present != ((scope, record) in members) or (present and have.get(record, 0) < no)):
                raise Broken(f"{inst.name}: the cursor of {scope} is {cursors[scope]}, but change {no} of {record} is not here")


