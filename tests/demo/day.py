"""A day that checks itself: three inspectors offline, six inspections, a server killed three times; nothing lost, nothing doubled, verify agrees.

Real client core, real SQLite files, real HTTP, a real server process. Any disagreement is an AssertionError with what disagreed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.status import Stopped, UpToDate, Waiting
from mobile.device.desktop import desktop_ports
from mobile.device.http import HttpTransport
from mobile.ui.fonts import font_path
from shared.checklist import NOT_CONFORM
from tests.demo.server import ServerProcess, free_port, run_command
from tests.demo.unkind import UnkindTransport
from tests.demo.work import Inspector, answer_all, finish, report

LEDGER = "qingyu"
PLANS: tuple[list[tuple[str, str]], ...] = ([("push", "halfway"), ("photos", "halfway")], [("push", "before the answer")], [])
Pushes = list[tuple[str, bytes, dict[str, str]]]


def run_day(data: Path | None = None) -> dict[str, Any]:
    """The whole day; the summary that `--once` prints."""
    with tempfile.TemporaryDirectory(prefix="paicha-day-") as temporary:
        folder = data or Path(temporary)
        server, pushes = ServerProcess(folder / "server", free_port()), Pushes()
        try:
            with step("青榆街道与服务器 · the subdistrict and its server"):
                server.start("demo", "--codes", "3")
                team = [enrol(server, folder / f"phone-{i}", code, PLANS[i], pushes) for i, code in enumerate(server.codes)]
            with step("三部手机离线检查 · three phones inspect offline"):
                shared = work_offline(team)
            with step("同步，其间服务器被杀三次 · syncing while the server is killed three times"):
                sync_all(team)
            with step("两人改同一条隐患 · two people change one hazard"):
                touch_the_same_hazard(team, shared)
            with step("再次上交全部内容 · handing everything in a second time"):
                push_everything_again(server, pushes)
            photos = check_photos(server, team)
            check_nothing_lost(server, team)
        finally:
            server.stop()
        return summary(server, team, photos)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Says what is going on and how long it took."""
    started = time.monotonic()
    print(f"… {title}", flush=True)
    yield
    print(f"✓ {title} · {time.monotonic() - started:.1f} s", flush=True)


def enrol(server: ServerProcess, folder: Path, code: dict[str, Any], plans: list[tuple[str, str]], pushes: Pushes) -> Inspector:
    """A phone by its code, with the first download done while there is a network."""
    plain = Phone(folder, desktop_ports)
    client = plain.enrol(Invitation(server.url, code["code"]), "demo phone")
    client.store.close()
    waiting: list[tuple[str, str]] = []
    phone = Phone(folder, lambda f: dataclasses.replace(desktop_ports(f), transport=lambda _: UnkindTransport(server, waiting, pushes)))
    client = phone.open(phone.devices()[0])
    inspector = Inspector(client, phone.photos(phone.devices()[0]), font_path(), seed=1000 * int(folder.name[-1]))
    sync(inspector)
    waiting.extend(plans)
    return inspector


def work_offline(team: list[Inspector]) -> str:
    """Six inspections: one by two inspectors together, the rest alone. Returns the joint one."""
    first, second, third = team
    joint = start(first, 0, "joint")
    template = first.client.template_of(first.client.record(joint) or {})
    code = inspecting.join_code(first.client.record(joint) or {})
    inspecting.join_inspection(second.client, joint, json.loads(json.dumps(code)))
    half = len(template["items"]) // 2
    for number, item in enumerate(answer_all(first, joint, template["items"][:half], 2)):
        report(first, joint, item, number)
    answer_all(second, joint, template["items"][half:], 0)
    number = 2
    for place, inspector in enumerate((first, second, second, third, third), 1):
        inspection = start(inspector, place, "assistance")
        items = inspector.client.template_of(inspector.client.record(inspection) or {})["items"]
        for item in answer_all(inspector, inspection, items, 2):
            report(inspector, inspection, item, number)
            number += 1
        finish(inspector, inspection, "王师傅")
        inspecting.submit(inspector.client, inspection)
    return joint


def start(inspector: Inspector, place: int, kind: str) -> str:
    """An inspection at one of the enterprises, with one of the checklists that suit it."""
    enterprises, templates = inspector.client.enterprises(limit=50), inspecting.templates_for(inspector.client, kind)
    template = templates[place % len(templates)]
    position = {"lat": 36.65, "lon": 117.12, "accuracy": 8.0}
    return inspecting.start_inspection(inspector.client, enterprises[place * 3 % len(enterprises)].id, kind, template, position=position)


