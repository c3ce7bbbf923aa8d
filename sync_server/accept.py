"""Accepting: the single writer turns what devices and the console hand in into numbered entries and folded records.

`accept` takes several jobs and makes them one transaction: load, judge each operation in order, fold, number, write, commit. Only then does
anyone get an answer. If that transaction fails, each job is tried again alone, so one bad push never takes another down; if a single operation
makes the rules themselves fail, it is kept as refused(internal) and the rest goes on. Rules are in `shared`, SQL in `store`; here is neither.

    PushJob   the exact bytes of a device, parsed and its signature checked before (`prepare`)
    ActJob    what people do on the console and what the server itself records: the console's own chain is continued inside the transaction
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import ledger as rules
from shared.errors import INTERNAL, TOO_LARGE, UNREADABLE, WRONG_DEVICE, WRONG_LEDGER, Refused
from shared.merkle import Tree, leaf_hash
from shared.operation import MAX_OPERATION, Entry, Operation, digest_of, leaf, new_id, push_message, read, write
from shared.protocol import CHAIN_BROKEN, READ_ONLY, UNKNOWN_DEVICE, UNKNOWN_LEDGER, PushHead, Verdict
from shared.rules import EXISTS, Record
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.store.listed import NOWHERE, Place, Standing, Turn, put_listed, put_spans

log = logging.getLogger("paicha.accept")

Sign = Callable[[bytes], str]


@dataclass(slots=True)
class Line:
    """One line of a push: its bytes, and the operation or why there is none."""

    n: int
    raw: bytes
    digest: str
    operation: Operation | None
    refusal: str = ""


@dataclass(slots=True)
class PushJob:
    """A device's push, ready to be judged."""

    ledger: str
    head: PushHead
    lines: list[Line]
    now: int


@dataclass(slots=True)
class Act:
    """One thing done on the console or by the server. `id` comes from the form, so that a second submit is the same operation."""

    by: str
    kind: str
    subject: str
    body: dict[str, Any]
    base: int = 0
    id: str = ""


@dataclass(slots=True)
class ActJob:
    """Acts of the console device, in order. `atomic`: if one is not accepted, none of them is made (imports)."""

    ledger: str
    acts: Sequence[Act]
    now: int
    atomic: bool = False


Job = PushJob | ActJob


@dataclass(slots=True)
class Outcome:
    """What became of a job: a verdict for each line or act; for a push also what the server wants next, or where the chain forks."""

    verdicts: list[Verdict] = field(default_factory=list)
    expect: int = 1
    fork: int = 0
    size: int = 0
    failure: Exception | None = None


class NotAccepted(Exception):
    """An atomic job met a verdict other than accepted; everything is rolled back."""

    def __init__(self, position: int, entry: Entry) -> None:
        super().__init__(f"{position}: {entry.verdict} {entry.code}")
        self.position = position
        self.entry = entry


def parse_lines(ledger: str, head: PushHead, raws: list[bytes]) -> list[Line]:
    """Parse a push and check that its lines are one chain. Raises Refused(chain_broken): what no signature covers is not stored."""
    lines: list[Line] = []
    previous = ""
    for n, raw in enumerate(raws, head.first):
        line = _parse_line(ledger, head.device, n, raw)
        if line.operation is not None and lines and line.operation.prev != previous:
            raise Refused(CHAIN_BROKEN, f"n={n}")
        lines.append(line)
        previous = line.digest
    return lines


def _parse_line(ledger: str, device: str, n: int, raw: bytes) -> Line:
    if len(raw) > MAX_OPERATION:
        return Line(n, raw, digest_of(raw), None, TOO_LARGE.code)
    try:
        operation = read(raw)
    except Refused as refused:
        return Line(n, raw, digest_of(raw), None, refused.code)
    if operation.n != n:
        return Line(n, raw, operation.digest, None, UNREADABLE.code)
    refusal = WRONG_LEDGER.code if operation.ledger != ledger else WRONG_DEVICE.code if operation.device != device else ""
    return Line(n, raw, operation.digest, operation, refusal)


