"""One database, SQLite or PostgreSQL, behind the few calls that the store makes.

SQL is written once with `?`. `Database.write()` is a transaction on the one writing connection; `read()` is a snapshot on a reading connection.
SQLite: WAL, synchronous=FULL, one writing connection that alone runs checkpoints (3.7.0 to 3.51.2 can lose committed writes otherwise); readers
open read-only. PostgreSQL: synchronous_commit=on, and one advisory lock a ledger serialises the writers of all processes.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection

from shared.errors import Damaged, reason
from sync_server.store.schema import metadata

Params = Sequence[Any]
NEWER = reason(
    "database.newer",
    "数据库由更新的程序写入，未作任何改动，请更新服务器程序",
    "a newer program has written this database; nothing was changed; update the server",
)


class Link:
    """A raw connection that takes `?` on both databases."""

    def __init__(self, raw: Any, *, postgres: bool) -> None:
        self.raw = raw
        self.postgres = postgres

    def _sql(self, sql: str) -> str:
        return sql.replace("?", "%s") if self.postgres else sql

    def run(self, sql: str, params: Params = ()) -> int:
        """Execute; returns how many rows it touched."""
        return int(self.raw.execute(self._sql(sql), params).rowcount)

    def all(self, sql: str, params: Params = ()) -> list[Any]:
        """Every row."""
        rows: list[Any] = self.raw.execute(self._sql(sql), params).fetchall()
        return rows

    def one(self, sql: str, params: Params = ()) -> Any:
        """The first row, or None."""
        return self.raw.execute(self._sql(sql), params).fetchone()

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        """Execute once a row."""
        if self.postgres:
            with self.raw.cursor() as cursor:
                cursor.executemany(self._sql(sql), rows)
        else:
            self.raw.executemany(sql, rows)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Params]) -> None:
        """New rows, as fast as the database takes them."""
        names = ", ".join(columns)
        if self.postgres and len(rows) > 5:
            with self.raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        self.many(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)

    def any_of(self, column: str, values: Iterable[Any]) -> tuple[str, Any]:
        """A condition that the column is one of the values, and its parameter. (Expanded IN lists are seven times slower on PostgreSQL.)"""
        if self.postgres:
            return f"{column} = ANY(?)", list(values)
        return f"{column} IN (SELECT value FROM json_each(?))", json.dumps(list(values))


class Database:
    """Opened once a process. Raises OSError or the driver's error when it cannot be opened or migrated."""

    def __init__(self, url: str) -> None:
        self.postgres = url.startswith("postgresql")
        self.memory = url == "sqlite://"
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.engine = _engine(self.url, memory=self.memory)
        self._lock = threading.RLock()
        self._writer: Link | None = None
        self._readers: list[Link] = []

    def prepare(self) -> None:
        """Bring the schema up to date, whole or not at all, one process at a time. Raises Damaged(database.newer)."""
        if self.memory:
            metadata.create_all(self.engine)
            return
        with self.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            if self.postgres:
                connection.execute(text("SELECT pg_advisory_xact_lock(7202311)"))
            try:
                command.upgrade(_alembic(connection), "head")
            except CommandError as error:
                raise Damaged(NEWER, str(error)) from None
        self._renew_lists()

    def _renew_lists(self) -> None:
        """What is computed from a ledger by another program than this one is computed anew, a ledger a transaction."""
        from sync_server.store.listed import outdated, rebuild

        with self.read() as link:
            names = outdated(link)
        for name in names:
            with self.write() as link:
                self.lock_ledger(link, name)
                rebuild(link, name)

    @contextmanager
    def write(self) -> Iterator[Link]:
        """A transaction; committed to disk at the end, rolled back on any error."""
        with self._lock:
            link = self._writer = self._writer or self._open_writer()
            try:
                if not self.postgres:
                    link.run("BEGIN IMMEDIATE")
                yield link
                link.raw.commit()
            except BaseException:
                self._abandon(link)
                raise

    def _abandon(self, link: Link) -> None:
        """Roll back; a connection that cannot even do that is replaced."""
        try:
            link.raw.rollback()
        except Exception:  # the driver's own errors differ by database; the first error is the one that is raised on
            self._writer = None

    @contextmanager
    def read(self) -> Iterator[Link]:
        """A snapshot: everything read inside belongs to one moment."""
        if self.memory:
            with self._lock:
                yield self._writer or self._open_writer()
            return
        try:
            link = self._readers.pop()
        except IndexError:
            link = self._open_reader()
        try:
            if not self.postgres:
                link.run("BEGIN")
            yield link
        finally:
            link.raw.rollback()
            self._readers.append(link)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A SQLAlchemy connection for reports and lists."""
        with self.engine.connect() as connection:
            yield connection

    def lock_ledger(self, link: Link, ledger: str) -> None:
        """Only one process at a time numbers a ledger's operations."""
        if self.postgres:
            link.run("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (ledger,))

    def close(self) -> None:
        """Close what is open."""
        for link in [*self._readers, *([self._writer] if self._writer else [])]:
            link.raw.close()
        self._readers, self._writer = [], None
        self.engine.dispose()

    def _open_writer(self) -> Link:
        if self.postgres:
            import psycopg

            raw = psycopg.connect(_plain(self.url))
            raw.execute("SET synchronous_commit = on")
            raw.commit()
            return Link(raw, postgres=True)
        if self.memory:
            self._writer = Link(self.engine.raw_connection().driver_connection, postgres=False)
            self._writer.raw.isolation_level = None
            return self._writer
        connection = sqlite3.connect(_path(self.url), isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        return Link(connection, postgres=False)

    def _open_reader(self) -> Link:
        if self.postgres:
            import psycopg

            raw = psycopg.connect(_plain(self.url))
            raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            raw.read_only = True
            return Link(raw, postgres=True)
        connection = sqlite3.connect(_reading(self.url), uri=True, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA mmap_size = 8589934592")  # lists of a large ledger look up thousands of rows all over the file
        return Link(connection, postgres=False)


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _reading(url: str) -> str:
    return f"{Path(_path(url)).absolute().as_uri()}?mode=ro"


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _engine(url: str, *, memory: bool) -> Engine:
    """For SQLAlchemy Core: lists and migrations. SQLite connections of the engine never checkpoint."""
    if memory:
        from sqlalchemy.pool import StaticPool

        return create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    if url.startswith("sqlite"):
        Path(_path(url)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30, "isolation_level": None})
        event.listen(engine, "begin", _begin)
        return engine
    return create_engine(url)


def _begin(connection: Connection) -> None:
    """Python's driver would end the transaction before each CREATE TABLE, and leave half a migration after a crash."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
