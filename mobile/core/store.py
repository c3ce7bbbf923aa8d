"""One enrolment's database: its chain of operations, the server's records, own work folded over them, photos to send.

    operations  own operations with their exact bytes and what became of them
    records     `base` is the server's text of a record, `shown` what it looks like with own unfinished work; list columns follow what is shown
    members     which scope holds which record
    scratch     half-typed text, the route, the PIN's salt
    photos      files and how far they have been sent; `bundled`: put into a file to carry by hand, `cleaned`: the original has gone from this phone
    fetched     small pictures of others' photos: wanted, here, or not to be had

SQLite with synchronous=FULL: what a method has returned from survives a power cut. One connection, one lock; every change is one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from mobile.core.spelling import spell
from shared.errors import RetryLater, reason
from shared.operation import Operation
from shared.operation import read as read_operation
from shared.protocol import Verdict
from shared.rules import Record, Row
from shared.search import search_text

DISK_FULL = reason(
    "disk_full", "手机存储空间已满，这一步没有保存；请清理后再试", "this device's storage is full; this step was not saved; make room and try again"
)
STORAGE = reason(
    "storage",
    "手机存储暂时无法读写，这一步没有保存；请稍后再试，仍不行就重启手机",
    "this device's storage cannot be read or written now; this step was not saved; try again, and restart the phone if that does not help",
)
NEWEST = "photos_of_others"  # the last migration of mobile.core.schema
_STORAGE_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


_LISTED = ("kind", "title", "number", "state", "level", "enterprise", "community", "section", "person", "at", "search")  # follow what is shown
_INSERT_RECORD = (
    "INSERT INTO records (id, kind, no, base, shown, title, number, state, level, enterprise, community, section, person, at, search) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, no = excluded.no, "
    "base = excluded.base, shown = excluded.shown, title = excluded.title, number = excluded.number, state = excluded.state, level = excluded.level, "
    "enterprise = excluded.enterprise, community = excluded.community, section = excluded.section, person = excluded.person, at = excluded.at, "
    "search = excluded.search"
)
_INSERT_BASE = (
    "INSERT INTO records (id, kind, no, base, shown, title, number, state, level, enterprise, community, section, person, at, search) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET no = excluded.no, base = excluded.base, "
    + ", ".join(f"{name} = iif(shown IS NULL, excluded.{name}, {name})" for name in _LISTED)
)
_NO_ROW = Row()
PIECE = 50  # records written in one transaction, where it need not be one


class Store:
    """The database file of one enrolment. Raises RetryLater(disk_full | storage) when there is no room or the disk does not do its work; nothing
    half-done stays.
    """

    def __init__(self, path: Path | str) -> None:
        self._connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30)
        self._lock = threading.RLock()
        self._depth = 0
        self._changed: set[str] = set()
        self._acted: set[str] = set()  # records that the person has changed since the overlay was last written
        try:
            with _Explained():
                self._prepare(str(path))
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: str) -> None:
        if path != ":memory:":
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
        if not self._is_current():
            from mobile.core.schema import prepare

            prepare(self._connection)

    def _is_current(self) -> bool:
        """Whether the newest migration was applied: then what applies them need not be read, and the window is there sooner."""
        known = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
        newest = "SELECT 1 FROM _sqlite_migrations WHERE migration_set = 'paicha.device' AND name = ?"
        return known is not None and self._connection.execute(newest, (NEWEST,)).fetchone() is not None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is on disk at the end, or nothing of it ever was. May be nested."""
        with self._lock, _Explained():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:  # the disk is full, or we were interrupted
                self._connection.execute("ROLLBACK")

    def run(self, sql: str, params: Iterable[Any] = ()) -> sqlite3.Cursor:
        """One statement."""
        with self._lock, _Explained():
            return self._connection.execute(sql, tuple(params))

    def all(self, sql: str, params: Iterable[Any] = ()) -> list[Any]:
        """Every row."""
        with self._lock, _Explained():
            return self._connection.execute(sql, tuple(params)).fetchall()

    def one(self, sql: str, params: Iterable[Any] = ()) -> Any:
        """The first row, or None."""
        with self._lock, _Explained():
            return self._connection.execute(sql, tuple(params)).fetchone()

    # -- small values ----------------------------------------------------------------------------------------------------------------------

    def meta(self, key: str, default: Any = None) -> Any:
        """A JSON value kept under a key."""
        row = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return json.loads(row[0]) if row else default

    def set_meta(self, **values: Any) -> None:
        """Keep values; in the caller's transaction if there is one."""
        with self.transaction():
            for key, value in values.items():
                self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, json.dumps(value)))

    def scratch(self, key: str) -> str:
        """Half-typed text, or ""."""
        row = self.one("SELECT value FROM scratch WHERE key = ?", (key,))
        return str(row[0]) if row else ""

    def set_scratch(self, key: str, value: str) -> None:
        """Keep it at every pause of typing."""
        with self.transaction():
            self.run("INSERT INTO scratch VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    # -- operations ------------------------------------------------------------------------------------------------------------------------

    def chain_end(self) -> tuple[int, str]:
        """The number and digest of the newest own operation; (0, "") before the first."""
        row = self.one("SELECT n, digest FROM operations ORDER BY n DESC LIMIT 1")
        return (row[0], row[1]) if row else (0, "")

    def add_operation(self, op: Operation) -> None:
        """A new own operation."""
        self.run(
            "INSERT INTO operations (n, id, raw, digest, kind, subject, at, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')",
            (op.n, op.id, op.raw, op.digest, op.kind, op.subject, op.at),
        )

    def outbox(self, after: int, most: int, most_bytes: int) -> list[tuple[int, bytes, str]]:
        """(n, bytes, digest) after n, as many as go into one push."""
        rows = self.all("SELECT n, raw, digest FROM operations WHERE n > ? ORDER BY n LIMIT ?", (after, most))
        total = 0
        taken: list[tuple[int, bytes, str]] = []
        for n, raw, digest in rows:
            total += len(raw)
            if taken and total > most_bytes:
                break
            taken.append((n, bytes(raw), digest))
        return taken

    def first_unsent(self) -> int | None:
        """The n of the oldest operation without a receipt."""
        row = self.one("SELECT min(n) FROM operations WHERE state = 'pending'")
        return row[0] if row else None

    def judged(self) -> int:
        """Up to which own operation every verdict is known."""
        first = self.one("SELECT min(n) FROM operations WHERE state IN ('pending', 'held')")[0]
        return (first - 1) if first is not None else self.chain_end()[0]

    def set_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """What the ledger says; a refused operation leaves the overlay at once."""
        for v in verdicts:
            state = v.verdict
            self.run(
                "UPDATE operations SET state = ?, no = ?, code = ?, other = ?, received_at = ?, flags = ?, overlaid = ? "
                "WHERE n = ? AND (state != ? OR no != ?)",
                (state, v.no, v.code, v.other, v.received_at, ",".join(v.flags), int(state != "refused"), v.n, state, v.no),
            )

    def overlay_operations(self, after: int = 0) -> Iterator[tuple[Operation, Verdict]]:
        """Own operations after one that are not wholly in what was pulled, in order."""
        sql = "SELECT raw, n, no, state, code, other, received_at, flags FROM operations WHERE overlaid AND n > ? ORDER BY n"
        for raw, *known, flags in self.all(sql, (after,)):
            yield read_operation(bytes(raw)), Verdict.from_json([*known, flags.split(",") if flags else ()])

    # -- photos ----------------------------------------------------------------------------------------------------------------------------

    def find_photos(self, folder: Path) -> None:
        """Where they are now, after the phone's folder was moved or put back elsewhere. `folder` is where this enrolment's photos belong."""
        elsewhere = "SELECT sha256, path, thumb FROM photos WHERE substr(path, 1, ?) != ?"
        for sha256, path, thumb in self.all(elsewhere, (len(str(folder)), str(folder))):
            here = folder / Path(thumb).name  # the original may have been cleaned away; its thumbnail stays
            if here.exists() and not Path(thumb).exists():
                with self.transaction():
                    self.run("UPDATE photos SET path = ?, thumb = ? WHERE sha256 = ?", (str(folder / Path(path).name), str(here), sha256))

    # -- records ---------------------------------------------------------------------------------------------------------------------------

    def base_record(self, id: str) -> Record | None:
        """A record as the server has it."""
        row = self.one("SELECT base FROM records WHERE id = ?", (id,))
        return json.loads(row[0]) if row and row[0] is not None else None

    def base_no(self, id: str) -> int:
        """The entry that last changed the pulled record; 0 where it was never pulled."""
        row = self.one("SELECT no FROM records WHERE id = ? AND base IS NOT NULL", (id,))
        return row[0] if row else 0

    def shown_record(self, id: str) -> Record | None:
        """A record as the person sees it: own unfinished work included."""
        row = self.one("SELECT coalesce(shown, base) FROM records WHERE id = ?", (id,))
        return json.loads(row[0]) if row else None

    def take_changed(self) -> set[str]:
        """The ids of the records that were written or dropped since this was last asked; more than that where a transaction was undone."""
        with self._lock:
            taken, self._changed = self._changed, set()
        return taken

    def put_base(self, texts: Iterable[tuple[str, Record]]) -> None:
        """Records as pulled, (exact text, parsed). What own work is folded over goes on being shown so, until the next `rebuild`.

        Some at a time, and what is searched by is made before: the person's acts never wait for all of them.
        """
        texts = iter(texts)
        while piece := list(islice(texts, PIECE)):
            rows = []
            for text, record in piece:
                give_way()
                rows.append(_columns(record, base=text, shown=None, no=record["no"]))
            with self.transaction():
                self._connection.executemany(_INSERT_BASE, rows)
                self._changed.update(row[0] for row in rows)

    def put_shown(self, record: Record) -> None:
        """A record with what the person has just done to it."""
        known = "SELECT base, no, coalesce(shown, base), search FROM records WHERE id = ?"
        base, no, before, search = self.one(known, (record["id"],)) or (None, 0, None, "")
        was = (search, json.loads(before)) if before is not None else None
        self.run(_INSERT_RECORD, _columns(record, base=base, shown=_text_of(record), no=no, before=was))
        self._changed.add(record["id"])
        self._acted.add(record["id"])

    def overlay_rows(self, records: Iterable[Record]) -> list[tuple[Any, ...]]:
        """What `put_overlay` is to write: those of these records that look otherwise now than before."""
        rows = []
        for record in records:
            give_way()
            base, no, shown = self.one("SELECT base, no, shown FROM records WHERE id = ?", (record["id"],)) or (None, 0, None)
            text = _text_of(record)
            if text != shown:
                rows.append(_columns(record, base=base, shown=text, no=no))
        return rows

    def put_overlay(self, rows: list[tuple[Any, ...]]) -> None:
        """Records with own work folded over them, in the caller's transaction."""
        self._connection.executemany(_INSERT_RECORD, rows)
        self._changed.update(row[0] for row in rows)
        self._acted.clear()

    def clear_shown(self, keep: set[str]) -> None:
        """Forget the overlay of records that own work no longer touches; not of those that the person has touched since `put_overlay`."""
        found = iter([row for row in self.all("SELECT id, base FROM records WHERE shown IS NOT NULL") if row[0] not in keep])
        while piece := list(islice(found, PIECE)):
            rows = {id: _columns(json.loads(base), base=base, shown=None, no=json.loads(base)["no"]) for id, base in piece if base is not None}
            with self.transaction():
                for id, _ in piece:
                    if id in self._acted:
                        continue
                    self._changed.add(id)
                    if id in rows:
                        self.run(_INSERT_RECORD, rows[id])
                    else:
                        self.run("DELETE FROM records WHERE id = ?", (id,))

    def must_rebuild(self) -> None:
        """Noted with what makes it needed, in one transaction."""
        self.set_meta(stale=True)

    def has_rebuilt(self) -> None:
        """Own work is folded over what is here now."""
        if self.meta("stale", False):
            self.set_meta(stale=False)

    def purge(self) -> None:
        """Drop pulled records that no scope holds any more, unless own work is folded over them."""
        dropped = "DELETE FROM records WHERE shown IS NULL AND NOT EXISTS (SELECT 1 FROM members WHERE members.record = records.id) RETURNING id"
        self._changed.update(id for (id,) in self.all(dropped))
        self.run(
            "UPDATE records SET base = NULL, no = 0 WHERE shown IS NOT NULL AND base IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM members WHERE members.record = records.id)"
        )

    def put_members(self, rows: Iterable[tuple[str, str]]) -> None:
        """(record, scope)."""
        with self._lock:
            self._connection.executemany("INSERT INTO members VALUES (?, ?) ON CONFLICT DO NOTHING", rows)

    def cursors(self) -> dict[str, int]:
        """How far each scope has been pulled."""
        return dict(self.all("SELECT scope, no FROM cursors"))

    def set_cursors(self, cursors: dict[str, int]) -> None:
        """Exactly these scopes; what a lost scope held is forgotten with `purge`."""
        self.run("DELETE FROM cursors")
        for scope, no in cursors.items():
            self.run("INSERT INTO cursors VALUES (?, ?)", (scope, no))
        names = json.dumps(list(cursors))
        self.run("DELETE FROM members WHERE scope NOT IN (SELECT value FROM json_each(?))", (names,))


class _Explained:
    """A full or failing disk is told as a reason that a person can act on."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what makes it an extended code
        if code == sqlite3.SQLITE_FULL:
            raise RetryLater(DISK_FULL) from error
        if code in _STORAGE_CODES:
            raise RetryLater(STORAGE) from error


def give_way() -> None:
    """Between two pieces of a long computation: who waits for the interpreter has it first, above all the window."""
    if threading.current_thread() is not threading.main_thread():
        time.sleep(0.0001)


def _text_of(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _columns(record: Record, *, base: str | None, shown: str | None, no: int, before: tuple[str, Record] | None = None) -> tuple[Any, ...]:
    """A row of `records`. `before` is what it was found by, and what it was: names are spelt again only where one has changed, for the dictionary of
    the first spelling takes a tenth of a second to read."""
    from shared.ledger import row_of  # all rules there are: nothing is written before the first frame

    row = row_of(record) or _NO_ROW
    was = (row_of(before[1]) if before else None) or _NO_ROW
    same = (was.title, was.number, was.words) == (row.title, row.number, row.words)
    search = before[0] if before is not None and same else search_text(record["kind"], row, spell)
    return (
        record["id"], record["kind"], no, base, shown, row.title, row.number, row.state, row.level, row.enterprise, row.community, row.section,
        row.person, row.at, search,
    )  # fmt: skip
