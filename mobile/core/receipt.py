"""The receipt of an inspection: which entries of the ledger its operations have become, and what the server has signed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mobile.core.client import Client


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of an inspection and its findings. All figures are of this phone's own operations."""

    inspection: str
    operations: int  # own operations about it
    waiting: int  # of them not yet received
    refused: int
    conflicts: int
    numbers: tuple[int, ...]  # entries of the ledger, ascending
    received_at: int | None  # ms, of the newest of them; None before the first
    photos: int  # photos of it from this phone
    photos_waiting: int
    size: int  # of the ledger at the newest signed checkpoint; 0 without one
    root: str  # hex, of the same
    in_backup: bool | None  # all of it; None where the server keeps no backups

    @property
    def complete(self) -> bool:
        """Whether all of it, photos too, has reached the ledger."""
        return self.operations > 0 and self.waiting == 0 and self.photos_waiting == 0

    @property
    def ranges(self) -> str:
        """The numbers as people write them: "118–131, 140"."""
        runs: list[list[int]] = []
        for no in self.numbers:
            if runs and no == runs[-1][1] + 1:
                runs[-1][1] = no
            else:
                runs.append([no, no])
        return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def receipt_of(client: Client, inspection: str) -> Receipt:
    """Reads only the device's database; quick."""
    store = client.store
    subjects = json.dumps([inspection, *(client.record(inspection) or {"hazards": ()})["hazards"]])
    within = "IN (SELECT value FROM json_each(?))"
    rows = store.all(f"SELECT no, state, received_at FROM operations WHERE subject {within} ORDER BY no", (subjects,))
    rows += store.all(f"SELECT no, state, 0 FROM former_operations WHERE subject {within} AND state != 'pending' ORDER BY no", (subjects,))
    photos, waiting = store.one(f"SELECT count(*), coalesce(sum(state != 'stored'), 0) FROM photos WHERE record {within}", (subjects,))
    numbers = tuple(sorted(no for no, _, _ in rows if no > 0))
    states = [state for _, state, _ in rows]
    checkpoint, safe = store.meta("checkpoint") or {"size": 0, "root": ""}, int(store.meta("safe", -1))
    return Receipt(
        inspection=inspection,
        operations=len(rows),
        waiting=sum(state in ("pending", "held") for state in states),
        refused=states.count("refused"),
        conflicts=states.count("conflict"),
        numbers=numbers,
        received_at=max((at for _, _, at in rows if at), default=None),
        photos=photos,
        photos_waiting=waiting,
        size=checkpoint["size"],
        root=checkpoint["root"],
        in_backup=None if safe < 0 else bool(numbers) and len(numbers) == len(rows) and numbers[-1] <= safe,
    )
