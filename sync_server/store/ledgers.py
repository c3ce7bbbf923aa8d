"""What the hot path asks of the database, in plain SQL: append entries, read by id, read by cursor. No rules here.

Each function takes the `Link` of a transaction (`Database.write`) or of a snapshot (`Database.read`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.operation import Entry, Operation
from shared.protocol import Verdict
from shared.rules import Record
from sync_server.store.database import Link

_OPERATION = ("ledger", "no", "id", "device", "n", "kind", "subject", "author", "raw", "received_at", "verdict", "code", "other", "flags")
_RECORD = ("ledger", "id", "kind", "no", "body", "conflicts")
_UPSERT_RECORD = (
    f"INSERT INTO records ({', '.join(_RECORD)}) VALUES ({', '.join('?' * len(_RECORD))}) ON CONFLICT (ledger, id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _RECORD[3:])
)
_UPSERT_VISIBLE = (
    "INSERT INTO visible (ledger, scope, record, no, present) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (ledger, scope, record) DO UPDATE SET no = excluded.no, present = excluded.present"
)
_UPSERT_TILE = (
    "INSERT INTO tiles (ledger, level, place, hashes) VALUES (?, ?, ?, ?) ON CONFLICT (ledger, level, place) DO UPDATE SET hashes = excluded.hashes"
)
_UPSERT_DEVICE = (
    "INSERT INTO devices (ledger, device, person, public_key, n, digest, judged, pulled, last_seen, photos_waiting) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (ledger, device) DO UPDATE SET n = excluded.n, digest = excluded.digest, "
    "judged = excluded.judged, last_seen = excluded.last_seen"
)


@dataclass(slots=True)
class Head:
    """A ledger's own row."""

    ledger: str
    epoch: str
    size: int
    read_only: str
    safe: int


@dataclass(slots=True)
class Chain:
    """A device's row: where its chain ends here (judged or held), and what it had pulled."""

    device: str
    person: str
    public_key: str
    n: int
    digest: str
    judged: int
    pulled: int
    last_seen: int


@dataclass(frozen=True, slots=True)
class Stored:
    """One operation as it lies in the table."""

    no: int
    id: str
    device: str
    n: int
    kind: str
    subject: str
    author: str
    raw: bytes
    entry: Entry


def head(link: Link, ledger: str) -> Head | None:
    """The ledger's row."""
    row = link.one("SELECT ledger, epoch, size, read_only, safe FROM ledgers WHERE ledger = ?", (ledger,))
    return Head(*row) if row else None


def ledger_names(link: Link) -> list[str]:
    """Every ledger on this server."""
    return [row[0] for row in link.all("SELECT ledger FROM ledgers ORDER BY ledger")]


def add_ledger(link: Link, ledger: str, epoch: str, now: int, projection: int = 0) -> None:
    """An empty ledger, whose lists are written by this `PROJECTION`."""
    link.run("INSERT INTO ledgers (ledger, epoch, size, read_only, safe, projected) VALUES (?, ?, 0, '', -1, ?)", (ledger, epoch, projection))
    link.run("INSERT INTO epochs (ledger, epoch, start, opened_at) VALUES (?, ?, 0, ?)", (ledger, epoch, now))


def set_size(link: Link, ledger: str, size: int) -> None:
    """The tree has grown."""
    link.run("UPDATE ledgers SET size = ? WHERE ledger = ?", (size, ledger))


def set_safe(link: Link, ledger: str, epoch: str, size: int) -> None:
    """A backup holds the ledger up to this number, in case this is still the epoch it was made in."""
    link.run("UPDATE ledgers SET safe = ? WHERE ledger = ? AND epoch = ? AND safe < ?", (size, ledger, epoch, size))


def epochs(link: Link, ledger: str) -> list[tuple[str, int]]:
    """Every epoch and the size at which it began, oldest first."""
    return [(row[0], row[1]) for row in link.all("SELECT epoch, start FROM epochs WHERE ledger = ? ORDER BY opened_at, start", (ledger,))]


def records(link: Link, ledger: str, ids: Iterable[str]) -> dict[str, Record]:
    """Records by id, in one query; what is not there is not in the answer."""
    condition, value = link.any_of("id", ids)
    rows = link.all(f"SELECT id, body FROM records WHERE ledger = ? AND {condition}", (ledger, value))
    return {row[0]: json.loads(row[1]) for row in rows}


