"""A real SQLite connection that can fail at any statement, and the server's and the client's stores on top of one.

The process dies at a statement (before or after it has run), or the disk is full there. A dead connection answers nothing any more, so that no
handler of the dying program can tidy up; `revive` does what SQLite does at the next start: what was not committed is gone.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from typing import Any, Literal

from mobile.core.store import Store
from sync_server.store.database import Database, Link

How = Literal["before", "after", "full"]


class SimulatedCrash(BaseException):
    """The process is gone. No `except Exception` may live through it."""


class FaultyConnection:
    """Stands where a `sqlite3.Connection` stands."""

    __slots__ = ("dead", "how", "left", "raw")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.left = 0  # statements until something happens; 0: nothing will
        self.how: How = "before"
        self.dead = False

    def arm(self, statements: int, how: How) -> None:
        """Let it happen at the n-th statement from now."""
        self.left, self.how = statements, how

    def _burn(self, sql: str) -> bool:
        """Counts a statement; True where the crash comes after it."""
        if self.dead:
            raise SimulatedCrash
        if self.left:
            self.left -= 1
            if self.left == 0:
                if self.how == "full":
                    self._fill(sql)
                    return False
                self.dead = True
                if self.how == "before":
                    raise SimulatedCrash
                return True
        return False

    def _fill(self, sql: str) -> None:
        """Only what writes needs room."""
        if sql.startswith(("SELECT", "BEGIN")):
            self.left = 1
            return
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
        raise full

    def execute(self, sql: str, params: Any = ()) -> sqlite3.Cursor:
        """One statement. A rollback needs no room on the disk."""
        last = self._burn(sql) if sql != "ROLLBACK" or self.dead else False
        cursor = self.raw.execute(sql, params)
        if last:
            raise SimulatedCrash
        return cursor

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        """One statement for many rows."""
        last = self._burn(sql)
        cursor = self.raw.executemany(sql, rows)
        if last:
            raise SimulatedCrash
        return cursor

    def commit(self) -> None:
        """The transaction's end."""
        last = self._burn("COMMIT")
        self.raw.commit()
        if last:
            raise SimulatedCrash

    def rollback(self) -> None:
        """The transaction never was."""
        if self.dead:
            raise SimulatedCrash
        self.raw.rollback()

    def close(self) -> None:
        """The connection itself stays: it is the disk."""

    @property
    def in_transaction(self) -> bool:
        """As sqlite3 says."""
        return self.raw.in_transaction


def revive(connection: FaultyConnection) -> FaultyConnection:
    """The next start of the program on the same disk."""
    if connection.raw.in_transaction:
        connection.raw.rollback()
    return FaultyConnection(connection.raw)


def load(image: bytes) -> sqlite3.Connection:
    """A database in memory from the bytes of one."""
    raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    raw.deserialize(image)
    return raw


class ServerDatabase(Database):
    """The server's own `Database` over a connection given to it; its SQLAlchemy engine is not made."""

    def __init__(self, connection: FaultyConnection) -> None:
        self.postgres, self.memory, self.url = False, True, "sqlite://"
        self._lock = threading.RLock()
        self._writer = Link(connection, postgres=False)
        self._readers = []

    def close(self) -> None:
        """Nothing to let go of."""


class DeviceStore(Store):
    """The client's own `Store` over a connection given to it; the schema is there already."""

    def __init__(self, connection: FaultyConnection) -> None:
        self._connection: Any = connection
        self._lock = threading.RLock()
        self._depth = 0
        self._changed: set[str] = set()
        self.acts = 0
        self._acted: set[str] = set()
