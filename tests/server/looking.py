"""How tests look at what a server holds: everything in it, in a form that can be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from sync_server.verify import Report, verify
from tests.worlds import LEDGER


def record(service: Service, id: str, ledger: str = LEDGER) -> Record:
    """A record, which must be there."""
    with service.database.read() as link:
        return store.records(link, ledger, [id])[id]


def has(service: Service, id: str, ledger: str = LEDGER) -> bool:
    """Whether there is such a record."""
    with service.database.read() as link:
        return id in store.records(link, ledger, [id])


def size(service: Service, ledger: str = LEDGER) -> int:
    """How many entries the ledger has."""
    with service.database.read() as link:
        head = store.head(link, ledger)
    assert head is not None
    return head.size


def raws(service: Service, device: str, ledger: str = LEDGER) -> list[bytes]:
    """A device's operations as they are stored, in the order of its chain."""
    with service.database.read() as link:
        return [stored.raw for stored in store.operations_of(link, ledger, device, 1, 2**31)]


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table that may not change without an operation."""
    with database.read() as link:
        tables = {
            "operations": "ledger, no, id, device, n, kind, subject, author, raw, received_at, verdict, code, other, flags",
            "records": "ledger, id, kind, no, body, conflicts",
            "visible": "ledger, scope, record, no, present",
            "tiles": "ledger, level, place, hashes",
            "held": "ledger, device, n, raw",
            "signatures": "ledger, device, n, digest, signature",
            "ledgers": "ledger, epoch, size, read_only",
            "devices": "ledger, device, person, public_key, n, digest, judged",
        }
        return {name: sorted(_row(row) for row in link.all(f"SELECT {columns} FROM {name}")) for name, columns in tables.items()}


def _row(row: Any) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def verified(service: Service, folder: Path, ledger: str = LEDGER) -> Report:
    """The report of `verify`; raises Difference."""
    return verify(service.database, LocalBlobs(folder / "blobs"), ledger)
