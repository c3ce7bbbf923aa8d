"""Past the states of Today, the enterprises, a card and a new site."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.ui.strings import tr
from tests.window.conftest import Hand, pump, until
from tests.worlds import DAY, DIGEST, NOON, TEMPLATE, report_body

HERE = {"lat": 36.0, "lon": 120.0, "accuracy": 12.0}


def stand(hand: Hand, position: dict[str, Any] = HERE) -> None:
    """The phone knows where it is."""
    hand.app.platform.abilities |= {"dial"}
    machine: Any = hand.app.platform
    machine.will("locate", position)
    hand.app.where.look()
    pump(4)


def furnish_day(hand: Hand) -> None:
    """Something of everything that a day brings, as if it had come by syncing."""
    client, now = hand.client, int(time.time() * 1000)
    placed = dict(client.record("e9"), lat=36.01, lon=120.005, principal="王建国", principal_phone="138 0000 1234", safety_director="赵明",
                  tags=["涉爆粉尘", "有限空间"], grade="C")  # fmt: skip
    hazard = client.new_id()
    client.act("hazard.report", hazard, report_body("e9", found_at=now - 1000))
    inspection = inspecting.start_inspection(client, "e9", "assistance", TEMPLATE, why_no_position="室内")
    for item, value in zip(TEMPLATE["items"], ("conform", "not_conform", "na"), strict=False):
        inspecting.answer(client, inspection, item["id"], value)
    made: list[dict[str, Any]] = [placed]
    found = client.record(hazard)
    for id, more in (
        ("h-returned", {"state": "returned", "return_reason": "照片看不清隐患部位，请补拍近景和全景各一张", "submitted_at": now}),
        ("h-major", {"state": "rectifying", "level": "major", "deadline": now - 3 * DAY, "decided_at": now - 9 * DAY, "submitted_at": now}),
        ("h-verify", {"state": "verify_pending", "level": "general", "deadline": now + DAY, "decided_at": now - 9 * DAY, "submitted_at": now,
                      "responsible_section": "s1", "ledger_no": "QY-2026-0042"}),
    ):  # fmt: skip
        made.append({**found, "id": id, "no": 5, "enterprise_name": placed["name"], **more})
    accepted = {**client.record(inspection), "id": "i-accepted", "no": 6, "state": "accepted", "submitted_at": now}
    made.append(accepted)
    late = {"id": "t-late", "no": 7, "due": now - 2 * DAY, "enterprise": "e1", "enterprise_name": client.record("e1")["name"]}
    made.append({**client.record("t9"), **late})
    paper = {"id": "d1", "kind": "document", "no": 8, "document": "order", "of": "h-major", "part": 1, "number": "青榆街道责改〔2026〕0007号",
             "state": "served", "enterprise": "e9", "enterprise_name": placed["name"], "community": "c1", "section": "s1",
             "responsible_section": "s1", "issued_by": "lin", "issued_at": NOON, "sha256": DIGEST, "size": 1000}  # fmt: skip
    made.append(paper)
    with client.store.transaction():
        client.store.put_base((json.dumps(record, ensure_ascii=False, separators=(",", ":")), record) for record in made)
        client.store.put_members((record["id"], "person:lin") for record in made)
    hand.app.session.revision += 1
    until(lambda: client.register.ready, "the register")
    client.register.catch_up()
    pump(4)


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one place after another; yields its name when it can be seen."""
    hand.app.session.stop_sync()
    hand.go("enterprises")
    hand.go("today")
    furnish_day(hand)
    yield "today"
    with hand.client.store.transaction():
        hand.client.store.run("UPDATE operations SET state = 'refused', code = 'inspection.kind_not_yours' WHERE n = 1")
    stand(hand)
    hand.app.session.revision += 1
    pump(4)
    yield "today-near"
    hand.screen.list.view.scroll_y = 0
    pump(4)
    yield "today-end"
    hand.go("enterprises")
    yield "enterprises-near"
    hand.screen.narrow("open_hazards")
    pump(4)
    yield "enterprises-filtered"
    hand.screen.narrow("open_hazards")
    hand.screen.search.text = "没有这一家"
    hand.screen.search.search()
    pump(4)
    yield "enterprises-none-found"
    hand.screen.search.text = ""
    hand.screen.search.search()
    hand.app.nav.push("enterprise", id="e9")
    pump(4)
    yield "enterprise"
    for place, name in ((0.6, "hazards"), (0.2, "history"), (0, "end")):
        hand.screen.body.scroll_y = place
        pump(4)
        yield f"enterprise-{name}"
    hand.app.nav.push("last_answers", enterprise="e9")
    pump(4)
    yield "last-answers"
    yield from _site(hand)


def _site(hand: Hand) -> Iterator[str]:
    hand.go("enterprises")
    hand.app.nav.push("site", called="")
    pump(4)
    yield "site-empty"
    hand.screen.save()
    pump(4)
    hand.screen.body.scroll_y = 0.5
    pump(4)
    yield "site-missing"
    hand.screen.fields["name"].text = "青榆海岳智能装备制造"
    hand.screen.fields["address"].text = "还乡河大道与云锦路交叉口向北 500 米，红色厂房"
    for field in hand.screen.fields.values():
        field.commit()
    hand.screen._choose("industries", "machinery")
    until(lambda: hand.screen.alike, "those alike")
    hand.screen.body.scroll_y = 1
    pump(4)
    yield "site-alike"
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "site-end"
    assert tr("site.alike", count=len(hand.screen.alike)) in hand.all_words()
