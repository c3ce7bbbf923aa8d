"""A way past every screen of the window in its states: for measuring all of them, and for looking at them."""

from __future__ import annotations

import copy
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from mobile.core import inspecting, pin
from mobile.core.status import Stopped, Waiting, Working
from mobile.ui.kit import TextField, tell
from mobile.ui.strings import tr
from shared.templates import shipped
from tests.pictures import picture
from tests.window.conftest import Hand, pump, quiet, until

LONG_NAME = "鲁川青榆海岳智能装备制造（集团）股份有限公司第二分公司"
EVERY_ANSWER: dict[str, Any] = copy.deepcopy(next(t for t in shipped() if t["id"] == "idle-sites")) | {"id": "every-answer"}
_CHOICES = [
    ("完好", "Sound", False), ("有破损但不影响使用，已安排维修", "Damaged but usable, repair due", False), ("不能使用", "Out of order", True),
]  # fmt: skip
for _item, _more in zip(
    EVERY_ANSWER["items"],
    (
        {"severity": "major"}, {}, {"answer": "number", "fail_if": {"op": "gt", "value": 0}}, {"answer": "date"}, {"answer": "text"},
        {"answer": "choice", "choices": [{"zh": zh, "en": en, "fail": fails} for zh, en, fails in _CHOICES]}, {}, {"answer": "text"},
    ),
    strict=False,
):  # fmt: skip
    _item.update(_more)


