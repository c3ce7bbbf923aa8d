"""What was done about a record, told again: each operation with who did it, as what, on which device, and what it changed, before and after.

Nothing of this is stored. The operations are folded once more, one after the other, and what the record said before each is held against what it
says after; so a time line can say nothing but what the ledger holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared import ledger as rules
from shared.errors import Refused
from shared.kinds.verifying import past_id
from shared.operation import Operation
from shared.operation import read as read_operation
from shared.rules import Record
from sync_server.store import ledgers as store
from sync_server.store.database import Link

# What a record keeps for the rules, or what a time line says in another way: who, when, the photos themselves.
UNTOLD = {
    "id", "kind", "no", "created", "hands", "marks", "photos", "conflicts", "merged", "finders", "ledger_no", "recurrence_of", "by", "at", "device",
    "approved_by", "approved_at", "accepted_by", "accepted_at", "decided_by", "decided_at", "asked_at", "asked_by", "old_date", "closed_by",
    "closed_at", "submitted_at", "reported_at", "listed_at", "listed_by", "proposed_at", "proposed_by", "ordered_at", "version", "returned",
    "return_reason",
    "number", "decision_reason", "single_signer_reason", "passed", "sha256", "history", "progress", "acceptances", "signoff", "state", "served_at",
}  # fmt: skip
MIRRORED = ("listing", "measures")  # what a hazard carries of records of their own, which tell it themselves


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an operation has changed; `before` is None where there was nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a time line. `roles` are those that its author held at that moment, as (role, unit); `device` is the device's record.

    `changes` is what it changed, `said` what its body says besides. `state` is (before, after) where it moved a record on, `about` of which kind
    that is. `later` is the number of the entry that settled or adopted it.
    """

    no: int
    kind: str
    subject: str
    by: str
    roles: tuple[tuple[str, str], ...]
    at: int
    received_at: int
    skew: int | None
    device: Record | None
    verdict: str
    code: str
    other: int
    flags: tuple[str, ...]
    changes: tuple[Change, ...]
    said: dict[str, Any]
    state: tuple[str, str] | None
    about: str
    later: int


def history(link: Link, ledger: str, record: Record, also: Iterable[str] = ()) -> list[list[Event]]:
    """The time line of a record and of others that belong to it (a hazard's listings and measures), in the order of the ledger.

    The same thing done again and again by one person (photos) is one run.
    """
    return _runs(retold(link, ledger, record, also)[0])


def retold(link: Link, ledger: str, record: Record, also: Iterable[str] = ()) -> tuple[list[Event], Record | None]:
    """Every event, and the record that folding the operations anew has led to."""
    subjects = [record["id"], *also]
    stored = [one for subject in subjects for one in store.operations_about(link, ledger, subject)]
    adopted = _adoptions(link, ledger, [one.no for one in stored if one.entry.verdict == rules.REFUSED])
    stored = sorted([*stored, *adopted.values(), *_merged_in(link, ledger, record)], key=lambda one: one.no)
    telling = _Telling(link, ledger, record, subjects, stored)
    later = {no: one.no for no, one in adopted.items()}
    later |= {int(no): held["settled"]["no"] for no, held in record.get("conflicts", {}).items() if held["settled"] is not None}
    return [telling.tell(one, later.get(one.no, 0)) for one in stored], telling.record(record["id"])


def _adoptions(link: Link, ledger: str, refused: list[int]) -> dict[int, store.Stored]:
    """The operations that made refused ones count after all, by the number of the refused."""
    records = store.records(link, ledger, [f"adoption/{no}" for no in refused]) if refused else {}
    found = {int(record["of"]): store.operation(link, ledger, record["created"]) for record in records.values()}
    return {no: one for no, one in found.items() if one is not None}


def _merged_in(link: Link, ledger: str, record: Record) -> list[store.Stored]:
    """The merges of other hazards into this one; they are about the other."""
    return [
        one
        for other in record.get("merged", ())
        for one in store.operations_about(link, ledger, other)
        if one.kind == "hazard.merge" and one.entry.verdict == rules.ACCEPTED
    ]


