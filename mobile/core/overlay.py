"""Own unfinished work folded over the server's records by the rules.

This brings all kinds of operations there are, so it is imported when there is something to fold: the first frame only reads.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace

from mobile.core.store import Store, give_way
from shared import ledger as rules
from shared.errors import Refused
from shared.operation import PENDING, Entry, Operation
from shared.protocol import Verdict
from shared.rules import Case, Read, Record


class Overlay:
    """Records as unfinished work makes them out of what was pulled; the database is only read. `n` is the newest own operation that is in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._base: dict[str, Record | None] = {}
        self.touched: dict[str, Record] = {}
        self.n = 0

    def _real(self, id: str) -> Record | None:
        if id in self.touched:
            return self.touched[id]
        if id not in self._base:
            self._base[id] = self._store.base_record(id)
        return self._base[id]

    def lend(self, ops: Iterable[Operation]) -> None:
        """A colleague's, before one's own."""
        for op in ops:
            self.touched.update(_fold_lent(op, self._real))

    def fold(self, operations: Iterable[tuple[Operation, Verdict]]) -> set[str]:
        """Own operations, in order; returns the ids of the records that they change."""
        changed: set[str] = set()
        for op, verdict in operations:
            give_way()
            folded = self._pending(op) if verdict.no == 0 else self._judged(op, verdict)
            self.touched.update(folded)
            changed |= folded.keys()
            self.n = op.n
        return changed

    def _pending(self, op: Operation) -> dict[str, Record]:
        try:
            rules.check(op, self._real)
        except Refused:
            return {}  # it will probably be refused; it is handed in all the same, the server decides
        return rules.fold(op, Entry(PENDING, op.at, rules.ACCEPTED), self._real)

    def _judged(self, op: Operation, verdict: Verdict) -> dict[str, Record]:
        """A judged operation changes only the records that were pulled before it."""

        def read(id: str) -> Record | None:
            record = self._real(id)
            has_it = record is not None and self._store.base_no(id) >= verdict.no
            return copy.deepcopy(record) if has_it else record

        try:
            changed = rules.fold(op, replace(verdict.entry(), ahead=True), read)
        except Refused:
            return {}  # what it is about has left this phone meanwhile
        return {id: record for id, record in changed.items() if self._store.base_no(id) < verdict.no}


def _fold_lent(op: Operation, read: Read) -> dict[str, Record]:
    """A colleague's operation by the rules of its kind alone: this device does not know the colleague's, and the server judges the rest."""
    entry = Entry(PENDING, op.at, rules.ACCEPTED)
    try:
        rules.KINDS[op.kind, op.v].judge(Case(op, entry, read))
    except Refused:
        return {}  # it is in what was pulled already, or the inspection has moved on
    return rules.fold(op, entry, read)
