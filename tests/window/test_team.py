"""Two people: a colleague joins by the leader's code or by their PIN on the leader's phone; and one person goes on with another phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kivy.core.clipboard import Clipboard
from kivy.core.window import Window

from mobile.core import inspecting, pin
from mobile.core.beside import Together
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.status import Stopped, UpToDate
from mobile.device.desktop import desktop_ports
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.test_day import begin, in_ledger
from tests.window.tour import furnish
from tests.worlds import LEDGER


def other_phone(hand: Hand, folder: Path, person: str) -> Any:
    """A second phone, enrolled and synced, without a window."""
    code = hand.world.service.make_code(LEDGER, person, "admin")
    client = Phone(folder / f"other-{person}", desktop_ports).enrol(Invitation(hand.url, code))
    sync(client)
    return client


def sync(client: Any) -> None:
    engine = Engine(client)
    engine.wake()
    for _ in range(200):
        if isinstance(engine.step(), UpToDate | Stopped):
            return
    raise AssertionError("the other phone does not come to an end")


def begun(hand: Hand, kind: str = "dept_routine") -> str:
    template = next(t for t in hand.client.templates() if t["id"] == "idle-sites")
    id = inspecting.start_inspection(hand.client, "e1", kind, template, why_no_position="室内")
    hand.app.nav.push("checklist", id=id)
    pump(5)
    return id


def beside(hand: Hand, person: str = "zhou", digits: str = "246801") -> str:
    """A colleague's enrolment on the phone in hand, with a PIN and everything pulled; its device id."""
    code = hand.world.service.make_code(LEDGER, person, "admin")
    client = hand.app.session.phone.enrol(Invitation(hand.url, code))
    sync(client)
    if digits:
        pin.set_pin(client.store, digits, b"salt")
    client.store.close()
    return str(client.identity.device)


def test_the_leaders_code_as_text_leads_a_colleague_into_the_inspection_without_a_network(enrolled: Hand, tmp_path: Path) -> None:
    leader = other_phone(enrolled, tmp_path, "zhou")
    template = next(t for t in leader.templates() if t["id"] == "idle-sites")
    id = inspecting.start_inspection(leader, "e1", "dept_routine", template, why_no_position="室内")
    enrolled.app.session.stop_sync()
    enrolled.app.nav.reset("inspections")
    pump(5)
    enrolled.press("加入同事的检查")
    Clipboard.copy(inspecting.join_text(leader, leader.record(id)))
    enrolled.press("粘贴")
    enrolled.press("加入")
    assert enrolled.place == "checklist" and enrolled.screen.id == id
    tap(next(choice for choice in enrolled.screen.cards[0].input.children if choice.value == "conform"))
    record = enrolled.client.record(id)
    assert set(record["team"]) == {"lin"} and record["leader"] == "zhou" and len(record["answers"]) == 1, "the leader's start comes by syncing"
    enrolled.screen.on_action("team")
    pump(5)
    assert "zhou员" in enrolled.all_words() and "lin员" in enrolled.all_words()
    leader.store.close()


def test_a_scanned_code_needs_no_further_tap_and_a_wrong_one_says_which_is_right(enrolled: Hand, tmp_path: Path) -> None:
    leader = other_phone(enrolled, tmp_path, "zhou")
    template = next(t for t in leader.templates() if t["id"] == "idle-sites")
    id = inspecting.start_inspection(leader, "e1", "dept_routine", template, why_no_position="室内")
    enrolled.platform.will("scan", "https://example.com", inspecting.join_text(leader, leader.record(id)))
    enrolled.app.nav.reset("inspections")
    enrolled.app.nav.push("join")
    pump(5)
    enrolled.press("扫码")
    assert enrolled.place == "join" and "检查人员" in enrolled.screen.code.error
    enrolled.press("扫码")
    assert enrolled.place == "checklist" and enrolled.screen.id == id
    leader.store.close()


def test_a_picture_of_the_code_does_as_well(enrolled: Hand, tmp_path: Path) -> None:
    leader = other_phone(enrolled, tmp_path, "zhou")
    template = next(t for t in leader.templates() if t["id"] == "idle-sites")
    id = inspecting.start_inspection(leader, "e1", "dept_routine", template, why_no_position="室内")
    enrolled.platform.will("choose", [tmp_path / "code.png"])
    enrolled.platform.will("read_code", inspecting.join_text(leader, leader.record(id)))
    enrolled.app.nav.reset("inspections")
    enrolled.app.nav.push("join")
    pump(5)
    enrolled.press("从图片识别二维码")
    assert enrolled.place == "checklist" and enrolled.screen.id == id
    leader.store.close()


def test_the_code_on_the_leaders_screen_is_what_a_camera_reads_from_it(enrolled: Hand) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    from tests.window.looking import box, pixels

    id = begun(enrolled)
    enrolled.screen.on_action("team")
    pump(5)
    enrolled.screen.body.scroll_to(enrolled.screen.qr, animate=False)
    pump(4)
    x0, y0, x1, y1 = (int(v) for v in box(enrolled.screen.qr))
    shot = pixels().transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((x0, Window.height - y1, x1, Window.height - y0))
    read = zxingcpp.read_barcodes(shot)
    assert [found.text for found in read] == [inspecting.join_text(enrolled.client, enrolled.client.record(id))]


def test_a_colleague_on_the_same_phone_joins_by_their_own_pin_and_the_leader_stays_where_they_were(enrolled: Hand) -> None:
    device = beside(enrolled)
    id = begun(enrolled)
    enrolled.screen.on_action("team")
    pump(5)
    assert any("人员 1 名" in word for word in enrolled.all_words())
    tap(next(w for w in enrolled.screen.here.walk() if type(w).__name__ == "PushButton"))
    pad = Window.children[0].pad
    for digit in "000000":
        pad.press(digit)
    until(lambda: pad.error == "密码不对" and not pad.disabled, "that it is wrong")
    assert set(enrolled.client.record(id)["team"]) == {"lin"}
    for digit in "246801":
        pad.press(digit)
    until(lambda: "zhou" in enrolled.client.record(id)["team"], "the colleague in the team")
    pump(5)
    assert enrolled.place == "team" and enrolled.app.session.device != device and set(enrolled.client.record(id)["team"]) == {"lin", "zhou"}
    assert any("人员 2 名" in word for word in enrolled.all_words())
    enrolled.app.session.sync_now()
    until(lambda: (in_ledger(enrolled, id) or {"team": {}})["team"].keys() == {"lin", "zhou"}, "both in the ledger")
    until(lambda: not enrolled.client.lent(), "the ledger's own word of it")


def test_a_colleague_who_has_no_pin_yet_is_told_how_to_get_one(enrolled: Hand) -> None:
    beside(enrolled, digits="")
    enrolled.app.ask_pin = True
    id = begun(enrolled)
    enrolled.screen.on_action("team")
    pump(5)
    tap(next(w for w in enrolled.screen.here.walk() if type(w).__name__ == "PushButton"))
    assert set(enrolled.client.record(id)["team"]) == {"lin"} and any("还没有设置密码" in word for word in enrolled.all_words())
    enrolled.app.ask_pin = False


def test_a_colleagues_answer_comes_by_syncing_and_what_is_being_typed_stays(enrolled: Hand, tmp_path: Path) -> None:
    furnish(enrolled)
    template = next(t for t in enrolled.client.templates() if t["id"] == "every-answer")
    id = inspecting.start_inspection(enrolled.client, "e9", "dept_routine", template, why_no_position="室内")
    enrolled.app.nav.push("checklist", id=id)
    pump(5)
    other = other_phone(enrolled, tmp_path, "zhou")
    inspecting.join_inspection(other, *inspecting.read_join_text(other, inspecting.join_text(enrolled.client, enrolled.client.record(id))))
    text = enrolled.screen.cards[4]
    write(text.input, "东侧")
    inspecting.answer(other, id, text.item["id"], "同事写的")
    inspecting.answer(other, id, enrolled.screen.cards[0].item["id"], "conform")
    sync(other)
    enrolled.app.session.sync_now()
    until(lambda: enrolled.screen.cards[0].input.value == "conform", "the colleague's answer on its card")
    assert text.input.text == "东侧" and text.input.focus and "同事写的" in text.input.error
    assert "2 人，已签 0" in enrolled.screen.bar.subtitle
    text.input.input.focus = False
    pump(3)
    assert enrolled.client.record(id)["answers"][text.item["id"]] == "东侧"
    enrolled.app.session.sync_now()
    until(lambda: not enrolled.client.unsent().operations, "handed in")
    assert not enrolled.client.needs_you(), "it was seen before it was replaced: no conflict"
    other.store.close()


def test_two_answers_that_collide_are_told_with_their_item_and_in_words_and_one_tap_settles_them(enrolled: Hand, tmp_path: Path) -> None:
    id = begin(enrolled)
    item = enrolled.screen.cards[0].item
    until(lambda: not enrolled.client.unsent().operations, "the start handed in")
    other = other_phone(enrolled, tmp_path, "zhou")
    inspecting.join_inspection(other, *inspecting.read_join_text(other, inspecting.join_text(enrolled.client, enrolled.client.record(id))))
    enrolled.app.session.stop_sync()
    inspecting.answer(other, id, item["id"], "not_conform")
    inspecting.answer(enrolled.client, id, item["id"], "conform")
    sync(other)
    sync(enrolled.client)
    enrolled.app.nav.reset("sync")
    pump(5)
    said = enrolled.all_words()
    assert "您的：合格" in said and "现在有效的：不合格" in said and any(item["id"] in line and item["text"]["zh"] in line for line in said)
    assert sum("两份都已保存" in line for line in said) == 1, "said once"
    enrolled.press("改用我的")
    sync(enrolled.client)
    assert enrolled.client.record(id)["answers"][item["id"]] == "conform" and not enrolled.client.needs_you()
    other.store.close()


def test_an_inspection_of_two_on_one_phone_is_handed_in_offline_and_accepted_whole(enrolled: Hand) -> None:
    device = beside(enrolled)
    enrolled.app.session.stop_sync()
    id = begun(enrolled)
    client, phone = enrolled.client, enrolled.app.session.phone
    for item in enrolled.screen.items:
        inspecting.answer(client, id, item["id"], "na")
    now = client.ports.now()
    end = {"moment": "end", "at": now, "position": None, "reason": "室内"}
    signed = {"role": "inspector", "name": "林", "signed_at": now, "sha256": None}
    client.act_all([("inspection.moment", id, end), ("inspection.sign", id, signed), ("inspection.sign", id, {**signed, "role": "unit"})])
    inspecting.join_on_this_phone(phone, client, device, id, [("inspection.sign", {**signed, "name": "周"})])
    inspecting.submit(client, id)
    assert client.record(id)["state"] == "submitted" and in_ledger(enrolled, id) is None
    engine = Together(phone, client)
    for _ in range(100):
        if isinstance(engine.step(), UpToDate):
            break
    engine.close()
    record: Any = in_ledger(enrolled, id)
    assert record["state"] == "submitted" and record["signatures"]["zhou"]["device"] == device


def test_an_unfinished_inspection_is_gone_on_with_on_another_phone_of_the_same_person(enrolled: Hand, tmp_path: Path) -> None:
    first = other_phone(enrolled, tmp_path, "lin")
    template = next(t for t in first.templates() if t["id"] == "idle-sites")
    id = inspecting.start_inspection(first, "e1", "assistance", template, why_no_position="室内")
    items = [item["id"] for item in template["items"]]
    for item in items[:7]:
        inspecting.answer(first, id, item, "na")
    sync(first)
    inspecting.answer(first, id, items[7], "na")  # not sent yet: it follows later
    enrolled.app.session.sync_now()
    until(lambda: enrolled.client.record(id), "the draft on the second phone")
    enrolled.app.nav.reset("inspections")
    pump(5)
    assert [row.id for row in enrolled.screen.list.rows if not row.heading] == [id]
    enrolled.app.nav.push("checklist", id=id)
    pump(5)
    assert enrolled.screen.page == 1, "where it is to be gone on with"
    write(enrolled.screen.cards[2].note, "") if enrolled.screen.cards[2].note else None
    inspecting.answer(enrolled.client, id, items[8], "na")
    enrolled.app.session.sync_now()
    until(lambda: not enrolled.client.unsent().operations, "handed in from the second phone")
    sync(first)
    enrolled.app.session.sync_now()
    until(lambda: len(enrolled.client.record(id)["answers"]) == 9, "the rest from the first phone")
    assert first.record(id)["answers"] == enrolled.client.record(id)["answers"]
    first.store.close()
