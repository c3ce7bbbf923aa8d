"""SIGKILL of the real server while devices push: what was acknowledged is there, byte for byte, and `verify` agrees."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync_server.service import Service
from sync_server.store.database import Database
from tests.databases import KINDS, database_url
from tests.server.looking import raws, verified
from tests.server.test_photos import _RealClock
from tests.serving import ServerProcess
from tests.worlds import Device, open_world, report_body


class Pusher(threading.Thread):
    """A device that makes an operation, pushes what is unconfirmed, and remembers what it was told."""

    def __init__(self, device: Device, url: str, end: threading.Event) -> None:
        super().__init__(daemon=True)
        self.device, self.url, self.end = device, url, end
        self.told: dict[int, list[Any]] = {}
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.end.is_set():
                for _ in range(3):
                    self.device.make("hazard.report", f"{self.device.id}-{len(self.device.lines)}", report_body(found_at=round(time.time() * 1000)))
                self.push()
        except BaseException as failure:
            self.failure = failure

    def push(self) -> None:
        """From the first operation without a verdict; a cut connection means "again later"."""
        first = len(self.told) + 1
        try:
            answer = httpx.post(f"{self.url}/v1/ledgers/{self.device.ledger}/push", content=self.device.body(first, 30), timeout=20)
        except httpx.TransportError:
            time.sleep(0.02)
            return
        assert answer.status_code == 200, answer.text
        assert answer.json()["fork"] is None and answer.json()["expect"] >= first
        for verdict in answer.json()["verdicts"]:
            self.told[verdict[0]] = verdict


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_survives_sigkill(tmp_path: Path, kind: str) -> None:
    url = database_url(kind, tmp_path)
    world = open_world(url, clock=_RealClock())
    devices = [world.device(person) for person in ("lin", "zhou", "qin")]
    world.service.close()
    server, end, chance = ServerProcess(tmp_path, url if kind == "postgresql" else ""), threading.Event(), random.Random(3)
    pushers = [Pusher(device, server.url, end) for device in devices]
    try:
        server.start()
        for pusher in pushers:
            pusher.start()
        for _ in range(3):
            time.sleep(0.3 + chance.random() * 0.4)
            server.kill()
            server.start()
        end.set()
        for pusher in pushers:
            pusher.join(30)
            assert pusher.failure is None and not pusher.is_alive(), pusher.failure
            while len(pusher.told) < len(pusher.device.lines):
                pusher.push()
    finally:
        end.set()
        server.kill()
    service = Service(Database(url), _RealClock())
    for pusher in pushers:
        assert raws(service, pusher.device.id) == pusher.device.lines
        assert {verdict[2] for verdict in pusher.told.values()} == {"accepted"}
        pusher.device.service = service
        assert pusher.device.push(1, 10_000)["verdicts"] == [pusher.told[n] for n in sorted(pusher.told)], "every verdict that was told still stands"
    assert sum(len(pusher.told) for pusher in pushers) > 20
    verified(service, tmp_path)
    service.close()
