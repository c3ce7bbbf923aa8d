"""What calls for attention and the three failures read the same from SQLite and from PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync_server.console.alerts import needs_me, notices
from sync_server.console.failing import Failing, OwnChecks
from sync_server.store import ledgers as store
from tests.console.test_tasks_alerts import CAMPAIGN
from tests.databases import KINDS, database_url
from tests.worlds import DAY, LEDGER, NOON, World, confirm_body, open_world, report_body


def lived_in(url: str) -> World:
    """A hazard that is overdue, one to review, a task and an alert, a campaign; from 22 July to 3 August."""
    world = open_world(url)
    device = world.device("lin")
    for id in ("h1", "h2"):
        device.tell("hazard.report", id, report_body())
        device.tell("hazard.submit", id, {})
    plan = {"kind": "assistance", "enterprise": "e1", "purposes": [], "origin": "plan", "due": NOON + 5 * DAY, "leader": "lin", "members": []}
    alert = {"title": "火灾警示", "happened": "x", "check_for": "x", "target": "all", "due": NOON + 3 * DAY}
    done: list[tuple[str, str, str, dict[str, Any]]] = [
        ("office", "campaign.set", "campaign", CAMPAIGN),
        ("head", "hazard.confirm", "h1", confirm_body(deadline=NOON + 2 * DAY)),
        ("office", "task.plan", "t1", plan),
        ("office", "alert.issue", "w1", alert),
    ]
    for by, kind, subject, body in done:
        assert world.act(by, kind, subject, body, base=device.size).verdict == "accepted", kind
    world.clock.now += 12 * DAY
    return world


@pytest.mark.parametrize("kind", KINDS)
def test_both_databases_show_the_same_of_today(kind: str, tmp_path: Path) -> None:
    world = lived_in(database_url(kind, tmp_path))
    now, kept = world.clock.now, OwnChecks()
    with world.service.database.read() as link:
        office = store.records(link, LEDGER, ["office"])["office"]
        shown = {(n.what, n.path.partition("?")[0], n.late) for n in notices(link, LEDGER, office, now, kept, {"section": "", "community": ""})}
        failed = {(f.failure.code, f.failure.why, f.enterprise) for f in Failing(link, LEDGER, office, now, kept).all()}
        needed = needs_me(link, LEDGER, office, now)
    world.service.close()
    assert shown == {
        ("wait.overdue", "hazards/h1", 10),
        ("wait.escalate", "hazards/h1", 10),
        ("wait.submitted", "hazards/h2", 9),
        ("wait.task", "tasks/t1", 7),
        ("wait.answer", "alerts/w1", 9),
        ("wait.no_self_inspection", "failures", 0),  # due on 31 July
    }
    unchecked = {("NC", why, enterprise) for why in ("no_answer", "no_self_inspection") for enterprise in ("e1", "e2")}
    assert failed == {("NF", "overdue", "e1")} | unchecked
    assert [(word, number) for word, number, _ in needed] == [("needs.escalate", 1), ("needs.overdue", 1), ("needs.submitted", 1)]
