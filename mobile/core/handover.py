"""After a restore of the server: every chain this enrolment has ever had is compared with what the server has now; what it forgot goes in again.

Numbers alone prove nothing: since the restore a clone of this phone may have handed in something else under the same number. So the newest
operation that both sides should have is sent again, bytes and all. Each operation names the one before, so one comparison covers the chain.
Chains of former ids are short and rare: they are sent whole.

    meta "former"       the device ids this enrolment had before, oldest first
    meta "unconfirmed"  [device id, n to compare next], oldest first; empty when the server's new life is known to go on where ours does
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mobile.core.answers import ENROLLED, PUSHED, Halt, problem_of, read_answer
from mobile.core.client import Client
from mobile.core.renewal import make_again
from mobile.core.status import Status, Working
from mobile.core.store import Store
from shared import protocol as p
from shared.operation import digest_of
from shared.protocol import Verdict

if TYPE_CHECKING:
    from mobile.core.engine import Engine

Lines = list[tuple[int, bytes, str]]


def begin(client: Client, known: int) -> None:
    """Note what is to be compared; `known` is the number up to which the restored server has a chain under our present id."""
    store = client.store
    waiting = [[device, 1] for device in store.meta("former", []) if _last_received(store, device)]
    shared = min(known, store.chain_end()[0])
    store.set_meta(unconfirmed=[*waiting, *([[client.identity.device, shared]] if shared else [])])


def confirm(engine: Engine, waiting: list[list[Any]], now: int) -> Status:
    """One request about the oldest chain that is not confirmed."""
    client, store = engine.client, engine.store
    device, first = waiting[0]
    own = device == client.identity.device
    lines = store.outbox(first - 1, 1, 1) if own else _former_lines(store, device, first)
    reply = engine.send(device, client.ports.new_signer(device), first, lines)
    answer = read_answer(reply, PUSHED)
    if str(answer["epoch"]) != client.epoch:
        return engine.pull(now)  # restored once more: the pull begins all this anew
    verdicts = [Verdict.from_json(value) for value in answer["verdicts"]]
    with store.transaction():
        engine.take_receipt(answer)
        if own:
            _take_own(store, verdicts, answer)
            waiting = waiting[1:]
        else:
            waiting = _take_former(client, waiting, lines, verdicts, answer)
        store.set_meta(unconfirmed=waiting)
        client.rebuild()
    engine.pull_again()  # it brings the verdicts on the rest of the chain
    return Working("push", len(verdicts), len(lines))


def _take_own(store: Store, verdicts: list[Verdict], answer: dict[str, Any]) -> None:
    if answer["fork"] or not verdicts:
        # Something else has our number there. The next push goes from the beginning and finds where the two part.
        store.run("UPDATE operations SET state = 'pending', no = 0, code = '', other = 0, overlaid = 1")
    else:
        store.set_verdicts(verdicts)


def _take_former(client: Client, waiting: list[list[Any]], lines: Lines, verdicts: list[Verdict], answer: dict[str, Any]) -> list[list[Any]]:
    store, (device, first) = client.store, waiting[0]
    for v in verdicts:
        store.run("UPDATE former_operations SET state = ?, no = ?, code = ? WHERE device = ? AND n = ?", (v.verdict, v.no, v.code, device, v.n))
    after = first + len(verdicts)
    if answer["fork"]:
        rest = "FROM former_operations WHERE device = ? AND n >= ? AND state != 'pending' ORDER BY n"
        make_again(client, [bytes(raw) for (raw,) in store.all(f"SELECT raw {rest}", (device, after))])
        store.run("UPDATE former_operations SET state = 'pending' WHERE device = ? AND n >= ?", (device, after))
        return waiting[1:]
    return [[device, after], *waiting[1:]] if after <= _last_received(store, device) else waiting[1:]


def _last_received(store: Store, device: str) -> int:
    """The newest operation of a former chain that had a receipt; the later ones were made again."""
    row = store.one("SELECT max(n) FROM former_operations WHERE device = ? AND state != 'pending'", (device,))
    return int(row[0] or 0)


def _former_lines(store: Store, device: str, first: int) -> Lines:
    last = _last_received(store, device)
    sql = "SELECT n, raw FROM former_operations WHERE device = ? AND n BETWEEN ? AND ? ORDER BY n LIMIT ?"
    rows = store.all(sql, (device, first, last, p.PUSH_LINES))
    return [(n, bytes(raw), digest_of(bytes(raw))) for n, raw in rows]


def reintroduce(engine: Engine) -> Status:
    """The restored server does not know our device id, but may know one we had before: that one's key brings the present one back."""
    ids = [*engine.store.meta("former", []), engine.client.identity.device]
    for old, new in reversed(list(zip(ids, ids[1:], strict=False))):
        reply = engine.ask_renewal(old, new)
        if problem_of(reply).get("code") == p.UNKNOWN_DEVICE.code:
            continue  # then that one has to be brought back first
        read_answer(reply, ENROLLED)
        return Working("token")
    raise Halt(p.UNKNOWN_DEVICE.code)
