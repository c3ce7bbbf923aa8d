"""An act is on disk before it returns, and several acts are all there or not at all."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mobile.core import inspecting
from mobile.core.client import Client, PhotoFile
from mobile.core.engine import Engine
from mobile.core.phone import Phone
from mobile.core.ports import Reply
from mobile.core.status import Status, UpToDate, Waiting, Working
from mobile.core.store import Store
from mobile.core.sync_thread import SyncThread
from mobile.device.desktop import desktop_ports
from shared.errors import Refused
from shared.operation import read
from tests.client import work
from tests.client.wiring import Device, World, instead, no_fault

KILLS = 30
# A parent that has everything imported forks one actor after the other and kills each; what the actors print comes out of the parent.
_ACTING = """
import os, random, signal, sys, time
from pathlib import Path
from mobile.core.phone import Phone
from mobile.device.desktop import desktop_ports

folder, device, inspection, items, kills = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].split(","), int(sys.argv[5])

def act_for_ever(out):
    client, turn = Phone(folder, desktop_ports).open(device), 0
    while True:
        turn += 1
        value = ("conform", "not_conform", "na")[turn % 3]
        operation = client.act("inspection.answer", inspection, {"item": items[turn % len(items)], "value": value})
        os.write(out, (operation.id + chr(10)).encode())

chance = random.Random(7)
for _ in range(kills):
    reading, writing = os.pipe()
    actor = os.fork()
    if actor == 0:
        act_for_ever(writing)
    os.close(writing)
    os.write(1, os.read(reading, 37))
    time.sleep(chance.uniform(0, 0.03))
    os.kill(actor, signal.SIGKILL)
    os.waitpid(actor, 0)
    while rest := os.read(reading, 65536):
        os.write(1, rest)
    os.close(reading)
"""


def _killed_at_work(device: Device, inspection: str, kills: int) -> list[str]:
    """The ids that the actors printed before they were killed."""
    items = [item["id"] for item in work.template(device.client)["items"] if item["answer"] == "conform"]
    device.client.store.close()
    arguments = [sys.executable, "-c", _ACTING, str(device.phone.folder), device.folder.name, inspection, ",".join(items), str(kills)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], check=True, timeout=60)
    return done.stdout.split()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_every_operation_that_was_returned_is_there_after_the_process_is_killed(world: World, device: Device) -> None:
    printed = _killed_at_work(device, work.start(device.client), KILLS)
    assert len(printed) >= KILLS
    store = Store(device.folder / "device.db")
    operations = [read(bytes(raw)) for (raw,) in store.all("SELECT raw FROM operations ORDER BY n")]
    store.close()
    assert set(printed) <= {operation.id for operation in operations}
    assert [operation.n for operation in operations] == list(range(1, len(operations) + 1))
    assert all(later.prev == earlier.digest for earlier, later in pairwise(operations))
    device.restart()
    device.sync()
    assert set(device.states()) == {"accepted"}, "what was kept is handed in whole"


class _Crash(BaseException):
    """The process dies here."""


class _CrashingConnection:
    """A connection that dies before its so-manieth statement."""

    def __init__(self, real: sqlite3.Connection, at: int) -> None:
        self._real, self._left = real, at

    def execute(self, sql: str, params: Iterable[Any] = ()) -> sqlite3.Cursor:
        if sql != "ROLLBACK":
            self._left -= 1
            if self._left < 0:
                raise _Crash
        return self._real.execute(sql, tuple(params))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_a_crash_at_any_statement_leaves_all_of_several_acts_or_none(device: Device) -> None:
    client = device.client
    inspection = work.start(client)
    items = [item["id"] for item in work.template(client)["items"] if item["answer"] == "conform"][:3]
    real, before = client.store._connection, client.store.chain_end()
    shown = client.record(inspection)
    crashes = 0
    for at in range(200):
        client.store._connection = _CrashingConnection(real, at)  # type: ignore[assignment]
        try:
            client.act_all([("inspection.answer", inspection, {"item": item, "value": "conform"}) for item in items])
        except _Crash:
            crashes += 1
            client.store._connection = real
            assert (client.store.chain_end(), client.record(inspection)) == (before, shown), f"half a change after statement {at}"
            continue
        break
    client.store._connection = real
    record = client.record(inspection)
    assert crashes > 10 and client.store.chain_end()[0] == before[0] + 3
    assert record is not None and set(items) <= set(record["answers"])


def test_when_one_of_several_acts_is_refused_none_is_made(device: Device) -> None:
    inspection = work.start(device.client)
    before = device.client.store.chain_end(), device.client.record(inspection)
    item = work.template(device.client)["items"][0]["id"]
    with pytest.raises(Refused) as refusal:
        device.client.act_all([("inspection.answer", inspection, {"item": item, "value": "conform"}), ("inspection.submit", inspection, {})])
    assert refusal.value.code == "inspection.incomplete"
    assert (device.client.store.chain_end(), device.client.record(inspection)) == before


def test_two_threads_that_act_at_once_make_one_unbroken_chain(device: Device) -> None:
    client = device.client
    inspection = work.start(client)
    items = [item["id"] for item in work.template(client)["items"] if item["answer"] == "conform"]

    def act(item: str) -> None:
        for value in ("conform", "not_conform", "na") * 5:
            client.act("inspection.answer", inspection, {"item": item, "value": value})

    threads = [threading.Thread(target=act, args=(item,)) for item in items[:3]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    operations = [read(bytes(raw)) for (raw,) in client.store.all("SELECT raw FROM operations ORDER BY n")]
    assert len(operations) == 46 and all(later.prev == earlier.digest for earlier, later in pairwise(operations))


def test_an_app_that_was_opened_twice_still_makes_one_unbroken_chain(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    twin = world.keep(device.phone.open(device.folder.name))
    items = [item["id"] for item in work.template(device.client)["items"] if item["answer"] == "conform"]

    def act(client: Client, item: str) -> None:
        for turn in range(20):
            client.act("inspection.answer", inspection, {"item": item, "value": ("conform", "na")[turn % 2]})

    threads = [threading.Thread(target=act, args=pair) for pair in ((device.client, items[0]), (twin, items[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    device.sync()
    assert device.states() == ["accepted"] * 41 and len(world.record(inspection)["answers"]) == 2


def test_working_while_the_sync_thread_runs_loses_nothing_and_folds_nothing_twice(world: World, device: Device) -> None:
    heard: list[Status] = []
    thread = SyncThread(Engine(device.client), heard.append)
    thread.start()
    inspection = work.start(device.client)
    items = [item["id"] for item in work.template(device.client)["items"] if item["answer"] == "conform"]
    for turn in range(60):
        device.client.act("inspection.answer", inspection, {"item": items[turn % 5], "value": ("conform", "na")[turn % 2]})
        thread.wake()
    while device.client.unsent().operations or device.overlay():
        thread.wake()
        time.sleep(0.005)
    thread.stop()
    assert device.states() == ["accepted"] * 61 and any(isinstance(status, Working) and status.what == "push" for status in heard)
    assert device.client.record(inspection) == world.record(inspection)


def test_a_failure_inside_the_program_is_told_and_syncing_is_tried_again(
    world: World, device: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    work.start(device.client)
    heard: list[Status] = []
    thread = SyncThread(Engine(device.client), heard.append)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "rebuild", lambda self: 1 / 0)
        thread.start()
        while not any(isinstance(status, Waiting) and status.problem == "sync.failed" for status in heard):
            assert thread.alive
            time.sleep(0.005)
    assert "ZeroDivisionError" in caplog.text
    while device.client.unsent().operations:
        assert thread.alive
        thread.wake()
        time.sleep(0.005)
    thread.stop()
    assert not thread.alive and device.states() == ["accepted"]


def _photo_that_failed(world: World, device: Device) -> None:
    """One is left to be tried again later, all else is done."""
    inspection = work.start(device.client)
    (device.folder / "photos").mkdir(exist_ok=True)
    data = b"\xff\xd8 a photo"
    file = device.folder / "photos" / "a.jpg"
    file.write_bytes(data)
    photo = PhotoFile(hashlib.sha256(data).hexdigest(), file, file, len(data))
    inspecting.attach_photo(device.client, inspection, None, photo, {"taken_at": world.clock.now})
    device.engine.wake()
    while not isinstance(device.engine.step(), UpToDate):
        pass


def test_a_photo_that_failed_waits_its_time_and_the_screen_can_say_how_long(world: World, device: Device) -> None:
    world.wire.fault = instead("photos", Reply(503, {"paicha-protocol": "1", "tus-resumable": "1.0.0"}, b"{}"))
    _photo_that_failed(world, device)
    status = device.engine.step()
    assert isinstance(status, Waiting) and status.problem == "" and status.next_photo is not None
    assert world.clock.now < status.next_photo <= world.clock.now + 300_000

    world.wire.log.clear()
    device.engine.wake()  # an act of the person: a photo that cannot go is not sent again with every tap
    device.steps(6)
    assert world.wire.asked("photos") == 0
    device.engine.wake(asked=True)  # "try now", the network is back, the app was resumed
    device.steps(6)
    assert world.wire.asked("photos") == 1
    world.wire.fault = no_fault
    device.engine.wake(asked=True)
    device.steps(6)
    assert device.client.store.one("SELECT state FROM photos")[0] != "waiting"


def test_the_thread_passes_on_how_it_is_woken(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[dict[str, bool]] = []
    monkeypatch.setattr(Engine, "wake", lambda self, **how: woken.append(how))
    thread = SyncThread(device.engine, lambda status: None)
    for wake in (thread.nudge, thread.wake, thread.nudge, lambda: thread.wake(photos=True), thread.wake):
        wake()
    thread.start()
    while not woken:
        time.sleep(0.005)
    thread.stop()
    assert woken[0] == {"asked": True, "photos": True}, "whoever asked for most is heard"


def test_everything_is_there_when_the_app_is_opened_again(world: World, device: Device) -> None:
    hazard = work.report(device.client)
    device.client.store.set_scratch("finding/text", "写到一半")
    device.restart()
    assert device.client.record(hazard) is not None
    assert device.client.store.scratch("finding/text") == "写到一半"
    assert device.client.unsent().operations == 1
    assert Phone(device.phone.folder, desktop_ports).devices() == [device.folder.name]