def sync(inspector: Inspector, rounds: int = 4000) -> None:
    """Step until there is nothing left to do, trying again at once instead of waiting. Raises AssertionError where it stops."""
    engine = Engine(inspector.client)
    for _ in range(rounds):
        status = engine.step()
        assert not isinstance(status, Stopped), status
        unsent = inspector.client.unsent()
        if isinstance(status, UpToDate) and not unsent.operations and not unsent.photos:
            return
        if isinstance(status, Waiting):
            engine.wake()
            inspector.client.store.run("UPDATE photos SET next_try = 0")
    raise AssertionError(f"{inspector.name}: still not up to date: {inspector.client.unsent()} {inspector.client.needs_you()}")


def sync_all(team: list[Inspector]) -> None:
    """Everyone, and once more for what the others brought."""
    for inspector in (*team, *team):
        sync(inspector)


def touch_the_same_hazard(team: list[Inspector], joint: str) -> None:
    """Both change the same words offline: the second is kept as a conflict, not lost and not silently on top.
    Then the joint inspection is finished."""
    first, second, _ = team
    hazard = inspecting.hazards_of(first.client, joint)[0]["id"]
    first.client.act("hazard.edit", hazard, {"changes": {"description": "配电箱门缺失，箱内积尘，两处导线裸露"}})
    second.client.act("hazard.edit", hazard, {"changes": {"description": "配电箱无门，导线裸露，地面潮湿"}})
    finish(second, joint)
    sync_all([first, second])
    finish(first, joint, "赵经理")
    inspecting.submit(first.client, joint)
    sync_all(team)
    assert [problem.kind for problem in second.client.needs_you()] == ["conflict"], second.client.needs_you()


def push_everything_again(server: ServerProcess, pushes: Pushes) -> None:
    """Byte for byte the same requests: every one is answered, the ledger does not grow."""
    before = ask(server, "SELECT size FROM ledgers")
    http = HttpTransport(server.url)
    for path, body, headers in pushes:
        reply = http.request("POST", path, body, headers)
        assert reply.status == 200, (reply.status, reply.body[:300])
    http.close()
    assert ask(server, "SELECT size FROM ledgers") == before, "a second push has changed the ledger"


def check_photos(server: ServerProcess, team: list[Inspector]) -> int:
    """Every photo's bytes lie at the server under their digest and are marked as received."""
    folder = server.data / "blobs" / LEDGER
    digests = {photo.sha256 for inspector in team for photo in inspector.photos}
    for digest in digests:
        assert hashlib.sha256((folder / digest[:2] / digest).read_bytes()).hexdigest() == digest
        (body,) = ask(server, "SELECT body FROM records WHERE id = ?", f"blob/{digest}")[0]
        assert json.loads(body)["received"], digest
    return len(digests)


def check_nothing_lost(server: ServerProcess, team: list[Inspector]) -> None:
    """Each phone's chain is in the ledger to its last operation, each operation once."""
    for inspector in team:
        last, _ = inspector.client.store.chain_end()
        rows = ask(server, "SELECT n FROM operations WHERE device = ? ORDER BY n", inspector.client.identity.device)
        assert [n for (n,) in rows] == list(range(1, last + 1)), (inspector.name, last, len(rows))
    answered = ask(server, "SELECT count(*) FROM operations WHERE kind = 'inspection.answer' AND CAST(raw AS TEXT) LIKE ?", f"%{NOT_CONFORM}%")[0][0]
    assert answered == 12, answered


def summary(server: ServerProcess, team: list[Inspector], photos: int) -> dict[str, Any]:
    """Counted in the ledger itself, after verify has read every byte of it."""
    verified = run_command(server.data, "verify")
    kinds = dict(ask(server, "SELECT kind, count(*) FROM listed WHERE state != 'void' GROUP BY kind"))
    verdicts = dict(ask(server, "SELECT verdict, count(*) FROM operations GROUP BY verdict"))
    missing = sum(inspector.client.unsent().operations + inspector.client.unsent().photos for inspector in team)
    return {
        "operations": sum(verdicts.values()), "inspections": kinds.get("inspection", 0), "hazards": kinds.get("hazard", 0), "photos": photos,
        "conflicts": verdicts.get("conflict", 0), "refused": verdicts.get("refused", 0), "lost": missing,
        "verify": "ok" if verified.returncode == 0 else (verified.stderr.strip().splitlines() or ["failed"])[-1],
    }  # fmt: skip


def ask(server: ServerProcess, sql: str, *params: Any) -> list[Any]:
    """Straight from the server's database file."""
    database = sqlite3.connect(f"file:{server.data / 'paicha.db'}?mode=ro", uri=True)
    try:
        return database.execute(sql, params).fetchall()
    finally:
        database.close()
