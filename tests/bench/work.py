"""The work that is measured: real operations of about 600 bytes, made and signed beforehand by fake phones of `tests.worlds`.

    inspections   20 operations a record: start, answers, notes, four photos, companion, end, signatures
    hazards       every operation a new record
"""

from __future__ import annotations

import hashlib
import secrets
import time
from pathlib import Path

from shared.operation import new_id
from tests.worlds import TEMPLATE, Clock, Device, World, open_world, photo_body, report_body, start_body

POSITION = {"lat": 36.651234, "lon": 117.120987, "accuracy": 12.5}
NOTE = (
    "现场检查发现配电箱门缺失、线路老化，已当场告知企业安全负责人，要求立即断电并设置警示标志，限期更换；"
    "整改完成前不得恢复使用，由社区网格员每日巡查，并拍照留存备查，发现擅自通电的立即报告应急安监科。"
)


class Taps(Clock):
    """A device's clock while its work is made beforehand: every look is a second after the one before, so that ids are in the order of time."""

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


def now() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


def open_server(folder: Path) -> World:
    """A new ledger in a new SQLite file of this folder."""
    return open_world(f"sqlite:///{folder / 'paicha.db'}", clock=Clock(now()))


def _digest() -> str:
    return hashlib.sha256(secrets.token_bytes(16)).hexdigest()


def _photo(taken: int) -> dict[str, object]:
    return photo_body(new_id(taken, secrets.token_bytes(10)), _digest(), size=402_113, position=POSITION, likeness=secrets.token_hex(8))


def make_inspection(device: Device) -> None:
    """20 operations about one inspection."""
    id = new_id(device.clock(), secrets.token_bytes(10))
    items = [item["id"] for item in TEMPLATE["items"]]
    device.make("inspection.start", id, {**start_body(), "position": POSITION, "position_reason": None})
    for item in items[:8]:
        device.make("inspection.answer", id, {"item": item, "value": "conform"})
    for item in items[:4]:
        device.make("inspection.note", id, {"item": item, "about": "note", "text": NOTE})
        device.make("inspection.attach", id, {**_photo(device.clock()), "item": item})
    device.make("inspection.moment", id, {"moment": "end", "at": device.clock(), "position": POSITION, "reason": None})
    for role, name in (("inspector", "林一"), ("unit", "王安全")):
        device.make("inspection.sign", id, {"role": role, "name": name, "signed_at": device.clock(), "sha256": _digest()})


def make_hazard(device: Device) -> None:
    """One new hazard."""
    body = {**report_body(), "found_at": device.clock() - 60_000, "position": POSITION, "position_reason": None, "description": NOTE[:40]}
    device.make("hazard.report", new_id(device.clock(), secrets.token_bytes(10)), body)
