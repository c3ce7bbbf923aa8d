"""Backing a server up and restoring it: one folder with every table as text, every photo, and a manifest of digests.

    backup.json            what is in it, and the SHA-256 of each table
    tables/NAME.jsonl.gz   one row a line
    blobs/LEDGER/ab/...    the photos

The form is the same from SQLite and PostgreSQL, so a backup also moves a server from one to the other. It holds the server's private keys: keep
it as safe as the server. A restored ledger begins a new epoch, and says so in its first entry.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from shared import merkle
from shared.errors import Damaged, Refused, reason
from sync_server.accept import Act
from sync_server.blobs import LocalBlobs, sync_folder, write_durably
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.store.schema import metadata

FORMAT = 1
NOT_EMPTY = reason("restore.not_empty", "目标数据库已有台账，不能覆盖", "the target holds ledgers already; nothing was overwritten")
BACKUP_DAMAGED = reason("restore.damaged", "备份文件损坏，没有恢复任何内容", "the backup is damaged; nothing was restored")
TARGET_TAKEN = reason("backup.exists", "目标文件夹里已有内容，请换一个新文件夹", "the target folder holds something already; choose a new one")
SKIPPED = ("sessions",)  # sign-ins end with the server they were made on

Progress = Callable[[str], None]


def backup(database: Database, blobs: LocalBlobs, target: Path, now: int, progress: Progress = print) -> dict[str, Any]:
    """Write a backup into a new folder; returns its manifest. A folder without backup.json is an unfinished backup. Raises Refused, OSError."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(TARGET_TAKEN, str(target))
    (target / "tables").mkdir(parents=True)
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": now, "tables": {}, "ledgers": {}}
    with database.read() as link:  # one snapshot for all tables
        for table in metadata.sorted_tables:
            if table.name not in SKIPPED:
                manifest["tables"][table.name] = _dump(link, table, target / "tables" / f"{table.name}.jsonl.gz")
                progress(f"{table.name}: {manifest['tables'][table.name]['rows']}")
        for name in store.ledger_names(link):
            head = store.head(link, name)
            assert head is not None
            manifest["ledgers"][name] = {"size": head.size, "epoch": head.epoch}
    for name in manifest["ledgers"]:
        progress(f"{name}: {_copy_blobs(blobs, LocalBlobs(target / 'blobs'), name)} photos")
    write_durably(target / "backup.json", json.dumps(manifest, indent=1).encode())
    with database.write() as link:
        for name, kept in manifest["ledgers"].items():
            store.set_safe(link, name, kept["epoch"], kept["size"])
    return manifest


def _dump(link: Link, table: Table, path: Path) -> dict[str, Any]:
    columns = [column.name for column in table.columns]
    digest, rows = hashlib.sha256(), 0
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=3, mtime=0) as file:
        for row in link.all(f"SELECT {', '.join(columns)} FROM {table.name}"):
            line = json.dumps([_out(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            file.write(line)
            digest.update(line)
            rows += 1
        file.flush()
        os.fsync(raw.fileno())
    return {"columns": columns, "rows": rows, "sha256": digest.hexdigest()}


def _out(value: Any) -> Any:
    return {"b": base64.b64encode(bytes(value)).decode()} if isinstance(value, bytes | memoryview) else value


def _in(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


def _copy_blobs(source: LocalBlobs, target: LocalBlobs, ledger: str) -> int:
    count = 0
    for sha256 in source.digests(ledger):
        path = target.path(ledger, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        shutil.copyfile(source.path(ledger, sha256), temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
        count += 1
    return count


def restore(source: Path, service: Service, blobs: LocalBlobs, progress: Progress = print, why: str = "") -> dict[str, Any]:
    """Fill an empty, prepared database and blob folder from a backup, and open a new epoch of every ledger. Raises Damaged."""
    manifest = _manifest(source)
    with service.database.read() as link:
        if store.ledger_names(link):
            raise Damaged(NOT_EMPTY)
    for name in manifest["ledgers"]:  # before the tables: once those are there, a restore that was cut off would not be taken up again
        progress(f"{name}: {_copy_blobs(LocalBlobs(source / 'blobs'), blobs, name)} photos")
    with service.database.write() as link:  # all tables or none
        for table in metadata.sorted_tables:
            if table.name in manifest["tables"]:
                _load(link, table, source / "tables" / f"{table.name}.jsonl.gz", manifest["tables"][table.name])
                progress(f"{table.name}: {manifest['tables'][table.name]['rows']}")
        for name in manifest["ledgers"]:
            _open_epoch(link, name, service.clock(), service.randomness)
    for name in manifest["ledgers"]:
        _note_restore(service, name, manifest, why)
    return manifest


def _manifest(source: Path) -> dict[str, Any]:
    """What the backup says it holds; it is written last, so a backup that was cut off has none."""
    try:
        manifest = json.loads((source / "backup.json").read_text(encoding="utf-8"))
        if not {"tables", "ledgers", "made_at"} <= manifest.keys():
            raise ValueError("tables, ledgers, made_at")
    except (OSError, ValueError, AttributeError) as error:
        raise Damaged(BACKUP_DAMAGED, f"backup.json: {error}") from None
    return dict(manifest)


def _load(link: Link, table: Table, path: Path, described: dict[str, Any]) -> None:
    digest, rows = hashlib.sha256(), []
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                digest.update(line)
                rows.append([_in(value) for value in json.loads(line)])
    except (OSError, EOFError, ValueError) as error:
        raise Damaged(BACKUP_DAMAGED, f"{table.name}: {error}") from None
    if digest.hexdigest() != described["sha256"] or len(rows) != described["rows"]:
        raise Damaged(BACKUP_DAMAGED, table.name)
    for start in range(0, len(rows), 5_000):
        link.insert(table.name, described["columns"], rows[start : start + 5_000])


def _open_epoch(link: Link, ledger: str, now: int, randomness: Callable[[int], bytes]) -> None:
    """What devices have seen since the backup belongs to an epoch that is over: numbers from here on mean something else."""
    head = store.head(link, ledger)
    assert head is not None
    epoch = f"e{randomness(6).hex()}"
    link.run("UPDATE ledgers SET epoch = ?, read_only = '', safe = ? WHERE ledger = ?", (epoch, min(head.safe, head.size), ledger))
    link.run("INSERT INTO epochs (ledger, epoch, start, opened_at) VALUES (?, ?, ?, ?)", (ledger, epoch, head.size, now))


def _note_restore(service: Service, ledger: str, manifest: dict[str, Any], why: str) -> None:
    with service.database.read() as link:
        head = store.head(link, ledger)
        assert head is not None
        root = merkle.root(head.size, lambda level, place: store.tile(link, ledger, level, place)).hex()
    body = {"epoch": head.epoch, "size": head.size, "root": root, "backup_at": manifest["made_at"], "reason": why or None}
    service.act(ledger, [Act("server", "ledger.restored", "ledger", body)])