def furnish(hand: Hand) -> None:
    """What the tour wants to see: a checklist with every kind of answer, an enterprise with a long name and a task there."""
    register = {"name": LONG_NAME, "address": "海岳区青榆街道云锦路与还乡河大道交叉口向北 500 米", "community": "c1", "lead_section": "s1"}
    more = {"industries": ["machinery"], "high_risk": True, "key": True}
    assert hand.world.act("admin", "template.publish", "template/every-answer/1", {"template": EVERY_ANSWER}).verdict == "accepted"
    assert hand.world.act("admin", "enterprise.register", "e9", register | more).verdict == "accepted"
    task = {"kind": "special", "enterprise": "e9", "purposes": [], "theme": "电气焊等危险作业专项", "origin": "plan", "leader": "lin"}
    more = {"members": ["zhou"], "due": int(time.time() * 1000) + 3 * 86_400_000, "note": "带好测厚仪和气体检测仪，先看除尘系统"}
    assert hand.world.act("office", "task.plan", "t9", task | more).verdict == "accepted"
    hand.app.session.sync_now()
    until(lambda: all(map(hand.client.record, ("e9", "template/every-answer/1", "t9"))), "the furniture")


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one place after another; yields its name when it can be seen."""
    yield from _entrance(hand)
    hand.app.session.stop_sync()
    yield from _lists(hand)
    inspection = yield from _checklist(hand)
    yield from _finding(hand, inspection, folder)
    yield from _finish(hand, inspection)
    yield from _sync(hand, inspection)
    yield from _over_a_screen(hand)


def _entrance(hand: Hand) -> Iterator[str]:
    app, device = hand.app, hand.app.session.device
    hand.go("enterprises", "enrol")
    hand.screen.server.error, hand.screen.code.error = tr("finding.missing"), tr("finding.missing")
    hand.screen._busy(tr("enrol.working"))
    pump(4)
    yield "enrol"
    hand.go("enterprises", "enrol", again=device)
    yield "enrol-again"
    pin.set_pin(hand.client.store, "135790", b"salt")
    app.lock()
    hand.screen.pad.clear(tr("pin.locked", until="2023-08-15 09:30:00"))
    pump(4)
    yield "unlock"
    app.unlocked()
    pump(4)


def _lists(hand: Hand) -> Iterator[str]:
    hand.go("inspections")
    yield "inspections-none"
    hand.go("enterprises")
    yield "enterprises"
    hand.screen.search.text = "没有这一家"
    hand.screen.search.search()
    pump(4)
    yield "enterprises-none-found"
    hand.screen.search.text = ""
    hand.go("enterprises", "enterprise", id="e9")
    yield "enterprise"
    hand.app.nav.push("start", enterprise="e9")
    hand.screen._choose_kind("dept_routine")
    pump(4)
    yield "start"
    hand.go("enterprises", "start", enterprise="e9", task="t9")
    yield "start-task"
    hand.screen._choose_kind("assistance")
    pump(4)
    yield "start-not-the-task"
    hand.go("me")
    yield "me"
    hand.app.nav.push("enrolments")
    pump(4)
    yield "enrolments"
    hand.go("me")


def _checklist(hand: Hand) -> Generator[str, None, str]:
    template = next(t for t in hand.client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(hand.client, "e9", "assistance", template, why_no_position="室内")
    hand.go("enterprises", "checklist", id=inspection)
    yield "checklist-empty"
    items = [item["id"] for item in template["items"]]
    for item, value in zip(items, ("conform", "not_conform", 3, "2023-08-15", "二层东侧安全出口堆放纸箱，门被锁闭。", 2), strict=False):
        inspecting.answer(hand.client, inspection, item, value)
    hand.app.session.revision += 1
    for field in (w for w in hand.screen.walk() if isinstance(w, TextField)):
        field.error = tr("checklist.number_wrong")
    pump(4)
    yield "checklist"
    hand.screen.body.scroll_y = 0.4
    pump(4)
    yield "checklist-middle"
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "checklist-end"
    return inspection


def _finding(hand: Hand, inspection: str, folder: Path) -> Iterator[str]:
    item = EVERY_ANSWER["items"][1]["id"]
    (folder / "现场照片 1.jpg").write_bytes(picture(3, size=(1200, 900)))
    hand.app.nav.push("finding", inspection=inspection, item=item)
    pump(4)
    hand.screen.save()
    pump(20)
    yield "finding-missing"
    quiet()
    hand.app.session.pictures = folder
    hand.screen.shoot("before")
    pump(4)
    hand.screen.open(folder / "现场照片 1.jpg")
    pump(4)
    yield "pick"
    hand.screen.take()
    until(lambda: [photo.mark for photo in hand.screen.photos.photos] == [""], "the prepared photo")
    hand.screen.fields["place_text"].text = "二层东侧安全出口"
    hand.screen.body.scroll_y = 1
    pump(4)
    yield "finding-new"
    hand.screen.save()
    pump(4)
    yield "checklist-with-finding"
    (hazard,) = inspecting.hazards_of(hand.client, inspection)
    hand.app.nav.push("finding", id=hazard["id"])
    pump(4)
    yield "finding"
    hand.app.nav.push("photo", id=hazard["id"], photo=next(iter(hazard["photos"])))
    pump(4)
    yield "photo"


def _finish(hand: Hand, inspection: str) -> Iterator[str]:
    hand.go("enterprises", "checklist", id=inspection)
    hand.app.nav.push("finish", id=inspection)
    pump(4)
    yield "finish-missing"
    now = hand.client.ports.now()
    refusal = {"reason": "对检查结论有异议，要求先由总公司法务确认", "witness": "王建国"}
    hand.client.act("inspection.sign", inspection, {"role": "inspector", "name": "林一", "signed_at": now})
    hand.client.act("inspection.refuse", inspection, refusal)
    for item in EVERY_ANSWER["items"]:
        record = hand.client.record(inspection)
        if item["id"] not in record["answers"] or item["answer"] in ("number", "choice"):
            inspecting.answer(hand.client, inspection, item["id"], "na")
    hand.app.session.revision += 1
    hand.screen.body.scroll_y = 1
    pump(4)
    yield "finish"
    hand.screen.submit()
    pump(4)
    yield "finish-asked"
    next(w for w in Window.children if type(w).__name__ == "ConfirmSheet").accept()
    pump(4)
    yield "inspections"
    quiet()
    hand.app.nav.push("checklist", id=inspection)
    pump(4)
    yield "checklist-submitted"
    hand.app.nav.push("finish", id=inspection)
    pump(4)
    yield "finish-submitted"
    hazard = inspecting.hazards_of(hand.client, inspection)[0]
    hand.app.nav.push("finding", id=hazard["id"])
    pump(4)
    yield "finding-submitted"
    hand.go("enterprises", "enterprise", id="e9")
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "enterprise-with-records"


def _sync(hand: Hand, inspection: str) -> Iterator[str]:
    store, session = hand.client.store, hand.app.session
    with store.transaction():
        store.run("UPDATE operations SET state = 'refused', code = 'inspection.kind_not_yours' WHERE n = 1")
        store.run("UPDATE operations SET state = 'conflict', code = 'conflict' WHERE n = 2")
        store.run("UPDATE photos SET state = 'problem', code = 'photo.damaged'")
    for name, status in (
        ("sync-offline", Waiting(0, "unreachable", 3)), ("sync-portal", Waiting(0, "not_the_server", 3)), ("sync-working", Working("photo", 1, 3)),
        ("sync-revoked", Stopped("revoked")), ("sync-rewritten", Stopped("rewritten")),
    ):  # fmt: skip
        session.status = status
        hand.go("sync")
        hand.screen.refresh()
        pump(4)
        yield name
    hand.screen.body.scroll_y = 0
    pump(4)
    yield "sync-problems"


def _over_a_screen(hand: Hand) -> Iterator[str]:
    hand.go("enterprises")
    tell(tr("finish.done"), tr("kit.undo"))
    pump(4)
    yield "snackbar"
    quiet()