def records_of_kind(link: Link, ledger: str, kind: str) -> list[Record]:
    """Every record of a kind, in the order of their ids. (Asked to order them, SQLite would walk through all records of every kind.)"""
    rows = link.all("SELECT id, body FROM records WHERE ledger = ? AND kind = ?", (ledger, kind))
    return [json.loads(body) for _, body in sorted(rows)]


def entry_record(link: Link, ledger: str, no: int) -> Record | None:
    """Entry `no` as the record that rules read as "op/<no>"."""
    stored = operation(link, ledger, no)
    if stored is None:
        return None
    return {"id": f"op/{no}", "kind": "operation", "no": no, "verdict": stored.entry.verdict, "raw": stored.raw.decode(errors="replace")}


_SELECT = "SELECT no, id, device, n, kind, subject, author, raw, received_at, verdict, code, other, flags FROM operations WHERE ledger = ?"


def _stored(row: Any) -> Stored:
    no, id, device, n, kind, subject, author, raw, received_at, verdict, code, other, flags = row
    entry = Entry(no, received_at, verdict, code, other, tuple(flags.split(",")) if flags else ())
    return Stored(no, id, device, n, kind, subject, author, bytes(raw), entry)


def operation(link: Link, ledger: str, no: int) -> Stored | None:
    """Entry `no`."""
    row = link.one(f"{_SELECT} AND no = ?", (ledger, no))
    return _stored(row) if row else None


def operations(link: Link, ledger: str, after: int, limit: int) -> list[Stored]:
    """Entries after a number, in order."""
    return [_stored(row) for row in link.all(f"{_SELECT} AND no > ? ORDER BY no LIMIT {int(limit)}", (ledger, after))]


def operations_about(link: Link, ledger: str, subject: str) -> list[Stored]:
    """The time line of a record."""
    return [_stored(row) for row in link.all(f"{_SELECT} AND subject = ? ORDER BY no", (ledger, subject))]


def operations_of(link: Link, ledger: str, device: str, first: int, last: int) -> list[Stored]:
    """A stretch of a device's chain."""
    return [_stored(row) for row in link.all(f"{_SELECT} AND device = ? AND n BETWEEN ? AND ? ORDER BY n", (ledger, device, first, last))]


def verdicts_after(link: Link, ledger: str, device: str, n: int) -> list[Verdict]:
    """Every verdict on a device's operations after n."""
    rows = link.all(
        "SELECT n, no, verdict, code, other, received_at, flags FROM operations WHERE ledger = ? AND device = ? AND n > ? ORDER BY n",
        (ledger, device, n),
    )
    return [Verdict(n, no, verdict, code, other, at, tuple(flags.split(",")) if flags else ()) for n, no, verdict, code, other, at, flags in rows]


def known_ids(link: Link, ledger: str, ids: Iterable[str]) -> set[str]:
    """Which operation ids the ledger has."""
    condition, value = link.any_of("id", ids)
    return {row[0] for row in link.all(f"SELECT id FROM operations WHERE ledger = ? AND {condition}", (ledger, value))}


def append(link: Link, ledger: str, rows: list[tuple[Operation, Entry]]) -> None:
    """Numbered operations with their verdicts."""
    link.insert(
        "operations",
        _OPERATION,
        [
            (
                ledger, e.no, o.id, o.device, o.n, o.kind, o.subject, o.by, o.raw, e.received_at, e.verdict, e.code, e.other,
                ",".join(e.flags) if e.flags else "",
            )
            for o, e in rows
        ],
    )  # fmt: skip


def put_records(link: Link, ledger: str, changed: Iterable[tuple[Record, int]]) -> None:
    """Records as they are now, with how many conflicts are open on them."""
    rows = [(ledger, record["id"], record["kind"], record["no"], _write(record), conflicts) for record, conflicts in changed]
    link.many(_UPSERT_RECORD, rows)


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def put_visible(link: Link, ledger: str, rows: Iterable[tuple[str, str, int, bool]]) -> None:
    """(scope, record, no, present)."""
    link.many(_UPSERT_VISIBLE, [(ledger, scope, record, no, int(present)) for scope, record, no, present in rows])


def put_tiles(link: Link, ledger: str, changed: Iterable[tuple[int, int, bytes]]) -> None:
    """(level, place, hashes)."""
    link.many(_UPSERT_TILE, [(ledger, level, place, hashes) for level, place, hashes in changed])


