"""The fictional subdistrict that a demo begins with."""

from __future__ import annotations

import time
from pathlib import Path

from sync_server.demo.world import LEDGER_BODY, acts, build_world, first_tasks
from sync_server.service import Service
from sync_server.store.database import Database

DAY = 86_400_000


def test_an_inspector_begins_the_day_with_visits_to_make(tmp_path: Path) -> None:
    now = int(time.time() * 1000)
    world = build_world(enterprises=60)
    database = Database(f"sqlite:///{tmp_path / 'server.db'}")
    database.prepare()
    service = Service(database, lambda: now)
    service.open_ledger("qingyu", LEDGER_BODY)
    planner = next(person.id for person in world.people if ("office", "") in person.roles)
    tasks = first_tasks(world, planner, now)
    outcome = service.act("qingyu", [*acts(world), *tasks], atomic=True)
    assert {verdict.verdict for verdict in outcome.verdicts} == {"accepted"}
    leaders = [task.body["leader"] for task in tasks]
    inspectors = [person.id for person in world.people if person.post == "检查员" and person.card_no]
    led = {inspector: leaders.count(inspector) for inspector in inspectors}
    assert led[inspectors[0]] == 2 and set(leaders) <= set(inspectors) and max(led.values()) == 2, "the first is the one whose phone the demo opens"
    assert len({task.body["enterprise"] for task in tasks}) == len(tasks) and all(now < task.body["due"] < now + 6 * DAY for task in tasks)
    service.close()
