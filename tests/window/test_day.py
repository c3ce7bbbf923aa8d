"""An inspector's way through the window, by taps: from the code to an inspection in the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.core.window import Window

from mobile.core import inspecting
from mobile.core.status import Unsent, Waiting
from mobile.ui.kit import PushButton
from mobile.ui.saying import say
from sync_server.store import ledgers as store
from tests.pictures import picture
from tests.window.conftest import Hand, pump, tap, until
from tests.window.finger import sign
from tests.worlds import LEDGER


def in_ledger(hand: Hand, id: str) -> Any:
    with hand.world.service.database.read() as link:
        return store.records(link, LEDGER, [id]).get(id)


def begin(hand: Hand) -> str:
    """Start an inspection of the enterprise e1 with the short checklist; its id."""
    hand.app.nav.push("enterprise", id="e1")
    pump(5)
    hand.press("开始检查")
    tap(hand.find("帮扶指导", "Chip"))
    sites = next(w for w in hand.screen.walk() if type(w).__name__ == "Tick" and "闲置" in w.text)
    if not sites.selected:
        tap(sites)
    hand.press("开始")
    assert hand.place == "checklist"
    return str(hand.screen.id)


def test_a_code_typed_in_makes_this_phone_one_of_the_ledgers(hand: Hand) -> None:
    assert hand.place == "enrol"
    code = hand.world.service.make_code(LEDGER, "lin", "admin")
    hand.screen.server.text, hand.screen.code.text = hand.url, f"{code[:5]}-{code[5:]}".lower()
    hand.press("登记")
    until(lambda: hand.place == "today", "the day after enrolling")
    hand.app.nav.reset("enterprises")
    until(lambda: hand.screen.list.rows, "the enterprises of one's area")
    hand.app.nav.reset("today")
    pump(3)
    assert "青榆街道" in hand.all_words()


def test_a_wrong_code_says_so_and_keeps_what_was_typed(hand: Hand) -> None:
    hand.screen.server.text, hand.screen.code.text = hand.url, "WRONG-22222"
    hand.press("登记")
    until(lambda: hand.screen.code.error, "the reason under the field")
    assert "登记码" in hand.screen.code.error and hand.screen.code.text == "WRONG-22222" and not hand.screen.button.disabled


def test_a_server_that_is_not_there_says_so(hand: Hand) -> None:
    hand.screen.server.text, hand.screen.code.text = "http://127.0.0.1:9", "AAAAA-22222"
    hand.press("登记")
    until(lambda: hand.screen.server.error or hand.screen.code.error, "the reason under the field")
    assert hand.place == "enrol"


def test_the_pin_is_chosen_twice_and_then_opens_the_phone(enrolled: Hand) -> None:
    app = enrolled.app
    app.ask_pin = True
    app.lock()
    pump(5)
    for typed in ("135790", "246801", "135790", "135790"):  # the second differs from the first: chosen again
        for digit in typed:
            enrolled.screen.pad.press(digit)
        pump(3)
    until(lambda: enrolled.place == "today", "the work")
    app.lock()
    pump(5)
    for digit in "000000":
        enrolled.screen.pad.press(digit)
    assert until(lambda: enrolled.screen.pad.error, "the reason") == "密码不对" and enrolled.place == "unlock"
    for digit in "135790":
        enrolled.screen.pad.press(digit)
    until(lambda: enrolled.place == "today", "the work")


def test_the_list_is_searched_by_name_and_by_initials(enrolled: Hand) -> None:
    enrolled.app.nav.reset("enterprises")
    until(lambda: enrolled.client.register.ready, "the register")
    search = enrolled.screen.search
    for typed in ("晟柏", "cbjx"):
        search.text = typed
        search.search()
        pump(3)
        assert [row.title for row in enrolled.screen.list.rows] == ["鲁川晟柏机械有限公司"], typed
    search.text = "没有这一家"
    search.search()
    pump(3)
    assert "没有找到" in enrolled.all_words()


def test_a_tap_is_an_operation_on_disk_before_its_tick_is_drawn(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    card = enrolled.screen.cards[0]
    before, _ = enrolled.client.store.chain_end()
    tap(next(choice for choice in card.input.children if choice.value == "conform"))
    after, _ = enrolled.client.store.chain_end()
    assert after == before + 1 and enrolled.client.record(inspection)["answers"][card.item["id"]] == "conform"
    assert card.input.value == "conform"


def test_a_whole_inspection_offline_reaches_the_ledger_when_the_network_is_back(enrolled: Hand, tmp_path: Path) -> None:
    app, client = enrolled.app, enrolled.client
    app.session.stop_sync()  # no network: the engine does not run
    inspection = begin(enrolled)
    items = enrolled.screen.items
    failing = enrolled.screen.cards[0].item
    tap(next(choice for choice in enrolled.screen.cards[0].input.children if choice.value == "not_conform"))
    enrolled.press("记录隐患")
    finding = enrolled.screen
    finding.fields["place_text"].text = "东门"
    (tmp_path / "IMG_1.jpg").write_bytes(picture(1, size=(800, 600)))
    finding.picked(tmp_path / "IMG_1.jpg")
    until(lambda: [photo.mark for photo in finding.photos.photos] == [""], "the prepared photo")
    enrolled.press("保存隐患")
    assert enrolled.place == "checklist"
    for item in items:
        if item["id"] != failing["id"]:
            inspecting.answer(client, inspection, item["id"], "conform")
    app.nav.push("finish", id=inspection)
    pump(5)
    enrolled.press("本人签名")
    sign(enrolled)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建国"
    sign(enrolled)
    enrolled.press("提交")
    enrolled.find("提交这次检查？")
    tap([w for w in enrolled_buttons() if w.text == "提交"][0])
    assert client.record(inspection)["state"] == "submitted" and client.unsent().photos == 2, "a photo, and the drawing that both signed with"
    assert in_ledger(enrolled, inspection) is None, "nothing has left the phone"
    app.enter(app.session.device)  # the app is started again, with a network
    until(lambda: not enrolled.client.unsent().operations and not enrolled.client.unsent().photos, "everything handed in")
    record, (hazard,) = in_ledger(enrolled, inspection), inspecting.hazards_of(enrolled.client, inspection)
    assert record is not None and record["state"] == "submitted"
    kept = in_ledger(enrolled, hazard["id"])
    assert kept is not None and kept["place_text"] == "东门" and kept["ledger_no"]


def enrolled_buttons() -> list[PushButton]:
    return [w for root in Window.children if type(root).__name__ == "ConfirmSheet" for w in root.walk() if isinstance(w, PushButton)]


def test_a_finding_half_typed_is_there_again_after_the_app_was_killed(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    item = enrolled.screen.cards[0].item["id"]
    enrolled.app.nav.push("finding", inspection=inspection, item=item)
    pump(3)
    enrolled.screen.fields["place_text"].text = "三楼走廊"
    enrolled.screen.fields["place_text"].commit()
    enrolled.app.enter(enrolled.app.session.device)
    pump(5)
    assert enrolled.place == "finding" and enrolled.screen.fields["place_text"].text == "三楼走廊"


def test_what_is_missing_is_said_before_handing_in(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    enrolled.app.nav.push("finish", id=inspection)
    pump(5)
    said = " ".join(enrolled.all_words())
    assert "未答" in said and "签名" in said
    enrolled.press("提交")
    assert enrolled.client.record(inspection)["state"] == "draft"


def test_the_sync_page_says_what_is_wrong_and_what_is_kept(enrolled: Hand) -> None:
    begin(enrolled)
    enrolled.app.session.stop_sync()
    pump(3)  # its last words arrive with the next frame
    enrolled.app.session.status = Waiting(0, "not_the_server", 1)
    enrolled.client.act("inspection.note", enrolled.screen.id, {"item": None, "about": "note", "text": "离线备注"})
    enrolled.app.nav.reset("sync")
    pump(5)
    said = " ".join(enrolled.all_words())
    assert "网络要求登录" in said and "保存在手机上" in said and "待上传" in said


def test_what_was_refused_waits_on_the_sync_page_in_plain_words(enrolled: Hand) -> None:
    inspection = begin(enrolled)
    until(lambda: not enrolled.client.unsent().operations, "the start handed in")
    enrolled.app.session.stop_sync()
    enrolled.world.act("admin", "device.revoke", enrolled.app.session.device, {"reason": "遗失"})
    inspecting.answer(enrolled.client, inspection, enrolled.screen.items[0]["id"], "conform")
    enrolled.app.enter(enrolled.app.session.device)
    until(lambda: enrolled.client.needs_you() or enrolled.app.session.problem == "revoked", "the revocation")
    enrolled.app.nav.reset("sync")
    pump(5)
    assert any("停用" in line for line in enrolled.all_words())


def test_a_sign_in_that_ran_out_asks_nothing_of_the_person() -> None:
    said = say(Waiting(0, "token", 1), Unsent(0, None, 0, 0))
    assert "自动继续" in said.text and "请重试" not in said.text