def tile(link: Link, ledger: str, level: int, place: int) -> bytes:
    """A tile's hashes; empty where there is none."""
    row = link.one("SELECT hashes FROM tiles WHERE ledger = ? AND level = ? AND place = ?", (ledger, level, place))
    return bytes(row[0]) if row else b""


_CHAIN = "SELECT device, person, public_key, n, digest, judged, pulled, last_seen FROM devices WHERE ledger = ?"


def chain(link: Link, ledger: str, device: str) -> Chain | None:
    """A device's row."""
    row = link.one(f"{_CHAIN} AND device = ?", (ledger, device))
    return Chain(*row) if row else None


def chains(link: Link, ledger: str) -> list[Chain]:
    """Every device's row."""
    return [Chain(*row) for row in link.all(_CHAIN, (ledger,))]


def put_chain(link: Link, ledger: str, c: Chain) -> None:
    """New, or grown. What it has pulled stays as it is: `set_pulled` may have moved it on meanwhile, from another process."""
    link.run(_UPSERT_DEVICE, (ledger, c.device, c.person, c.public_key, c.n, c.digest, c.judged, c.pulled, c.last_seen))


def set_pulled(link: Link, ledger: str, device: str, no: int, now: int) -> None:
    """The device has everything up to this number."""
    link.run("UPDATE devices SET pulled = ?, last_seen = ? WHERE ledger = ? AND device = ?", (no, now, ledger, device))


def put_signature(link: Link, ledger: str, device: str, n: int, digest: str, signature: str, now: int) -> None:
    """The signature of a push; the same one again is no news."""
    link.run(
        "INSERT INTO signatures (ledger, device, n, digest, signature, received_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (ledger, device, n, digest, signature, now),
    )


def hold(link: Link, ledger: str, device: str, rows: Iterable[tuple[int, bytes]], now: int) -> None:
    """Operations for a newer program, in the order of their chain."""
    link.many("INSERT INTO held (ledger, device, n, raw, received_at) VALUES (?, ?, ?, ?, ?)", [(ledger, device, n, raw, now) for n, raw in rows])


def held(link: Link, ledger: str, device: str) -> list[tuple[int, bytes]]:
    """What is held of a device, in order."""
    return [(r[0], bytes(r[1])) for r in link.all("SELECT n, raw FROM held WHERE ledger = ? AND device = ? ORDER BY n", (ledger, device))]


def devices_with_held(link: Link, ledger: str) -> list[str]:
    """Devices of which something is held."""
    return [row[0] for row in link.all("SELECT DISTINCT device FROM held WHERE ledger = ? ORDER BY device", (ledger,))]


def drop_held(link: Link, ledger: str, device: str, up_to: int) -> None:
    """They are numbered now."""
    link.run("DELETE FROM held WHERE ledger = ? AND device = ? AND n <= ?", (ledger, device, up_to))


def visible_since(link: Link, ledger: str, scope: str, after: int, limit: int) -> list[tuple[str, int, int]]:
    """(record, no, present) of a scope after a number; ends on a number boundary, so it may hold a few more than `limit`."""
    sql = "SELECT record, no, present FROM visible WHERE ledger = ? AND scope = ? AND no > ? ORDER BY no"
    rows = link.all(f"{sql} LIMIT {int(limit)}", (ledger, scope, after))
    if len(rows) == limit:
        rest = "SELECT record, no, present FROM visible WHERE ledger = ? AND scope = ? AND no = ?"
        seen = {row[0] for row in rows}
        rows += [row for row in link.all(rest, (ledger, scope, rows[-1][1])) if row[0] not in seen]
    return [(row[0], row[1], row[2]) for row in rows]


def bodies(link: Link, ledger: str, ids: list[str]) -> dict[str, str]:
    """Records as the JSON text they are stored as."""
    condition, value = link.any_of("id", ids)
    return dict(link.all(f"SELECT id, body FROM records WHERE ledger = ? AND {condition}", (ledger, value)))


def secret(link: Link, name: str) -> str | None:
    """A private key or the like."""
    row = link.one("SELECT value FROM secrets WHERE name = ?", (name,))
    return row[0] if row else None


def put_secret(link: Link, name: str, value: str) -> None:
    """Kept for ever; the first one stays."""
    link.run("INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value))
