"""A phone after a season: 10,000 enterprises come by syncing, 2,000 hazards and a hundred inspections that are copies of real ones."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client
from shared.rules import Record
from tests.bench.client import codes, enrolled, enterprise, sync
from tests.bench.figures import Setting
from tests.bench.server import running
from tests.bench.work import open_server
from tests.worlds import TEMPLATE, report_body

ENTERPRISES, HAZARDS, INSPECTIONS, TASKS = 10_000, 2_000, 100, 12
DAY = 86_400_000
STATES = ("rectifying", "verify_pending", "closed", "closed", "submitted", "returned", "closed", "rectifying", "closed", "plan_pending")


def season(setting: Setting) -> Path:
    """The folder of the phone."""
    folder, phone = setting.fresh("season-server"), setting.fresh("season")
    many = ENTERPRISES // 10 if setting.quick else ENTERPRISES
    world = open_server(folder)
    for start in range(0, many, 1000):
        world.service.act(world.ledger, [enterprise(number) for number in range(start, min(start + 1000, many))])
    invitations = codes(world, 1)
    world.service.close()
    with running(folder) as url:
        client = enrolled(phone, url, next(invitations))
        sync(client)
    _fill(client)
    client.store.close()
    return phone


def _fill(client: Client) -> None:
    """Real work of today, and copies of it as if it had come from the server."""
    here = [id for (id,) in client.store.all("SELECT id FROM records WHERE kind = 'enterprise' ORDER BY id")]
    _place(client, here)
    inspection = inspecting.start_inspection(client, here[0], "assistance", TEMPLATE, why_no_position="室内")
    for item in TEMPLATE["items"]:
        inspecting.answer(client, inspection, item["id"], "conform")
    hazard = client.new_id()
    client.act("hazard.report", hazard, report_body(here[0], found_at=client.ports.now() - 1000))
    now = int(time.time() * 1000)
    made: list[Record] = []
    for number in range(HAZARDS):
        record = _copy(client, hazard, f"hazard-{number:05d}", here[number * 7 % len(here)])
        state = STATES[number % len(STATES)]
        found, deadline = now - number * DAY // 20, now + (number % 30 - 10) * DAY
        more = {"state": state, "found_at": found, "submitted_at": found, "decided_at": now, "deadline": deadline, "level": "general"}
        made.append(record | more | {"description": f"第{number}处隐患，通道堆放杂物"})
    for number in range(INSPECTIONS):
        record = _copy(client, inspection, f"inspection-{number:05d}", here[number * 11 % len(here)])
        record["moments"]["start"]["at"] = now - number * DAY
        made.append(record | {"state": "accepted"})
    made += [_task(client, number, here[number * 13 % len(here)], now) for number in range(TASKS)]
    with client.store.transaction():
        client.store.put_base((json.dumps(record, ensure_ascii=False, separators=(",", ":")), record) for record in made)
        client.store.put_members((record["id"], f"person:{client.identity.person}") for record in made)


def _place(client: Client, ids: list[str]) -> None:
    """Give the enterprises positions: a town of ten kilometres."""
    placed = []
    for number, id in enumerate(ids):
        record = dict(client.record(id) or {}, lat=36.0 + number % 100 * 0.001, lon=120.0 + number // 100 * 0.001)
        placed.append((json.dumps(record, ensure_ascii=False, separators=(",", ":")), record))
    with client.store.transaction():
        client.store.put_base(placed)


def _copy(client: Client, of: str, id: str, enterprise: str) -> dict[str, Any]:
    where = client.record(enterprise) or {}
    return copy.deepcopy(client.record(of) or {}) | {"id": id, "no": 1, "enterprise": enterprise, "enterprise_name": where["name"]}


def _task(client: Client, number: int, enterprise: str, now: int) -> Record:
    where = client.record(enterprise) or {}
    return {
        "id": f"task-{number}", "kind": "task", "no": 1, "inspection_kind": "assistance", "enterprise": enterprise, "enterprise_name": where["name"],
        "community": where["community"], "section": where["lead_section"], "theme": "动火专项", "note": "", "due": now + (number - 2) * DAY,
        "leader": client.identity.person, "members": [], "templates": [], "purposes": [], "state": "planned", "inspections": {}, "origin": "plan",
    }  # fmt: skip
