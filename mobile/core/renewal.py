"""Going on under a new device id: after a fork, or after a new enrolment code. What has no receipt is made again; nothing is dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mobile.core.client import Client, Identity
from shared.operation import PENDING, new_id, read, write

_HANDED_IN = "state IN ('accepted', 'conflict', 'held')"


def continue_as(client: Client, device: str, answer: dict[str, Any], forgotten: Sequence[str] = (), server: str = "") -> None:
    """Move to the new device in one transaction: the old chain is kept aside, its operations without a receipt are made again.

    `forgotten` are the ids we had that a restored server does not know, oldest first: all that was handed in under them is made again, too.

    What the server holds for a newer program is safe there and will be judged there; made again it would count twice.

    The new operations have new ids; `redo` in the store links each to the one it replaces. Their bodies, times and subjects are the same.
    """
    store, old = client.store, client.identity
    identity = Identity(server or old.server, old.ledger, device, old.person, str(answer["verifier_key"]))
    with store.transaction():
        of_former = f"SELECT raw FROM former_operations WHERE device = ? AND {_HANDED_IN} ORDER BY n"
        raws = [raw for id in forgotten for (raw,) in store.all(of_former, (id,))]
        lacking = f"OR {_HANDED_IN}" if old.device in forgotten else ""
        raws += [raw for (raw,) in store.all(f"SELECT raw FROM operations WHERE state = 'pending' {lacking} ORDER BY n")]
        store.run(
            "INSERT INTO former_operations SELECT ?, n, raw, kind, subject, at, state, no, code, settled FROM operations WHERE 1 "
            "ON CONFLICT DO NOTHING",
            (old.device,),
        )
        store.run("DELETE FROM operations")
        for id in forgotten:
            store.run(f"UPDATE former_operations SET state = 'pending' WHERE device = ? AND {_HANDED_IN}", (id,))
        store.set_meta(
            identity=asdict(identity),
            renewing=None,
            bundled=0,
            former=[id for id in [*store.meta("former", []), old.device] if id not in forgotten],
        )
        store.put_base((json.dumps(r, ensure_ascii=False, separators=(",", ":")), r) for r in answer["records"])
        client.identity = identity
        client.signer = client.ports.new_signer(device)
        client.transport = client.ports.transport(identity.server)
        make_again(client, [bytes(raw) for raw in raws])
        # Judged work of the old chain comes with the pull; until then what was pulled stands.
        client.rebuild()


def make_again(client: Client, raws: list[bytes]) -> None:
    """Operations of a chain that is closed, at the end of the present one. Inside the caller's transaction."""
    n, prev = client.store.chain_end()
    redone: dict[str, str] = {}
    for raw in raws:
        old = read(raw)
        id = new_id(client.ports.now(), client.ports.randomness(10))
        fields = {
            "v": old.v, "id": id, "ledger": old.ledger, "epoch": old.epoch, "device": client.identity.device, "n": n + 1, "prev": prev, "at": old.at,
            "skew": old.skew, "by": old.by, "kind": old.kind, "subject": old.subject, "base": min(old.base, PENDING), "body": old.body,
        }  # fmt: skip
        made = read(write(fields))
        client.store.add_operation(made)
        redone[id] = old.id
        n, prev = made.n, made.digest
    client.store.set_meta(redone={**client.store.meta("redone", {}), **redone})