class Acceptor:
    """The one writer of this process. Not for two threads at once: the writer thread calls it (see `sync_server.writer`)."""

    def __init__(self, database: Database, sign_console: Callable[[str], Sign], randomness: Callable[[int], bytes]) -> None:
        self.database = database
        self._sign_console = sign_console
        self._randomness = randomness

    def accept(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Judge, number and store; returns when it is on disk. A failure concerns only the job it belongs to."""
        outcomes: list[Outcome | None] = [None] * len(jobs)
        for name in sorted({job.ledger for job in jobs}):
            places = [i for i, job in enumerate(jobs) if job.ledger == name]
            for place, outcome in zip(places, self._accept_ledger(name, [jobs[i] for i in places]), strict=True):
                outcomes[place] = outcome
        return [outcome for outcome in outcomes if outcome is not None]

    def _accept_ledger(self, name: str, jobs: list[Job]) -> list[Outcome]:
        try:
            return self._transaction(name, jobs, careful=False)
        except Exception as failure:
            # The edge of a request: whatever failed, nothing of this transaction is stored. Each job gets another chance of its own.
            if not isinstance(failure, Refused | NotAccepted):
                log.exception("a transaction of %d jobs failed", len(jobs))
        return [self._alone(name, job) for job in jobs]

    def _alone(self, name: str, job: Job) -> Outcome:
        try:
            return self._transaction(name, [job], careful=True)[0]
        except Exception as failure:  # told to the one who asked, as "try later"; nothing of it is stored
            if not isinstance(failure, Refused | NotAccepted):
                log.exception("a job failed alone")
            return Outcome(failure=failure)

    def _transaction(self, name: str, jobs: list[Job], *, careful: bool) -> list[Outcome]:
        """Everything between BEGIN and COMMIT. `careful` also survives rules that fail and operation ids used twice."""
        with self.database.write() as link:
            self.database.lock_ledger(link, name)
            batch = Batch(link, name, careful=careful)
            outcomes = [batch.push(job) if isinstance(job, PushJob) else self._act(batch, job) for job in jobs]
            batch.flush(max(job.now for job in jobs))
        # This line is reached only after the commit is on disk; nobody is answered before.
        for outcome in outcomes:
            outcome.size = batch.size
        return outcomes

    def _act(self, batch: Batch, job: ActJob) -> Outcome:
        return batch.act(job, self._sign_console(job.ledger), self._randomness)

    def judge_held(self, name: str, now: int) -> int:
        """After an upgrade: number what was held for a newer program and is understood now. Returns how many."""
        with self.database.write() as link:
            self.database.lock_ledger(link, name)
            batch = Batch(link, name, careful=True)
            count = sum(batch.judge_held(device, now) for device in store.devices_with_held(link, name))
            batch.flush(now)
        return count


class Batch:
    """One transaction on one ledger: the records read so far, and what is to be written at its end."""

    def __init__(self, link: Link, name: str, *, careful: bool) -> None:
        head = store.head(link, name)
        if head is None:
            raise Refused(UNKNOWN_LEDGER, name)
        if head.read_only:
            raise Refused(READ_ONLY, head.read_only)
        self.link, self.name, self.careful = link, name, careful
        self.size = head.size
        self._first = head.size
        self._epochs = dict(_epoch_limits(store.epochs(link, name), head.epoch))
        self._records: dict[str, Record | None] = {}
        self._places: dict[str, Place] = {}
        self._standing = Standing()
        self._turns: list[Turn] = []
        self._changed: dict[str, Record] = {}
        self._entries: list[tuple[Operation, Entry]] = []
        self._leaves: list[bytes] = []
        self._chains: dict[str, store.Chain] = {}
        self._ids: set[str] = set()

    # -- reading ---------------------------------------------------------------------------------------------------------------------------

    def read(self, id: str) -> Record | None:
        """A record as this transaction sees it; "op/57" is entry 57."""
        if id not in self._records:
            if id.startswith("op/"):
                no = id[3:]
                self._records[id] = store.entry_record(self.link, self.name, int(no)) if _is_number(no) else None
            else:
                self._load([id])
        return self._records[id]

    def _load(self, ids: Sequence[str]) -> None:
        wanted = [id for id in ids if id not in self._records]
        found = store.records(self.link, self.name, wanted) if wanted else {}
        for id in wanted:
            record = found.get(id)
            self._records[id] = record
            if record is not None:
                self._places[id] = Place.of(record)
                self._standing.know(record, self._places[id].row)

    def _preload(self, operations: Sequence[Operation]) -> None:
        wanted = {id for operation in operations for id in rules.reads(operation)}
        self._load(sorted(id for id in wanted if not id.startswith("op/")))
        if self.careful:
            self._ids |= store.known_ids(self.link, self.name, [operation.id for operation in operations])

    def _chain(self, device: str) -> store.Chain | None:
        if device not in self._chains:
            found = store.chain(self.link, self.name, device)
            if found is None:
                return None
            self._chains[device] = found
        return self._chains[device]

    # -- jobs ------------------------------------------------------------------------------------------------------------------------------

    def push(self, job: PushJob) -> Outcome:
        """What is known already gets its earlier verdict; the rest is judged in order."""
        head = job.head
        chain = self._chain(head.device)
        if chain is None:
            raise Refused(UNKNOWN_DEVICE)
        if head.first > chain.n + 1:
            return Outcome(expect=chain.n + 1)
        known, new = job.lines[: chain.n + 1 - head.first], job.lines[chain.n + 1 - head.first :]
        earlier = self._earlier(head.device, known)
        if len(earlier) < len(known) or (new and new[0].operation is not None and new[0].operation.prev != chain.digest):
            return Outcome(earlier, expect=chain.n + 1, fork=chain.n)
        chain.last_seen = job.now
        verdicts = earlier + self._take(chain, new, job.now)
        if new:
            store.put_signature(self.link, self.name, head.device, new[-1].n, new[-1].digest, head.signature, job.now)
        return Outcome(verdicts, expect=chain.n + 1)

    def _earlier(self, device: str, known: list[Line]) -> list[Verdict]:
        """The verdicts on lines the ledger has already, up to the first that has other bytes there: the mark of a clone."""
        if not known:
            return []
        there = {s.n: (s.raw, s.entry) for s in store.operations_of(self.link, self.name, device, known[0].n, known[-1].n)}
        # The same push may wait twice in one transaction, when an answer was slow: what it wrote first is not in the table yet.
        there.update({op.n: (op.raw, entry) for op, entry in self._entries if op.device == device})
        held = dict(store.held(self.link, self.name, device)) if len(there) < len(known) else {}
        verdicts: list[Verdict] = []
        for line in known:
            raw, entry = there.get(line.n, (held.get(line.n), None))
            if raw != line.raw:
                break
            verdicts.append(Verdict.of(line.n, entry) if entry is not None else Verdict(line.n, 0, "held"))
        return verdicts

    def _take(self, chain: store.Chain, lines: list[Line], now: int) -> list[Verdict]:
        """New lines of a device's chain: numbered, or held from the first that is too new for this program."""
        self._preload([line.operation for line in lines if line.operation is not None])
        verdicts: list[Verdict] = []
        holding = chain.judged < chain.n
        for position, line in enumerate(lines):
            holding = holding or (line.operation is not None and not line.refusal and rules.is_newer(line.operation))
            if holding:
                rest = lines[position:]
                store.hold(self.link, self.name, chain.device, [(each.n, each.raw) for each in rest], now)
                verdicts += [Verdict(each.n, 0, "held") for each in rest]
                break
            verdicts.append(Verdict.of(line.n, self._number(chain, line, now)))
            chain.judged = line.n
        if lines:
            chain.n, chain.digest = lines[-1].n, lines[-1].digest
        return verdicts

    def _number(self, chain: store.Chain, line: Line, now: int) -> Entry:
        operation = line.operation
        no = self.size + 1
        if operation is None or line.refusal:
            entry = Entry(no, now, rules.REFUSED, line.refusal)
            id = f"{chain.device}/{line.n}"
            kept = Operation(1, id, self.name, "", chain.device, line.n, "", 0, None, chain.person, "", "", 0, {}, line.raw, line.digest)
            self._write(kept, entry)
            return entry
        if self.careful and operation.id in self._ids:
            entry = Entry(no, now, rules.REFUSED, EXISTS.code)
            operation.id = f"{chain.device}/{line.n}"  # the row's key only; the stored bytes keep the id that was used twice
            self._write(operation, entry)
            return entry
        entry, changed = self._decide(operation, no, now, chain.pulled)
        self._ids.add(operation.id)
        self._write(operation, entry)
        self._keep(changed)
        self._turns += self._standing.turns(changed, no, now)
        return entry

    def _decide(self, operation: Operation, no: int, now: int, pulled: int) -> tuple[Entry, dict[str, Record]]:
        # What an older epoch calls 57 may be another entry here: its base counts at most up to the backup's size.
        base = min(operation.base, self._epochs.get(operation.epoch, 0))
        if not self.careful:
            return rules.decide(operation, no, now, self.read, pulled=pulled, base=base)
        saved = {id: copy.deepcopy(self.read(id)) for id in rules.reads(operation)}
        try:
            return rules.decide(operation, no, now, self.read, pulled=pulled, base=base)
        except Exception:  # a rule failed: that operation is kept with this reason, and the rest of the push goes on
            log.exception("the rules failed on operation %s", operation.id)
            self._records.update(saved)
            return Entry(no, now, rules.REFUSED, INTERNAL.code), {}

    def act(self, job: ActJob, sign: Sign, randomness: Callable[[int], bytes]) -> Outcome:
        """The console's own operations: made, judged and stored here, on the console's chain."""
        opening = self.size == 0 and job.acts and job.acts[0].kind == "ledger.open"
        chain = self._console(job, opening=bool(opening))
        known = store.known_ids(self.link, self.name, [act.id for act in job.acts if act.id])
        verdicts: list[Verdict] = []
        last: Line | None = None
        for position, act in enumerate(job.acts):
            if act.id in known:
                verdicts.append(self._verdict_of(act.id))
                continue
            line = self._make(chain, act, job.now, randomness)
            if line.operation is not None:
                self._preload([line.operation])
            entry = self._number(chain, line, job.now)
            if job.atomic and entry.verdict != rules.ACCEPTED:
                raise NotAccepted(position, entry)
            chain.judged = chain.n = line.n
            chain.digest = line.digest
            verdicts.append(Verdict.of(line.n, entry))
            last = line
        if last is not None:
            message = push_message(self.name, chain.device, last.n, last.digest)
            store.put_signature(self.link, self.name, chain.device, last.n, last.digest, sign(message), job.now)
        return Outcome(verdicts, expect=chain.n + 1)

    def _console(self, job: ActJob, *, opening: bool) -> store.Chain:
        device = console_device(self.name)
        chain = self._chain(device)
        if chain is None:
            if not opening:
                raise Refused(UNKNOWN_DEVICE, device)
            key = str(job.acts[0].body["console_key"])
            chain = self._chains[device] = store.Chain(device, "server", key, 0, "", 0, 0, job.now)
        chain.pulled = self.size
        return chain

    def _make(self, chain: store.Chain, act: Act, now: int, randomness: Callable[[int], bytes]) -> Line:
        n = chain.n + 1
        epoch = next(iter(self._epochs))
        raw = write(
            {
                "v": 1, "id": act.id or new_id(now, randomness(10)), "ledger": self.name, "epoch": epoch, "device": chain.device, "n": n,
                "prev": chain.digest, "at": now, "skew": 0, "by": act.by, "kind": act.kind, "subject": act.subject, "base": act.base,
                "body": act.body,
            }
        )  # fmt: skip
        return _parse_line(self.name, chain.device, n, raw)

    def _verdict_of(self, id: str) -> Verdict:
        row = self.link.one("SELECT no FROM operations WHERE ledger = ? AND id = ?", (self.name, id))
        stored = store.operation(self.link, self.name, row[0])
        assert stored is not None
        return Verdict.of(stored.n, stored.entry)

    def judge_held(self, device: str, now: int) -> int:
        """What of a device's held operations this program understands."""
        chain = self._chain(device)
        assert chain is not None
        waiting = [_parse_line(self.name, device, n, raw) for n, raw in store.held(self.link, self.name, device)]
        ready = _until_newer(waiting)
        self._preload([line.operation for line in ready if line.operation is not None])
        for line in ready:
            self._number(chain, line, now)
            chain.judged = line.n
        if ready:
            store.drop_held(self.link, self.name, device, ready[-1].n)
        return len(ready)

    # -- writing ---------------------------------------------------------------------------------------------------------------------------

    def _write(self, operation: Operation, entry: Entry) -> None:
        self._entries.append((operation, entry))
        self._leaves.append(leaf_hash(leaf(entry, operation.digest)))
        self.size += 1

    def _keep(self, changed: dict[str, Record]) -> None:
        for id, record in changed.items():
            self._records[id] = record
            self._changed[id] = record
            if record["kind"] == "device" and record["created"] == record["no"] and id not in self._chains and not record["console"]:
                self._chains[id] = store.Chain(id, record["person"], record["public_key"], 0, "", 0, 0, 0)

    def flush(self, now: int) -> None:
        """Write it all, at the end of the transaction."""
        if self._entries:
            store.append(self.link, self.name, self._entries)
            tree = Tree(self._first, lambda level, place: store.tile(self.link, self.name, level, place))
            store.put_tiles(self.link, self.name, tree.append(self._leaves))
            store.set_size(self.link, self.name, self.size)
        if self._changed:
            changed = list(self._changed.values())
            moves = [(record, self._places.get(record["id"], NOWHERE), Place.of(record)) for record in changed]
            store.put_records(self.link, self.name, [(record, len(rules.open_conflicts(record))) for record in changed])
            put_listed(self.link, self.name, moves)
            put_spans(self.link, self.name, self._turns)
            store.put_visible(self.link, self.name, [row for move in moves for row in _visibility(*move)])
        for chain in self._chains.values():
            store.put_chain(self.link, self.name, chain)


def _visibility(record: Record, before: Place, now: Place) -> list[tuple[str, str, int, bool]]:
    """(scope, record, number, whether it is in that scope) after a change."""
    rows = [(scope, record["id"], record["no"], True) for scope in sorted(now.scopes)]
    return rows + [(scope, record["id"], record["no"], False) for scope in sorted(before.scopes - now.scopes)]


def _is_number(text: str) -> bool:
    """Digits that every database takes: a subject is whatever a device has written."""
    return text.isascii() and text.isdigit() and len(text) < 16


def console_device(ledger: str) -> str:
    """The id of a ledger's console device: a UUID derived from the ledger's name, so that it needs no storing."""
    digits = hashlib.sha256(f"console/{ledger}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _epoch_limits(epochs: list[tuple[str, int]], current: str) -> list[tuple[str, int]]:
    """Per epoch, up to which number its `base` means the same entry as here: the size at which the next epoch began. The current one first."""
    limits = [(name, following) for (name, _), (_, following) in zip(epochs, epochs[1:], strict=False)]
    return [(current, 2**53), *((name, min(limit, *(later for _, later in limits[i:]))) for i, (name, limit) in enumerate(limits))]


def _until_newer(lines: list[Line]) -> list[Line]:
    for position, line in enumerate(lines):
        if line.operation is not None and not line.refusal and rules.is_newer(line.operation):
            return lines[:position]
    return lines
