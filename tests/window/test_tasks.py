"""Tasks on the phone: they arrive by syncing, stand first by the day they are due, and a tap begins the inspection that completes them."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from kivy.core.window import Window

from mobile.core import inspecting
from mobile.ui.kit import PushButton
from sync_server.store import ledgers as store
from tests.window.conftest import Hand, pump, tap, until
from tests.window.finger import sign
from tests.worlds import DAY, LEDGER, confirm_body, photo_body, report_body


def plan(hand: Hand, id: str, days: float = 3, **more: Any) -> None:
    """The office plans an inspection by lin; the phone has heard of it when this returns."""
    due = int(time.time() * 1000 + days * DAY)
    body = {"kind": "assistance", "enterprise": "e1", "purposes": [], "origin": "plan", "due": due, "leader": "lin", "members": []} | more
    verdict = hand.world.act("office", "task.plan", id, body)
    assert verdict.verdict == "accepted", verdict.code
    hand.app.session.sync_now()
    until(lambda: hand.client.record(id), "the task on the phone")
    hand.app.session.revision += 1
    pump(5)


def in_ledger(hand: Hand, id: str) -> dict[str, Any]:
    with hand.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def shown(hand: Hand) -> list[str]:
    return [row.id for row in hand.screen.list.rows if not row.heading]


def test_tasks_stand_on_the_first_screen_the_next_due_first_and_only_ones_own(enrolled: Hand) -> None:
    hand = enrolled
    plan(hand, "t-later", 9)
    plan(hand, "t-sooner", 2, theme="动火专项")
    plan(hand, "t-zhou", 1, leader="zhou")  # of the same section: on this phone, too, but not this person's
    assert shown(hand) == ["task/t-sooner", "task/t-later"]
    heading, first = hand.screen.list.rows[:2]
    assert (heading.title, heading.meta) == ("我的任务", "2")
    assert first.title == "鲁川晟柏机械有限公司" and "动火专项" in first.subtitle


def test_an_overdue_task_is_marked(enrolled: Hand) -> None:
    hand = enrolled
    plan(hand, "t1", 1)
    now = hand.client.ports.now
    hand.client.ports = dataclasses.replace(hand.client.ports, now=lambda: now() + 4 * DAY)
    hand.screen.refresh()
    assert ("逾期 3 天", "danger") in hand.screen.list.rows[1].badges


def test_a_tap_begins_the_inspection_and_handing_it_in_completes_the_task(enrolled: Hand) -> None:
    hand = enrolled
    plan(hand, "t1", templates=["idle-sites"], purposes=["粉尘涉爆专项"], theme="木粉尘清扫")
    hand.screen.open("task/t1")
    pump(5)
    assert hand.place == "start" and any("任务" in words for words in hand.all_words())
    assert any(type(w).__name__ == "Tick" and w.selected and "闲置" in w.text for w in hand.screen.walk()), "the checklist that the task names"
    hand.press("开始")
    inspection = str(hand.screen.id)
    begun = hand.client.record(inspection)
    assert hand.place == "checklist" and begun["task"] == "t1"
    assert (begun["purposes"], begun["theme"]) == (["粉尘涉爆专项"], "木粉尘清扫"), "what the task is for stands on the inspection's record"
    assert hand.client.record("t1")["state"] == "started", "at once, before any network"
    hand.app.nav.reset("today")
    pump(3)
    hand.screen.open("task/t1")
    assert hand.place == "checklist" and hand.screen.id == inspection, "a second tap goes on with it"
    for item in hand.client.template_of(hand.client.record(inspection))["items"]:
        inspecting.answer(hand.client, inspection, item["id"], "conform")
    hand.app.nav.push("finish", id=inspection)
    pump(5)
    hand.press("本人签名")
    sign(hand)
    hand.press("单位签名")
    hand.screen.fields["name"].text = "王建国"
    sign(hand)
    hand.press("提交")
    hand.find("提交这次检查？")
    sheets = [root for root in Window.children if type(root).__name__ == "ConfirmSheet"]
    tap(next(w for root in sheets for w in root.walk() if isinstance(w, PushButton) and w.text == "提交"))
    hand.app.session.sync_now()
    until(lambda: in_ledger(hand, "t1")["state"] == "done", "the task done in the ledger")
    hand.app.nav.reset("today")
    pump(5)
    assert "task/t1" not in shown(hand)


def test_another_kind_is_another_inspection_and_says_so(enrolled: Hand) -> None:
    hand = enrolled
    plan(hand, "t1")
    hand.screen.open("task/t1")
    pump(5)
    hand.press("全部检查类型")
    tap(hand.find("审计式检查", "Chip"))
    assert any("不算完成任务" in words for words in hand.all_words())
    hand.press("开始")
    begun = hand.client.record(hand.screen.id)
    assert "task" not in begun and begun["purposes"] == ["专项行动"], "in words that an official record can carry"


def test_a_task_at_an_enterprise_of_another_section_can_be_carried_out(enrolled: Hand) -> None:
    hand = enrolled
    plan(hand, "t1", enterprise="e2")
    assert hand.client.record("e2") is None, "the enterprise itself is not on this phone"
    hand.screen.open("task/t1")
    pump(5)
    assert hand.screen.bar.subtitle == "鲁川禾岳商贸有限公司"
    hand.press("开始")
    inspection = hand.client.record(hand.screen.id)
    assert inspection["enterprise_name"] == "鲁川禾岳商贸有限公司"
    finding = report_body("e2", inspection=inspection["id"], found_at=hand.client.ports.now())
    hazard = hand.client.new_id()
    hand.client.act("hazard.report", hazard, finding)
    assert hand.client.record(hazard)["enterprise_name"] == "鲁川禾岳商贸有限公司"
    hand.app.session.sync_now()
    until(lambda: not hand.client.unsent().operations, "everything handed in")
    assert not hand.client.needs_you() and in_ledger(hand, inspection["id"])["section"] == "s2"


def test_what_is_to_be_looked_at_again_in_ones_section_stands_there_too(enrolled: Hand) -> None:
    hand = enrolled
    now = int(time.time() * 1000)
    device = hand.world.device("zhou")
    hand.world.clock.now = now
    device.clock = lambda: int(time.time() * 1000)
    device.tell("hazard.report", "h1", report_body(found_at=now - 1000, immediate=True, fix_text="已清理"))
    device.tell("hazard.add_photo", "h1", photo_body("p", taken_at=now, phase="after"))
    assert device.tell("hazard.submit", "h1", {}).verdict == "accepted"
    body = confirm_body(deadline=None, immediate=True)
    assert hand.world.act("head", "hazard.confirm", "h1", body, base=device.size).verdict == "accepted"
    hand.app.session.sync_now()
    until(lambda: hand.client.record("h1"), "the hazard on the phone")
    hand.screen.refresh()
    assert shown(hand) == ["finding/h1"] and hand.screen.list.rows[0].title == "待复查"
    hand.screen.open("finding/h1")
    assert hand.place == "finding"
