"""One enrolment: what its person does becomes operations here, and what is known is read from here.

`act` judges by the shared rules first, so the person hears at once what the server would refuse; then the operation, and what it changes on the
screen, are on disk before it returns. Own work that has no verdict yet, or is not wholly in what was pulled, stays folded over the server's records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobile.core.ports import Ports, Signer, Transport
from mobile.core.register import Register
from mobile.core.status import Problem, Unsent
from mobile.core.store import Store
from shared.checklist import joined, templates_of
from shared.kinds.template import offered, template_record_id
from shared.operation import PENDING, Body, Entry, Operation, new_id, write
from shared.operation import read as read_operation
from shared.people import acting
from shared.rules import Read, Record
from shared.search import like_patterns


@dataclass(frozen=True, slots=True)
class Identity:
    """Which person on which ledger this database belongs to."""

    server: str
    ledger: str
    device: str
    person: str
    verifier_key: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as a row of a list."""

    id: str
    title: str
    number: str
    state: str
    level: str
    enterprise: str
    community: str
    section: str
    person: str
    at: int
    pending: bool  # own work on it has not been handed in yet


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A prepared photo on this device, to be sent."""

    sha256: str
    path: Path
    thumb: Path
    size: int
    media_type: str = "image/jpeg"


_LISTED = (
    "SELECT id, title, number, state, level, enterprise, community, section, person, at, "
    "EXISTS (SELECT 1 FROM operations o WHERE o.subject = records.id AND o.state IN ('pending', 'held')) FROM records WHERE kind = ?"
)


class Client:
    """A device: a database, a key, and the rules."""

    def __init__(self, store: Store, ports: Ports, folder: Path | None = None) -> None:
        """`folder` is where this enrolment's files are; None for one that has only a database."""
        self.store = store
        self.ports = ports
        self.folder = folder
        self.nudge: Callable[[], None] = lambda: None  # tells whoever syncs this enrolment that there is something to do
        found = store.meta("identity")
        self.identity = Identity(**found)
        self.signer: Signer = ports.new_signer(self.identity.device)
        self.transport: Transport = ports.transport(self.identity.server)
        self.register = Register(store)

    @property
    def epoch(self) -> str:
        """The life of the ledger this device last heard of."""
        return str(self.store.meta("epoch", ""))

    @property
    def person(self) -> Record | None:
        """Whose device it is, with the role of an absent colleague for whom they stand in just now."""
        found = self.record(self.identity.person)
        return acting(found, self.ports.now()) if found is not None else None

    def new_id(self) -> str:
        """For a new record or photo."""
        return new_id(self.ports.now(), self.ports.randomness(10))

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def act(self, kind: str, subject: str, body: Body, photo: PhotoFile | None = None) -> Operation:
        """One operation. Raises Refused or Conflict, RetryLater(disk_full); nothing is stored then."""
        return self.act_all([(kind, subject, body)], [photo] if photo else ())[0]

    def act_all(self, acts: Sequence[tuple[str, str, Body]], photos: Iterable[PhotoFile] = ()) -> list[Operation]:
        """Several operations in one transaction: all of them, or none."""
        from shared import ledger as rules  # with the first act: the first frame only reads

        made = []
        with self.store.transaction():
            for photo in photos:
                self._queue_photo(photo, acts[0][1])
            for kind, subject, body in acts:
                op = self._make(kind, subject, body)
                records: dict[str, Record | None] = {}
                read = self._reader(records)
                rules.check(op, read)
                self.store.add_operation(op)
                for record in rules.fold(op, Entry(PENDING, op.at, rules.ACCEPTED), read).values():
                    self.store.put_shown(record)
                made.append(op)
        return made

    def _reader(self, records: dict[str, Record | None]) -> Read:
        def read(id: str) -> Record | None:
            if id not in records:
                records[id] = self.store.shown_record(id)
            return records[id]

        return read

    def _make(self, kind: str, subject: str, body: Body) -> Operation:
        n, prev = self.store.chain_end()
        now = self.ports.now()
        fields = {
            "v": 1, "id": self.new_id(), "ledger": self.identity.ledger, "epoch": self.epoch, "device": self.identity.device, "n": n + 1,
            "prev": prev, "at": now, "skew": self.store.meta("skew"), "by": self.identity.person, "kind": kind, "subject": subject,
            "base": self.store.base_no(subject), "body": body,
        }  # fmt: skip
        return read_operation(write(fields))

    def _queue_photo(self, photo: PhotoFile, record: str) -> None:
        self.store.run(
            "INSERT INTO photos (sha256, path, thumb, size, media_type, record, created_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') "
            "ON CONFLICT (sha256) DO NOTHING",
            (photo.sha256, str(photo.path), str(photo.thumb), photo.size, photo.media_type, record, self.ports.now()),
        )

    # -- own work over the server's records ------------------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Fold own unfinished work over what was pulled, anew, after either has changed.

        That takes long where much is unfinished, so it is done beside the person's acts: these wait only while what came of it is written, and what
        they did meanwhile is folded then. Inside a caller's transaction it is part of that; else `store.must_rebuild` notes before that it is to be
        done, so that it is not forgotten with a killed program.
        """
        from mobile.core.overlay import Overlay

        while True:
            lent = self.lent()
            overlay = Overlay(self.store)
            overlay.lend(lent)
            overlay.fold(self.store.overlay_operations())
            rows = self.store.overlay_rows(overlay.touched.values())
            with self.store.transaction():
                if self.lent() == lent:
                    late = overlay.fold(self.store.overlay_operations(after=overlay.n))
                    self.store.put_overlay(rows)
                    self.store.put_overlay(self.store.overlay_rows(overlay.touched[id] for id in late))
                    break
        self.store.clear_shown(set(overlay.touched))
        self.store.has_rebuilt()

    # -- a colleague's work on this phone, see `mobile.core.beside` ------------------------------------------------------------------------

    def lent(self) -> list[Operation]:
        """What colleagues did here in one's own inspections, as long as the ledger's own word of it has not come."""
        return [read_operation(raw.encode()) for raw in self.store.meta("lent", [])]

    def lend(self, device: str, subject: str, ops: Sequence[Operation]) -> None:
        """Exactly these of a colleague's operations on a record are shown from now on."""
        with self.store.transaction():
            others = [op for op in self.lent() if (op.device, op.subject) != (device, subject)]
            self.store.set_meta(lent=[op.raw.decode() for op in (*others, *ops)])
            self.rebuild()

    def give_back(self, device: str, ops: Sequence[Operation]) -> None:
        """The ledger says the same, or something else: these are no longer needed."""
        gone = {op.id for op in ops if op.device == device}
        if not gone:
            return
        with self.store.transaction():
            self.store.set_meta(lent=[op.raw.decode() for op in self.lent() if op.id not in gone])
            self.rebuild()

    # -- reading ---------------------------------------------------------------------------------------------------------------------------

    def record(self, id: str) -> Record | None:
        """A record, own work included."""
        return self.store.shown_record(id)

    def rows(
        self, kind: str, *, search: str = "", where: str = "", params: Sequence[Any] = (), order: str = "at DESC", limit: int = 200, offset: int = 0
    ) -> list[Listed]:
        """A list: every word of `search` must occur in name, number, address, pinyin or initials."""
        likes = like_patterns(search)
        sql = _LISTED + (f" AND ({where})" if where else "") + " AND search LIKE ? ESCAPE '\\'" * len(likes)
        rows = self.store.all(f"{sql} ORDER BY {order}, id LIMIT ? OFFSET ?", (kind, *params, *likes, limit, offset))
        return [Listed(*(*row[:-1], bool(row[-1]))) for row in rows]

    def count(self, kind: str, where: str = "1", params: Sequence[Any] = ()) -> int:
        """How many."""
        return int(self.store.one(f"SELECT count(*) FROM records WHERE kind = ? AND ({where})", (kind, *params))[0])

    def enterprises(self, search: str = "", *, limit: int = 200, offset: int = 0) -> list[Listed]:
        """Enterprises by any part of the name, its pinyin or initials, address or credit code."""
        return self.rows("enterprise", search=search, order="title", limit=limit, offset=offset)

    def templates(self) -> list[Record]:
        """The newest version of each template that is not retired."""
        rows = self.store.all("SELECT coalesce(shown, base) FROM records WHERE kind = 'template' ORDER BY at")
        return [dict(template) for template in offered(json.loads(text) for (text,) in rows)]

    def template_of(self, inspection: Record) -> Record:
        """The checklists an inspection is filled in by, joined to one (`shared.checklist.joined`), each in the version it began with."""
        found = []
        for id, version in templates_of(inspection):
            record = self.record(template_record_id(id, version))
            if record is None:
                raise LookupError(id)
            found.append(record["template"])
        return joined(found)

    def unsent(self) -> Unsent:
        """What only this device has."""
        count, oldest = self.store.one("SELECT count(*), min(at) FROM operations WHERE state = 'pending'")
        photos, size = self.store.one("SELECT count(*), coalesce(sum(size - sent), 0) FROM photos WHERE state != 'stored'")
        return Unsent(count, oldest, photos, size)

    def needs_you(self) -> list[Problem]:
        """What was refused or collided, and photos that cannot be sent, newest first, until settled."""
        wanted = "state IN ('refused', 'conflict') AND NOT settled"
        own = f"SELECT n, state, code, kind, subject, at, no FROM operations WHERE {wanted}"
        former = f"SELECT -rowid, state, code, kind, subject, at, no FROM former_operations WHERE {wanted}"
        rows = self.store.all(f"{own} UNION ALL {former} ORDER BY at DESC")
        open_ones = [Problem(*row[:6]) for row in rows if row[1] != "conflict" or self._is_open(row[4], row[6])]
        photos = self.store.all("SELECT sha256, code, record, created_at FROM photos WHERE state = 'problem' ORDER BY created_at DESC")
        return open_ones + [Problem(0, "photo", code, "", record, at, photo=sha256) for sha256, code, record, at in photos]

    def _is_open(self, subject: str, no: int) -> bool:
        """Whether a conflict still waits: it may have been settled by someone else."""
        record = self.record(subject)
        held = (record or {}).get("conflicts", {}).get(str(no))
        return held is None or held["settled"] is None

    def dismiss(self, n: int) -> None:
        """The person has seen a refusal; the operation and its reason stay."""
        table, key = ("operations", "n") if n > 0 else ("former_operations", "rowid")
        with self.store.transaction():
            self.store.run(f"UPDATE {table} SET settled = 1 WHERE {key} = ?", (abs(n),))
