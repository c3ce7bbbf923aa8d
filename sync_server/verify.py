"""Checking a ledger from its first byte to its last, trusting nothing that can be computed: it names the first difference, or says all is well.

Operations are folded again with the verdicts they were given; they are never judged again. Compared are: the columns beside each operation's
bytes, every device's chain and its signatures, the Merkle tree, every record, list row and visibility, every photo.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared import ledger as rules
from shared import merkle
from shared.errors import Refused
from shared.operation import Operation, digest_of, leaf, push_message
from shared.operation import read as read_operation
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.keys import signature_is_right
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.store.listed import LISTED_COLUMNS, SPAN_COLUMNS, Place, Standing, Turn, placed, row_values, shown, spans_of

STRETCH = 2_000  # operations read at a time


class Difference(Exception):
    """The first thing that is not as it should be."""


@dataclass(slots=True)
class Report:
    """What was checked."""

    ledger: str
    operations: int = 0
    records: int = 0
    photos: int = 0
    refused: int = 0
    conflicts: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    missing_photos: int = 0  # named, but their bytes have not come yet: no error


Check = Callable[[str, str, bytes], bool]  # public key, signature, message


def verify(
    database: Database,
    blobs: LocalBlobs,
    ledger: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Check = signature_is_right,
) -> Report:
    """Check one ledger. Raises Difference."""
    report = Report(ledger)
    with database.read() as link:
        head = store.head(link, ledger)
        if head is None:
            raise Difference(f"no ledger {ledger}")
        walk = _Walk(link, ledger, head.size, report, check)
        walk.operations(progress)
        walk.held()
        walk.devices()
        walk.tree()
        walk.records()
        walk.lists()
        walk.visibility()
        _photos(walk.folded, blobs, ledger, report)
    return report


class _Walk:
    """One pass over a ledger in one snapshot."""

    def __init__(self, link: Link, ledger: str, size: int, report: Report, check: Check) -> None:
        self.link, self.ledger, self.size, self.report, self.check = link, ledger, size, report, check
        self.folded: dict[str, Record] = {}
        self.scopes: dict[str, dict[str, tuple[int, int]]] = {}
        self.turns: list[Turn] = []
        self._standing = Standing()
        self.chains: dict[str, tuple[int, str]] = {}
        self.ends: dict[str, tuple[int, str]] = {}  # of chains that go on in held operations
        self.signed: dict[tuple[str, int], str] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._growing = merkle.Tree(0, lambda level, place: b"")

    def operations(self, progress: Callable[[int, int], None]) -> None:
        """Every entry in order: its columns, its place in its device's chain, its leaf; and its fold."""
        expected = 1
        for stretch in self._stretches():
            leaves = []
            for stored in stretch:
                if stored.no != expected:
                    raise Difference(f"entry {expected} is missing")
                expected += 1
                digest = digest_of(stored.raw)
                leaves.append(merkle.leaf_hash(leaf(stored.entry, digest)))
                self._entry(stored, digest)
            for level, place, hashes in self._growing.append(leaves):
                self._tiles[level, place] = hashes
            progress(expected - 1, self.size)
        if expected - 1 != self.size:
            raise Difference(f"the ledger says {self.size} entries, there are {expected - 1}")
        self.report.operations = self.size

    def _stretches(self) -> Iterator[list[store.Stored]]:
        after = 0
        while rows := store.operations(self.link, self.ledger, after, STRETCH):
            yield rows
            after = rows[-1].no

    def _entry(self, stored: store.Stored, digest: str) -> None:
        n, _ = self.chains.get(stored.device, (0, ""))
        if stored.n != n + 1:
            raise Difference(f"entry {stored.no}: operation {n + 1} of device {stored.device} is missing")
        op = self._operation(stored)
        if op is not None and op.device == stored.device and op.n == stored.n and op.prev != self.chains.get(stored.device, (0, ""))[1]:
            raise Difference(f"entry {stored.no}: the chain of device {stored.device} is broken")
        self.chains[stored.device] = (stored.n, digest)
        self.signed[stored.device, stored.n] = digest
        self.report.refused += stored.entry.verdict == rules.REFUSED
        self.report.conflicts += stored.entry.verdict == rules.CONFLICT
        if op is None and stored.entry.verdict == rules.REFUSED:
            self._unread(stored)
        if stored.entry.verdict == rules.REFUSED:
            return
        if op is None:
            raise Difference(f"entry {stored.no}: an operation that cannot be read was {stored.entry.verdict}")
        self.report.kinds[op.kind] = self.report.kinds.get(op.kind, 0) + 1
        self._fold(stored, op)

    def _operation(self, stored: store.Stored) -> Operation | None:
        """The operation, with the columns beside it compared; None where it was kept as unreadable."""
        try:
            op = read_operation(stored.raw)
        except Refused:
            if stored.entry.verdict != rules.REFUSED or stored.kind:
                raise Difference(f"entry {stored.no}: the bytes of the operation are damaged") from None
            return None
        if not stored.kind:
            return None
        columns = (stored.device, stored.n, stored.kind, stored.subject, stored.author)
        written = (op.device, op.n, op.kind, op.subject, op.by)
        if columns != written or stored.id not in (op.id, _row_key(stored)):
            raise Difference(f"entry {stored.no}: the columns differ from the operation")
        return op

    def _unread(self, stored: store.Stored) -> None:
        """An operation that was kept as it came: only its place and its device's person are known."""
        person = self.folded.get(stored.device, {}).get("person")
        if (stored.id, stored.kind, stored.subject, stored.author) != (_row_key(stored), "", "", person):
            raise Difference(f"entry {stored.no}: the columns differ from those of an operation that cannot be read")

    def _fold(self, stored: store.Stored, op: Operation) -> None:
        before = {}

        def read(id: str) -> Record | None:
            if id.startswith("op/"):
                return store.entry_record(self.link, self.ledger, int(id[3:]))
            record = self.folded.get(id)
            if record is not None and id not in before:
                before[id] = rules.scopes_of(record)
            return record

        try:
            changed = rules.fold(op, stored.entry, read)
        except (KeyError, TypeError, ValueError, AssertionError, Refused) as error:
            raise Difference(f"entry {stored.no}: cannot be folded ({error!r})") from None
        self.turns += self._standing.turns(changed, stored.no, stored.entry.received_at)
        for id, record in changed.items():
            self.folded[id] = record
            after, seen = rules.scopes_of(record), self.scopes.setdefault(id, {})
            for scope in before.get(id, set()) - after:
                seen[scope] = (stored.no, 0)
            for scope in after:
                seen[scope] = (stored.no, 1)

    def held(self) -> None:
        """What is held for a newer program continues its device's chain."""
        for device in store.devices_with_held(self.link, self.ledger):
            n, digest = self.chains.get(device, (0, ""))
            for there, raw in store.held(self.link, self.ledger, device):
                if there != n + 1 or _prev_of(raw, device, there) not in (None, digest):
                    raise Difference(f"device {device}: held operation {there} does not follow operation {n}")
                n, digest = there, digest_of(raw)
                self.signed[device, n] = digest
            self.ends[device] = (n, digest)

    def devices(self) -> None:
        """The end of each chain as noted, and every push's signature."""
        noted = {chain.device: chain for chain in store.chains(self.link, self.ledger)}
        covered = dict.fromkeys(noted, 0)
        for device in sorted(noted.keys() | self.chains.keys() | self.ends.keys()):
            chain, judged = noted.get(device), self.chains.get(device, (0, ""))
            end = self.ends.get(device, judged)
            if chain is None or (chain.judged, chain.n, chain.digest) != (judged[0], *end):
                raise Difference(f"device {device}: the noted end of its chain is not operation {end[0]}")
            record = self.folded.get(device)
            if record is None or record["public_key"] != chain.public_key or record["person"] != chain.person:
                raise Difference(f"device {device}: its noted key or person is not the one enrolled")
        rows = self.link.all("SELECT device, n, digest, signature FROM signatures WHERE ledger = ? ORDER BY device, n", (self.ledger,))
        for device, n, digest, signature in rows:
            right = self.signed.get((device, n)) == digest
            if not right or not self.check(noted[device].public_key, signature, push_message(self.ledger, device, n, digest)):
                raise Difference(f"device {device}: the signature over operation {n} is wrong")
            covered[device] = n
        for device, chain in noted.items():
            if covered[device] < chain.n:
                raise Difference(f"device {device}: no signature covers operations after {covered[device]}")

    def tree(self) -> None:
        """Every stored tile against the one computed from the entries."""
        stored = {(row[0], row[1]): bytes(row[2]) for row in self.link.all("SELECT level, place, hashes FROM tiles WHERE ledger = ?", (self.ledger,))}
        for key in sorted(self._tiles.keys() | stored.keys()):
            if stored.get(key) != self._tiles.get(key):
                raise Difference(f"tile {key[0]}/{key[1]} of the tree differs")

    def records(self) -> None:
        """Every record against the fold, to the byte."""
        found = set()
        rows = self.link.all("SELECT id, kind, no, body, conflicts FROM records WHERE ledger = ? ORDER BY id", (self.ledger,))
        for id, kind, no, body, conflicts in rows:
            record = self.folded.get(id)
            if record is None or json.dumps(record, ensure_ascii=False, separators=(",", ":")) != body:
                raise Difference(f"record {id} differs from what the operations add up to")
            if (kind, no, conflicts) != (record["kind"], record["no"], len(rules.open_conflicts(record))):
                raise Difference(f"record {id}: its columns differ")
            found.add(id)
        missing = self.folded.keys() - found
        if missing:
            raise Difference(f"record {min(missing)} is missing")
        self.report.records = len(found)

    def lists(self) -> None:
        """Every row, term and span against those computed from the entries."""
        places = {record["id"]: place for record in self.folded.values() if shown((place := Place.of(record)).row) is not None}
        wanted_rows = {row_values(self.folded[id]["kind"], id, place.row) for id, place in places.items() if place.row is not None}
        kinds = {id: self.folded[id]["kind"] for id in places}
        wanted_terms = {(kinds[id], term, at, id) for id, place in places.items() for term, at in placed(kinds[id], place)}
        self._same("list row", LISTED_COLUMNS, "listed", wanted_rows, 0)
        self._same("term", ("kind", "term", "at", "id"), "terms", wanted_terms, 3)
        self._same("span", SPAN_COLUMNS, "spans", set(spans_of(self.turns)), 0)

    def _same(self, what: str, columns: tuple[str, ...], table: str, wanted: set[tuple[Any, ...]], id: int) -> None:
        stored = {tuple(row) for row in self.link.all(f"SELECT {', '.join(columns)} FROM {table} WHERE ledger = ?", (self.ledger,))}
        if stored != wanted:
            raise Difference(f"record {min(stored ^ wanted)[id]}: its {what} differs")

    def visibility(self) -> None:
        """Who sees what since when."""
        rows = self.link.all("SELECT scope, record, no, present FROM visible WHERE ledger = ?", (self.ledger,))
        stored = {(scope, record): (no, present) for scope, record, no, present in rows}
        wanted = {
            (scope, record): (self.folded[record]["no"] if present else no, present)
            for record, seen in self.scopes.items()
            for scope, (no, present) in seen.items()
        }
        for scope, record in sorted(stored.keys() | wanted.keys()):
            if stored.get((scope, record)) != wanted.get((scope, record)):
                raise Difference(f"visibility of {record} in {scope} differs")


def _row_key(stored: store.Stored) -> str:
    """The key of a row whose own id is unknown or used already."""
    return f"{stored.device}/{stored.n}"


def _prev_of(raw: bytes, device: str, n: int) -> str | None:
    """The digest that an operation says it follows; None of one that cannot be read in its place."""
    try:
        op = read_operation(raw)
    except Refused:
        return None
    return op.prev if (op.device, op.n) == (device, n) else None


def _photos(folded: dict[str, Record], blobs: LocalBlobs, ledger: str, report: Report) -> None:
    """Every photo that was received and not erased is there, with its digest."""
    for record in folded.values():
        if record["kind"] != "blob" or record["erased"]:
            continue
        if not record["received"]:
            report.missing_photos += 1
            continue
        path: Path = blobs.path(ledger, record["sha256"])
        if not path.is_file():
            raise Difference(f"photo {record['sha256']} is missing")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != record["sha256"]:
                raise Difference(f"photo {record['sha256']} is damaged")
        report.photos += 1
