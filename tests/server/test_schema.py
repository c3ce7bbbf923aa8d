"""The database's own life: migrated from the first schema on with nothing lost, whole or not at all, and never by a program older than itself."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from shared.errors import Damaged
from sync_server.auth import log_in
from sync_server.service import Service
from sync_server.store import database as database_module
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from sync_server.store.schema import metadata
from tests.databases import KINDS, postgres_url
from tests.server.looking import everything, record, verified
from tests.worlds import LEDGER, Clock, Device, report_body

FIRST = Path(__file__).with_name("first_server.sql")
FIRST_SIZE, FIRST_ROOT = 61, "cd013fa16435e6af3cf28d2de94b452e0015b79d787eedf805a366221cb6bc49"


def empty_url(kind: str, folder: Path) -> str:
    """A database without any schema."""
    return f"sqlite:///{folder / 'paicha.db'}" if kind == "sqlite" else postgres_url(empty=True)


def first_server(kind: str, folder: Path) -> str:
    """The database of the first program: the dump itself, or its rows loaded into PostgreSQL through the first migration."""
    script = FIRST.read_text(encoding="utf-8")
    with closing(sqlite3.connect(folder / "paicha.db")) as dumped:
        dumped.executescript(script)
        if kind == "sqlite":
            return f"sqlite:///{folder / 'paicha.db'}"
        database = Database(postgres_url(empty=True))
        with database.engine.begin() as connection:
            command.upgrade(database_module._alembic(connection), "0001")
        with database.write() as link:
            names = dumped.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'").fetchall()
            for (name,) in names:
                rows = dumped.execute(f"SELECT * FROM {name}")
                link.insert(name, [column[0] for column in rows.description], rows.fetchall())
        database.close()
    return database.url.replace("+psycopg", "")


def tables(url: str) -> set[str]:
    """The names of the tables that are there."""
    engine = Database(url).engine
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def phone_of_the_first_server(service: Service) -> Device:
    """Lin's phone, which holds the key and every operation it ever made."""
    _, comment, key, *_ = FIRST.read_text(encoding="utf-8").splitlines()
    private = load_der_private_key(base64.b64decode(key.removeprefix("-- ")), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    id = comment.split("phone ")[1].split(" ")[0]
    device = Device(service, Clock(), "lin", id=id, key=private, verifier_key=service.keys.verifier_key(LEDGER))
    with service.database.read() as link:
        head = store.head(link, LEDGER)
        device.lines = [stored.raw for stored in store.operations_of(link, LEDGER, id, 1, 1000)]
    assert head is not None
    device.epoch = head.epoch
    return device


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_of_the_first_program_opens_with_everything_in_it_and_goes_on(tmp_path: Path, kind: str) -> None:
    database = Database(first_server(kind, tmp_path))
    before = everything(database)
    database.prepare()
    assert everything(database) == before
    service = Service(database, Clock())
    report = verified(service, tmp_path)
    assert (report.operations, report.records, report.refused, report.conflicts) == (FIRST_SIZE, 34, 2, 1)
    point = service.keys.open_checkpoint(LEDGER, service.checkpoint(LEDGER))
    assert (point.size, point.root.hex()) == (FIRST_SIZE, FIRST_ROOT)
    device = phone_of_the_first_server(service)
    assert len(device.lines) == 16
    assert device.push()["verdicts"][-1][1:3] == [56, "accepted"], "what was handed in then is known, with its verdict"
    assert device.tell("hazard.report", "h9", report_body()).verdict == "accepted"
    assert {"i1", "h1", "h9"} <= device.pull_all().keys()
    assert record(service, "h2")["conflicts"] and record(service, "e1")["community"] == "c2"
    assert log_in(service, LEDGER, "office", "a password of 2023").person == "office"
    assert verified(service, tmp_path).operations == FIRST_SIZE + 1
    service.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_make_the_schema_that_the_program_works_with(tmp_path: Path, kind: str) -> None:
    database = Database(empty_url(kind, tmp_path))
    database.prepare()
    database.prepare()
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


@pytest.fixture
def cut_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes the n-th statement of a migration fail, on any engine."""

    class Cut(Exception):
        pass

    state: dict[str, Any] = {"left": 0}

    def cut(*_: Any) -> None:
        state["left"] -= 1
        if state["left"] == 0:
            raise Cut

    def arm(database: Database, n: int) -> type[Exception]:
        state["left"] = n
        sa.event.listen(database.engine, "before_cursor_execute", cut)
        return Cut

    yield arm


@pytest.mark.parametrize("kind", KINDS)
def test_a_migration_that_is_cut_off_at_any_statement_leaves_nothing_and_is_made_whole_later(tmp_path: Path, kind: str, cut_at: Any) -> None:
    url, cuts = empty_url(kind, tmp_path), 0
    for n in range(1, 100):
        database = Database(url)
        failure = cut_at(database, n)
        try:
            database.prepare()
            break
        except failure:
            cuts += 1
            assert tables(url) == set()
        finally:
            database.close()
    assert cuts > 20
    assert {"operations", "records", "alembic_version"} <= tables(url)


@pytest.mark.parametrize("pages", [1, 3, 10, 30])
def test_a_migration_without_room_leaves_the_database_as_it_was_and_is_made_whole_later(tmp_path: Path, pages: int) -> None:
    """SQLite's own limit of pages stands for the disk: SQLITE_FULL comes from the same places."""
    database = Database(f"sqlite:///{tmp_path / 'paicha.db'}")
    sa.event.listen(database.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(sa.exc.OperationalError, match="full"):
        database.prepare()
    database.close()
    assert tables(database.url) == set()
    again = Database(database.url)
    again.prepare()
    again.close()
    assert "operations" in tables(database.url)


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_program_leaves_a_newer_database_alone_and_says_so(tmp_path: Path, kind: str) -> None:
    database = Database(empty_url(kind, tmp_path))
    database.prepare()
    with database.write() as link:
        link.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Damaged) as newer:
        database.prepare()
    assert newer.value.code == "database.newer"
    database.close()
