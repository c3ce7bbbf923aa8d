"""Past all states of beginning an inspection, filling it in, its team and the list of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from mobile.core import filling, inspecting, pin
from mobile.core.phone import Invitation
from mobile.device.platform import NO_POSITION
from tests.window.conftest import Hand, pump, quiet, tap, until
from tests.window.tour import EVERY_ANSWER
from tests.worlds import LEDGER

ITEMS = [item["id"] for item in EVERY_ANSWER["items"]]
MORE = "comprehensive-supervision"


def tour(hand: Hand, folder: Path) -> Iterator[str]:
    """Go to one state after another; yields its name when it can be seen."""
    hand.app.session.stop_sync()
    yield from _inspections_none(hand)
    yield from _start(hand)
    id = _inspection(hand, MORE)
    yield from _checklist(hand, id)
    yield from _overview(hand, id)
    yield from _team(hand, id)
    yield from _news(hand, id)
    yield from _list(hand)


def _down(hand: Hand, to: float = 0) -> None:
    hand.screen.body.scroll_y = to
    pump(4)


def _over() -> Any:
    return next(w for w in Window.children if hasattr(w, "dismiss"))


def _inspection(hand: Hand, *more: str, kind: str = "dept_routine") -> str:
    templates = {template["id"]: template for template in hand.client.templates()}
    others = [templates[id] for id in more]
    return inspecting.start_inspection(hand.client, "e9", kind, templates["every-answer"], more=others, why_no_position="室内")


def _inspections_none(hand: Hand) -> Iterator[str]:
    hand.go("inspections")
    yield "inspections-none"
    hand.app.nav.push("join")
    pump(5)
    hand.screen.code.text = "https://example.com"
    hand.screen.join()
    pump(4)
    yield "join-another-code"
    hand.screen.code.set_text("")


def _start(hand: Hand) -> Iterator[str]:
    hand.go("inspections", "start", enterprise="e9")
    yield "start-proposed"
    _down(hand)
    yield "start-proposed-end"
    hand.client.store.set_meta(skew=42 * 60_000)
    before = _inspection(hand)
    inspecting.answer(hand.client, before, ITEMS[0], "conform")
    hand.platform.will("locate", NO_POSITION)
    hand.go("inspections", "start", enterprise="e9")
    hand.screen._choose_kind("open_covert")
    hand.screen._set_theme("covert")
    hand.screen._unfold_kinds()
    hand.screen._choose("idle-sites")
    hand.screen._choose("every-answer")
    pump(5)
    yield "start-chosen"
    _down(hand, 0.35)
    yield "start-chosen-middle"
    _down(hand)
    yield "start-chosen-end"
    hand.client.store.set_meta(skew=0)
    hand.client.act("inspection.void", before, {"reason": "误操作"})


def _checklist(hand: Hand, id: str) -> Iterator[str]:
    client = hand.client
    hand.go("inspections", "checklist", id=id)
    yield "checklist-new"
    for item, value in zip(ITEMS[:5], ("conform", "not_conform", 3, "2023-08-15", "二层东侧安全出口堆放纸箱，门被锁闭。"), strict=True):
        inspecting.answer(client, id, item, value)
    client.act("inspection.note", id, {"item": ITEMS[0], "about": "note", "text": "业主承诺本周内补办手续，现场已张贴警示。"})
    hand.app.session.revision += 1
    pump(5)
    hand.screen.cards[0].unfold()
    hand.screen.cards[1].open_note()
    hand.screen.body.scroll_y = 1
    pump(4)
    yield "checklist-answered"
    _down(hand, 0.5)
    yield "checklist-answered-middle"
    _down(hand)
    yield "checklist-answered-end"
    hand.screen.turn(1)
    pump(4)
    yield "checklist-last-of-section"
    tap(hand.screen.rest.button)
    _down(hand)
    yield "checklist-rest-set"
    quiet()
    _down(hand)
    yield "checklist-rest-undo"
    hand.screen.turn(-1)
    pump(3)
    tap(hand.screen.cards[3].input)
    pump(4)
    yield "checklist-days"
    quiet()
    hand.app.nav.back()
    pump(4)
    yield "checklist-leave"
    quiet()


def _overview(hand: Hand, id: str) -> Iterator[str]:
    hand.go("inspections", "overview", id=id)
    yield "overview"
    hand.screen.show("failed")
    pump(4)
    yield "overview-failed"


def _team(hand: Hand, id: str) -> Iterator[str]:
    hand.go("inspections", "team", id=id)
    yield "team-alone"
    _down(hand)
    yield "team-code"
    code = hand.world.service.make_code(LEDGER, "zhou", "admin")
    other = hand.app.session.phone.enrol(Invitation(hand.url, code))
    pin.set_pin(other.store, "135790", b"salt")
    other.store.close()
    hand.go("inspections", "team", id=id)
    yield "team-colleague-here"
    tap(next(w for w in hand.screen.here.walk() if type(w).__name__ == "PushButton"))
    pump(4)
    yield "team-pin"
    for digit in "000000":
        _over().pad.press(digit)
    until(lambda: _over().pad.error and not _over().pad.disabled, "that it is wrong")
    yield "team-wrong-pin"
    quiet()


def _news(hand: Hand, id: str) -> Iterator[str]:
    shown = ("void", "submitted", "not_in_team", "no_role", "returned", "enterprise", "template")
    details = {"void": "企业已停业，检查未实际进行", "submitted": "周明", "returned": "签名不清晰或缺少签名", "enterprise": "closed", "template": "3"}
    hand.go("inspections", "checklist", id=id)
    for codes in (shown[:1], shown[1:2], shown[2:4], shown[4:]):
        hand.screen._show_news([(code, details.get(code, "")) for code in codes])
        pump(4)
        yield f"checklist-news-{codes[0]}"


def _list(hand: Hand) -> Iterator[str]:
    _inspection(hand, kind="assistance")
    signing = _inspection(hand, kind="assistance")
    for item in EVERY_ANSWER["items"]:
        inspecting.answer(hand.client, signing, item["id"], "na")
    hand.go("inspections")
    until(lambda: len(filling.mine(hand.client)) >= 3, "the list")
    yield "inspections-groups"
    hand.screen.search.text = "没有这一家"
    hand.screen.search.search()
    pump(4)
    yield "inspections-none-found"
    hand.screen.search.text = ""
