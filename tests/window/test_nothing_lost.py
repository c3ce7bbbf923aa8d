"""No tap is lost, nothing typed is lost: not under a redraw, not when the app is killed, not with a forgotten PIN."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch

from mobile.core import inspecting, pin
from mobile.core.status import Stopped
from mobile.ui.kit import TextField
from mobile.ui.words import TEXTS
from shared.ledger import KINDS
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.killed import HALF_TYPED
from tests.window.test_day import begin, in_ledger
from tests.window.tour import furnish
from tests.worlds import LEDGER

HERE = Path(__file__).resolve().parents[2]


def test_the_app_killed_in_mid_checklist_comes_back_to_the_same_page_answers_and_half_typed_words(enrolled: Hand) -> None:
    furnish(enrolled)
    app, device = enrolled.app, enrolled.app.session.device
    app.on_stop()
    command = [sys.executable, "-m", "tests.window.killed", str(app.session.phone.folder)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        child.kill()
    left = json.loads(said)
    app.enter(device)
    pump(5)
    screen = enrolled.screen
    assert enrolled.place == "checklist" and screen.id == left["inspection"] and screen.page == 1
    assert enrolled.client.record(screen.id)["answers"] == left["answers"] and len(left["answers"]) == 2
    assert screen.cards[0].input.value == "conform"
    assert screen.cards[1].input.text == HALF_TYPED
    assert screen.body.scroll_y == pytest.approx(0.25, abs=0.05)
    tap(screen.next)  # leaving the field makes it an answer, once
    assert enrolled.client.record(screen.id)["answers"][screen.cards[1].item["id"]] == HALF_TYPED


def test_one_tap_on_a_button_counts_although_it_ends_typing_and_so_redraws_the_page(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    enrolled.app.nav.push("finish", id=inspection)
    pump(5)
    write(enrolled.screen.fields["companion_name"], "刘经理")
    enrolled.press("现在结束")
    record = enrolled.client.record(inspection)
    assert record["companion"]["name"] == "刘经理" and record["moments"]["end"] is not None


def test_syncing_redraws_nothing_under_a_finger(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolled.app.session.stop_sync()
    enrolled.app.nav.reset("sync")
    pump(5)
    asked: list[bool] = []
    monkeypatch.setattr(enrolled.app.session, "sync_now", lambda: asked.append(True))
    button = enrolled.find("立即同步", "PushButton")
    touch = UnitTestTouch(*button.to_window(*button.center))
    touch.touch_down()
    template = next(t for t in enrolled.client.templates() if t["id"] == "idle-sites")
    inspecting.start_inspection(enrolled.client, "e1", "assistance", template, why_no_position="室内")  # there is something new to show
    enrolled.app.session.revision += 1
    pump(3)
    touch.touch_up()
    pump(3)
    assert asked and enrolled.find("立即同步", "PushButton") is not button, "redrawn, but only afterwards"


def test_a_signer_half_typed_is_there_again_after_the_app_was_killed(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    enrolled.app.nav.push("finish", id=inspection)
    pump(5)
    enrolled.press("拒绝签名")
    write(enrolled.screen.fields["reason"], "负责人不在")
    enrolled.screen.keep_drafts()  # as at every pause of typing
    enrolled.app.nav.shown([])
    enrolled.app.nav._screens.clear()  # nothing of the window is left
    enrolled.app.enter(enrolled.app.session.device)
    pump(5)
    assert enrolled.place == "sign" and enrolled.screen.who == "refuse" and enrolled.screen.fields["reason"].text == "负责人不在"


def test_a_forgotten_pin_is_reset_by_a_new_code_and_unsent_work_is_handed_in(enrolled: Hand) -> None:
    app, device = enrolled.app, enrolled.app.session.device
    inspection = begin(enrolled)
    app.session.stop_sync()
    inspecting.answer(enrolled.client, inspection, enrolled.screen.items[0]["id"], "conform")
    pin.set_pin(enrolled.client.store, "135790", b"salt")
    app.lock()
    pump(5)
    enrolled.press("忘记密码")
    write(enrolled.screen.code, enrolled.world.service.make_code(LEDGER, "lin", "admin"))
    enrolled.press("登记")
    until(lambda: enrolled.place == "checklist", "the work, where it was")
    assert app.session.device == device and not pin.is_set(enrolled.client.store)
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    record: Any = in_ledger(enrolled, inspection)
    assert record is not None and len(record["answers"]) == 1


def test_a_code_of_somebody_else_opens_no_forgotten_pin(enrolled: Hand) -> None:
    pin.set_pin(enrolled.client.store, "135790", b"salt")
    enrolled.app.lock()
    pump(5)
    enrolled.press("忘记密码")
    write(enrolled.screen.code, enrolled.world.service.make_code(LEDGER, "zhou", "admin"))
    enrolled.press("登记")
    until(lambda: enrolled.screen.code.error, "the reason under the field")
    assert pin.is_set(enrolled.client.store)
    enrolled.app.nav.back()
    pump(3)
    assert enrolled.place == "unlock"


def test_a_revoked_phone_is_offered_a_new_code(enrolled: Hand) -> None:
    enrolled.app.session.stop_sync()
    pump(3)
    enrolled.app.session.status = Stopped("revoked")
    enrolled.app.nav.reset("sync")
    pump(5)
    enrolled.press("用新的登记码继续")
    assert enrolled.place == "enrol" and enrolled.screen.again == enrolled.app.session.device


def test_what_is_missing_leads_to_its_page(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    for item in enrolled.screen.items[:7]:
        inspecting.answer(enrolled.client, inspection, item["id"], "conform")
    enrolled.app.nav.push("finish", id=inspection)
    pump(5)
    enrolled.press("去填写")
    assert enrolled.place == "checklist" and enrolled.screen.page == 1


def test_an_item_of_any_kind_may_not_apply(enrolled: Hand) -> None:
    furnish(enrolled)
    template = next(t for t in enrolled.client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(enrolled.client, "e9", "assistance", template, why_no_position="室内")
    enrolled.app.nav.push("checklist", id=inspection)
    pump(5)
    for card in enrolled.screen.cards:
        if isinstance(card.input, TextField):
            tap(card.na)
            assert enrolled.client.record(inspection)["answers"][card.item["id"]] == "na" and card.na.selected and card.input.text == ""


def test_chinese_typed_into_a_field_begins_no_line_with_a_closing_mark(enrolled: Hand) -> None:
    field = TextField(multiline=True, size_hint_x=None, width=200)
    Window.add_widget(field)
    pump(3)
    for count in range(8, 16):
        field.text = "门" * count + "。" + "墙" * count + "，锁闭"
        pump(2)
        assert "".join(field.input._lines) == field.text
        assert not any(line[:1] in "。，" for line in field.input._lines), field.input._lines
    Window.remove_widget(field)


def test_every_operation_of_the_window_has_a_name_for_the_list_of_problems() -> None:
    source = "".join(path.read_text("utf-8") for folder in ("core", "ui") for path in (HERE / "mobile" / folder).rglob("*.py"))
    made = set(re.findall(r'"((?:inspection|hazard|conflict)\.[a-z_]+)"', source)) & {kind for kind, _ in KINDS}
    assert len(made) > 10 and not [kind for kind in made if f"op.{kind}" not in TEXTS]
