"""No room on the phone: a clear reason, nothing half done, and everything works again when there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from sqlite_utils.migrations import Migrations

from mobile.core import inspecting, schema, store
from mobile.core.client import PhotoFile
from mobile.core.status import UpToDate, Waiting
from mobile.core.store import Store
from shared.errors import RetryLater
from tests.client import work
from tests.client.wiring import Device, World


@contextmanager
def _no_room(device: Device, spare: int = 0) -> Iterator[None]:
    """SQLite's own limit of pages stands for the disk: SQLITE_FULL comes from the same places."""
    database = device.client.store
    pages = int(database.one("PRAGMA page_count")[0])
    database.run(f"PRAGMA max_page_count = {pages + spare}")
    try:
        yield
    finally:
        database.run("PRAGMA max_page_count = 1073741823")


def _state(device: Device) -> list[Any]:
    return [device.client.store.all(f"SELECT * FROM {table} ORDER BY 1") for table in ("operations", "records", "photos", "scratch", "meta")]


def _long(turn: int) -> str:
    return f"{turn}" + "堆放杂物" * 400


@pytest.mark.parametrize("spare", (0, 1, 3))
def test_an_act_without_room_says_so_and_leaves_nothing(device: Device, spare: int) -> None:
    hazard = work.report(device.client)
    with _no_room(device, spare):
        for turn in range(40):
            before = _state(device)
            try:
                device.client.act("hazard.edit", hazard, {"changes": {"description": _long(turn)}})
            except RetryLater as failure:
                assert failure.code == "disk_full" and "存储空间" in failure.text("zh") and "storage" in failure.text("en")
                break
        else:
            raise AssertionError("the disk was never full")
        assert _state(device) == before, "nothing half done"
        record = device.client.record(hazard)
        assert record is not None, "reading goes on"
        with pytest.raises(RetryLater):
            device.client.act_all([("hazard.edit", hazard, {"changes": {"description": _long(turn)}}) for turn in (98, 99)])
        assert _state(device) == before
    device.client.act("hazard.edit", hazard, {"changes": {"description": "有空间了"}})
    device.sync()
    assert set(device.states()) == {"accepted"} and device.world.record(hazard)["description"] == "有空间了"


def test_a_database_that_cannot_be_written_for_other_reasons_says_so_and_syncing_goes_on_later(world: World, device: Device) -> None:
    device.client.store.run("PRAGMA busy_timeout = 0")
    hazard = work.report(device.client)
    other = sqlite3.connect(device.folder / "device.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = _state(device)
    with pytest.raises(RetryLater) as failure:
        device.client.act("hazard.edit", hazard, {"changes": {"description": "另一句话"}})
    assert failure.value.code == "storage" and "没有保存" in failure.value.text("zh") and _state(device) == before
    device.engine.wake()
    status = device.engine.step()
    assert isinstance(status, Waiting) and status.problem == "storage"
    other.close()
    world.clock.now = status.next_try
    assert isinstance(device.sync(), UpToDate) and device.world.record(hazard)["description"]


def test_half_typed_text_that_finds_no_room_says_so(device: Device) -> None:
    with _no_room(device), pytest.raises(RetryLater) as failure:
        device.client.store.set_scratch("finding/text", "x" * 100_000)
    assert failure.value.code == "disk_full"
    device.client.store.set_scratch("finding/text", "x" * 100_000)
    assert len(device.client.store.scratch("finding/text")) == 100_000


def test_syncing_without_room_waits_and_goes_on_when_there_is_room(world: World, device: Device) -> None:
    colleague = world.device("p2")
    for _ in range(30):
        hazard = work.report(colleague.client, description=_long(0))
        colleague.client.act("hazard.submit", hazard, {})
    colleague.sync()
    inspection = work.start(device.client)
    with _no_room(device):
        before = _state(device)[:4]
        device.engine.wake()
        for _ in range(8):
            status = device.engine.step()
            if isinstance(status, Waiting):
                world.clock.now = status.next_try
        assert isinstance(status, Waiting) and status.problem == "disk_full" and status.tries > 1
        assert _state(device)[1:4] == before[1:4] or device.client.count("hazard") == 0, "no half page"
    assert isinstance(device.sync(), UpToDate)
    assert device.client.count("hazard") == 30 and device.client.record(inspection) == world.record(inspection)


def _limited(pages: int) -> Any:
    """sqlite3.connect to a database that may have so many pages."""
    connect = sqlite3.connect

    def limited(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **more)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    return limited


def test_a_phone_with_a_full_disk_still_opens_what_it_has(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    hazard = work.report(device.client)
    monkeypatch.setattr(store.sqlite3, "connect", _limited(1))  # type: ignore[attr-defined]
    device.restart()
    assert device.client.record(hazard) is not None
    with pytest.raises(RetryLater):
        device.client.store.set_scratch("x", "y" * 100_000)


@pytest.mark.parametrize("pages", (1, 2, 4, 8, 12))
def test_a_new_database_without_room_says_so_and_is_made_whole_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    monkeypatch.setattr(store.sqlite3, "connect", _limited(pages))  # type: ignore[attr-defined]
    with pytest.raises(RetryLater) as failure:
        Store(tmp_path / "device.db")
    assert failure.value.code == "disk_full"
    monkeypatch.undo()
    made = Store(tmp_path / "device.db")
    made.set_meta(identity={})
    assert made.chain_end() == (0, "")
    made.close()


def test_a_migration_without_room_leaves_the_database_as_it_was(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    hazard = work.report(device.client)
    before = _state(device)
    device.client.store.close()

    later = Migrations("paicha.device")
    later._migrations = list(schema.migrations._migrations)

    @later()
    def second_schema(db: sqlite_utils.Database) -> None:
        db.execute("ALTER TABLE operations ADD COLUMN weight INTEGER NOT NULL DEFAULT 0")
        db.execute("CREATE TABLE ballast (id INTEGER PRIMARY KEY, data BLOB)")
        for _ in range(30):
            db.execute("INSERT INTO ballast (data) VALUES (randomblob(9000))")

    monkeypatch.setattr(schema, "migrations", later)
    monkeypatch.setattr(store, "NEWEST", "second_schema")
    path = device.folder / "device.db"
    with sqlite3.connect(path) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    with monkeypatch.context() as full:
        full.setattr(store.sqlite3, "connect", _limited(pages + 5))  # type: ignore[attr-defined]
        with pytest.raises(RetryLater):
            Store(path)
    connection = sqlite3.connect(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(operations)")]
    connection.close()
    assert "weight" not in columns
    device.restart()
    assert device.client.store.one("SELECT count(*) FROM ballast") == (30,)
    assert device.client.record(hazard) is not None
    assert [row[:15] for row in _state(device)[0]] == before[0]


def test_a_full_disk_while_a_photo_is_attached_keeps_neither_the_photo_nor_its_operation(device: Device) -> None:
    inspection = work.start(device.client)
    photo = PhotoFile("ab" * 32, Path("p" * 3_000), Path("t" * 3_000), 5)
    with _no_room(device):
        before = _state(device)
        with pytest.raises(RetryLater):
            for _ in range(10):
                inspecting.attach_photo(device.client, inspection, None, photo, {"taken_at": 1, "likeness": "x" * 30})
                before = _state(device)
                photo = PhotoFile(f"{len(before[2]):02}" * 32, photo.path, photo.thumb, 5)
        assert _state(device) == before


def test_the_newest_migration_is_the_one_that_opening_asks_for() -> None:
    assert schema.migrations._migrations[-1].name == store.NEWEST, "a database that lacks it would be taken for current"