class _Telling:
    """One walk over the operations, with the records as they were at each."""

    def __init__(self, link: Link, ledger: str, record: Record, subjects: list[str], stored: list[store.Stored]) -> None:
        self._link, self._ledger, self._own = link, ledger, frozenset(subjects)
        self._operations = {one.no: operation for one in stored if (operation := _parsed(one.raw)) is not None}
        wanted = {id for operation in self._operations.values() for id in rules.reads(operation) if not id.startswith("op/")}
        found = store.records(link, ledger, wanted | {one.author for one in stored} | {one.device for one in stored})
        self._people_and_devices = found
        self._world: dict[str, Record | None] = {id: found.get(id) for id in wanted}
        # As they are now they would say what came only later: what stands in the record itself is told of these.
        self._world |= {past_id(record.get("enterprise", "")): None, **dict.fromkeys(subjects)}

    def tell(self, one: store.Stored, later: int) -> Event:
        """One operation, folded."""
        operation, entry = self._operations.get(one.no), one.entry
        changes: tuple[Change, ...] = ()
        state, about = None, "hazard"
        if operation is not None and (operation.subject in self._own or operation.kind == "operation.adopt"):
            before = {id: _copy(self._world[id]) for id in self._own}
            self._world.update(rules.fold(operation, entry, self._read))
            touched = [id for id in self._own if before[id] != self._world[id]]
            for id in sorted(touched, key=lambda id: id != operation.subject)[:1]:  # what it is about, or the draft that was adopted
                changes, state = _changes(before[id], self._world[id])
                about = str((self._world[id] or {}).get("kind", ""))
        author, body = self._people_and_devices.get(one.author), dict(operation.body) if operation is not None else {}
        edited = body.get("changes")
        said = dict(edited) if isinstance(edited, dict) else body
        told = {change.field for change in changes}
        return Event(
            one.no, one.kind or "?", one.subject, one.author, _roles_then(author, one.no), operation.at if operation else 0, entry.received_at,
            operation.skew if operation else None, self._people_and_devices.get(one.device), entry.verdict, entry.code, entry.other,
            tuple(flag for flag in entry.flags if flag), changes,
            {name: value for name, value in said.items() if name not in told}, state, about, later,
        )  # fmt: skip

    def record(self, id: str) -> Record | None:
        """A record as it is after what has been told so far."""
        return self._world.get(id)

    def _read(self, id: str) -> Record | None:
        if id.startswith("op/"):
            return store.entry_record(self._link, self._ledger, int(id[3:]))
        if id not in self._world:
            self._world[id] = store.records(self._link, self._ledger, [id]).get(id)
        return self._world[id]


def _parsed(raw: bytes) -> Operation | None:
    try:
        return read_operation(raw)
    except Refused:
        return None  # kept as it came, and shown as what it is: unreadable


def _copy(record: Record | None) -> Record | None:
    return json.loads(json.dumps(record)) if record is not None else None


def _changes(before: Record | None, after: Record | None) -> tuple[tuple[Change, ...], tuple[str, str] | None]:
    """What differs; nothing of a record that is new, its first operation says it all."""
    if after is None:
        return (), None
    was = before.get("state", "") if before is not None else ""
    state = (was, after.get("state", "")) if was != after.get("state", "") else None
    return (tuple(_differences(before, after)) if before is not None else ()), state


def _differences(before: Record, after: Record) -> Iterable[Change]:
    for name, value in after.items():
        was = before.get(name)
        mirrored = name in MIRRORED and isinstance(value, dict)
        if name in UNTOLD or mirrored or was == value or (value is None and isinstance(was, dict | list)):
            continue
        if isinstance(value, dict) and "lat" not in value:
            yield from _differences(was if isinstance(was, dict) else {}, value)
        elif not (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            yield Change(name, was if was not in ("", []) else None, value)


def _roles_then(person: Record | None, no: int) -> tuple[tuple[str, str], ...]:
    """The roles that somebody held when entry `no` was made."""
    if person is None or person["kind"] != "person":
        return ()
    held = [role for role in person["roles"] if role["since"] <= no]
    held += [role for role in person["former"] if role["since"] <= no < role["until"]]
    return tuple((role["role"], role["unit"]) for role in held)


def _runs(events: list[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        plain = event.verdict == rules.ACCEPTED and not event.flags and event.state is None
        if last is not None and plain and (last.by, last.kind, last.verdict) == (event.by, event.kind, event.verdict) and last.state is None:
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs
