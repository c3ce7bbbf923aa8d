"""The person's acts never wait for syncing: what is long is done beside them, and comes to the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mobile.core.client import Client
from mobile.core.status import UpToDate
from mobile.core.store import Store
from sync_server.accept import Act
from tests.client import work
from tests.client.wiring import LEDGER, Device, World, no_fault, offline

MOST = 50  # ms of the sync thread's own work that an act may be held up by; a few are usual


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """For how long (ms of its own computing) each transaction of the sync thread held the database."""
    durations: list[float] = []
    real = Store.transaction

    @contextmanager
    def timed(self: Store) -> Iterator[None]:
        outermost = self._depth == 0
        with real(self):
            began = time.thread_time()
            yield
        if outermost and threading.current_thread().name == "syncing":
            durations.append((time.thread_time() - began) * 1000)

    monkeypatch.setattr(Store, "transaction", timed)
    yield durations


def _acting_while(device: Device, act: Callable[[], object], most: int = 60) -> None:
    """The engine works in a thread of its own until nothing is left, and the person goes on meanwhile."""

    def sync() -> None:
        device.engine.wake()
        while not isinstance(device.engine.step(), UpToDate):
            pass

    thread = threading.Thread(target=sync, name="syncing")
    thread.start()
    for _ in range(most):
        if not thread.is_alive():
            break
        act()
        time.sleep(0.02)
    thread.join(120)
    assert not thread.is_alive()


def _enterprises(world: World, count: int, first: int = 0) -> None:
    body = {"address": "榆荫路1号", "community": "c1", "lead_section": "s1", "industries": ["all"], "key": False, "high_risk": False}
    acts = [Act("admin", "enterprise.register", f"x{n}", {"name": f"鲁川晟柏第{n}机械制造有限公司", **body}) for n in range(first, first + count)]
    world.service.act(LEDGER, acts)


def test_a_large_page_is_applied_beside_the_persons_acts(world: World, device: Device, held: list[float]) -> None:
    hazard = work.report(device.client)
    device.sync()
    _enterprises(world, 3_000)
    turn = iter(range(1_000))
    _acting_while(device, lambda: device.client.act("hazard.edit", hazard, {"changes": {"description": f"堆放杂物{next(turn)}"}}))
    assert max(held) < MOST, f"{max(held):.0f} ms"
    device.sync()
    assert device.client.count("enterprise") == 3_002
    assert device.client.record(hazard) == world.record(hazard) and device.overlay() == 0


def test_the_answer_to_a_days_work_is_taken_beside_the_persons_acts(world: World, device: Device, held: list[float]) -> None:
    world.wire.fault = offline
    for _ in range(20):
        inspection = work.start(device.client)
        work.fill(device.client, inspection)
        work.report(device.client)
    assert device.client.unsent().operations > 250
    hazard = work.report(device.client)
    world.wire.fault = no_fault
    turn = iter(range(1_000))
    _acting_while(device, lambda: device.client.act("hazard.edit", hazard, {"changes": {"description": f"堆放杂物{next(turn)}"}}))
    assert max(held) < MOST, f"{max(held):.0f} ms"
    device.sync()
    assert set(device.states()) == {"accepted"} and device.overlay() == 0
    assert device.client.record(hazard) == world.record(hazard)


def test_what_is_done_while_own_work_is_folded_anew_is_on_the_screen_afterwards(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    hazard, other = work.report(device.client), work.report(device.client)
    rows = Store.overlay_rows
    asked: list[int] = []

    def meanwhile(self: Store, records: object) -> object:
        made = rows(self, records)  # type: ignore[arg-type]
        if not asked:
            asked.append(1)
            device.client.act("hazard.edit", hazard, {"changes": {"description": "门口堆放气瓶"}})
            late.append(work.report(device.client))
        return made

    late: list[str] = []
    monkeypatch.setattr(Store, "overlay_rows", meanwhile)
    device.client.rebuild()
    record = device.client.record(hazard)
    assert record is not None and record["description"] == "门口堆放气瓶"
    assert device.client.record(other) is not None and device.client.record(late[0]) is not None


def test_a_phone_killed_between_a_page_and_what_it_makes_of_own_work_folds_it_at_its_next_step(
    world: World, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    hazard = work.report(device.client)
    device.sync()
    world.wire.fault = offline
    device.client.act("hazard.edit", hazard, {"changes": {"description": "门口堆放气瓶"}})
    world.wire.fault = no_fault

    class Killed(BaseException):
        pass

    def killed(self: Client) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Client, "rebuild", killed)
        with pytest.raises(Killed):
            device.sync()
    device.restart()
    record = device.client.record(hazard)
    assert record is not None and record["description"] == "门口堆放气瓶", "what was shown stays"
    assert isinstance(device.sync(), UpToDate)
    assert device.client.record(hazard) == world.record(hazard) and device.overlay() == 0
