"""The end of an inspection by taps: signatures with the finger, refusal, the order on site, the record sheet, reminders, handing in by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.core.window import Window

from mobile.core import handing_in, inspecting, ordering, signing
from mobile.core.beside import act_on_this_phone
from sync_server.blobs import LocalBlobs
from tests.documents.reading import pages
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.finger import NAME, draw, sign
from tests.window.test_day import in_ledger
from tests.window.tour import furnish
from tests.window.tour_finishing import STROKES, colleague_here, inspected
from tests.worlds import LEDGER


def at_the_end(hand: Hand, folder: Path, kind: str = "dept_routine") -> str:
    """The finish screen of an inspection with two findings; its id."""
    furnish(hand)
    inspection = inspected(hand, folder, kind)
    hand.app.nav.reset("inspections")
    hand.app.nav.push("finish", id=inspection)
    pump(8)
    return inspection


def confirm() -> None:
    sheet = next(w for w in Window.children if type(w).__name__ == "ConfirmSheet")
    tap(next(w for w in sheet.walk() if type(w).__name__ == "PushButton" and w.kind != "secondary"))
    pump(5)


def chip(hand: Hand, text: str) -> Any:
    return hand.find(text, "Chip")


# -- signing -----------------------------------------------------------------------------------------------------------------------------------


def test_the_inspector_and_the_unit_sign_with_the_finger_and_the_drawings_reach_the_server(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    enrolled.press("本人签名")
    assert any("堆放纸箱" in line for line in enrolled.all_words()), "what is signed is shown before it is signed"
    sign(enrolled)
    enrolled.press("单位签名")
    write(enrolled.screen.fields["name"], "王建国")
    write(enrolled.screen.fields["post"], "厂长")
    sign(enrolled)
    record = enrolled.client.record(inspection)
    assert record["signatures"]["unit"]["name"] == "王建国" and record["signatures"]["unit"]["post"] == "厂长"
    assert record["moments"]["end"] is not None, "the end is noted with the leader's signature"
    enrolled.app.session.sync_now()
    until(lambda: not enrolled.client.unsent().photos, "everything sent")
    blobs = LocalBlobs(tmp_path / "blobs")
    assert all(blobs.has(LEDGER, given["sha256"]) for given in record["signatures"].values())


def test_half_a_signature_and_its_name_are_there_again_after_the_app_was_killed(enrolled: Hand, tmp_path: Path) -> None:
    at_the_end(enrolled, tmp_path)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建"
    enrolled.screen.keep_drafts()
    draw(enrolled.screen.pad, NAME[:2])
    enrolled.app.enter(enrolled.app.session.device)
    pump(8)
    assert enrolled.place == "sign" and enrolled.screen.fields["name"].text == "王建" and len(enrolled.screen.pad.strokes) == 2
    enrolled.press("重写")
    assert enrolled.screen.pad.strokes == []


def test_a_slip_of_the_finger_signs_nothing(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    enrolled.press("本人签名")
    draw(enrolled.screen.pad, (((0.5, 0.5), (0.51, 0.5)),))
    enrolled.press("签好了")
    pump(10)
    assert enrolled.place == "sign" and not enrolled.client.record(inspection)["signatures"]


def test_a_refusal_has_its_reason_and_a_witness_who_signs(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    enrolled.press("拒绝签名")
    tap(chip(enrolled, "不认可检查结论"))
    draw(enrolled.screen.pad)
    enrolled.press("签好了")
    assert enrolled.place == "sign" and enrolled.screen.fields["witness"].error, "no witness, no refusal"
    enrolled.screen.fields["witness"].text = "网格员甲"
    sign(enrolled)
    refusal = enrolled.client.record(inspection)["refusal"]
    assert (refusal["reason"], refusal["witness"]) == ("不认可检查结论", "网格员甲") and refusal["sha256"]
    assert "拒签：不认可检查结论" in enrolled.all_words()


def test_a_colleague_signs_on_the_same_phone_with_their_own_pin_and_key(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    device = colleague_here(enrolled)
    enrolled.app.nav.push("sign", id=inspection, who="colleague", device=device)
    pump(5)
    draw(enrolled.screen.pad)
    enrolled.press("签好了")
    pad = Window.children[0].pad
    for digit in "000000":
        pad.press(digit)
    until(lambda: pad.error == "密码不对" and not pad.disabled, "that it is wrong")
    assert "zhou" not in enrolled.client.record(inspection)["signatures"]
    for digit in "135790":
        Window.dispatch("on_key_down", ord(digit), 0, digit, [])
    until(lambda: enrolled.place == "finish", "the colleague's signature")
    assert enrolled.client.record(inspection)["signatures"]["zhou"]["sha256"]
    enrolled.app.session.sync_now()
    until(lambda: (in_ledger(enrolled, inspection) or {"signatures": {}})["signatures"].get("zhou"), "it in the ledger, by the colleague's own hand")
    assert in_ledger(enrolled, inspection)["signatures"]["zhou"]["device"] == device


def test_a_change_after_signing_is_told_by_name(enrolled: Hand, tmp_path: Path) -> None:
    at_the_end(enrolled, tmp_path)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建国"
    sign(enrolled)
    assert not any("又有改动" in line for line in enrolled.all_words())
    tap(chip(enrolled, "限期整改"))
    pump(5)
    assert any("被检查单位签名后" in line for line in enrolled.all_words()) and "签名后内容有改动" in enrolled.all_words()


# -- how it ends -------------------------------------------------------------------------------------------------------------------------------


def test_the_conclusion_is_put_together_from_ready_made_sentences_and_is_an_operation_at_once(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    tap(chip(enrolled, "问题已告知"))
    tap(chip(enrolled, "限期整改"))
    tap(next(w for w in enrolled.screen.copy.children if w.value == "yes"))
    record = enrolled.client.record(inspection)
    assert record["conclusion"].startswith("发现的问题已当场告知") and record["conclusion"].endswith("依法处理。") and record["copy_given"] is True


def test_the_companion_has_a_name_a_post_and_a_telephone(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    write(enrolled.screen.fields["companion_name"], "刘经理")
    write(enrolled.screen.fields["companion_phone"], "000-00001234")
    tap(enrolled.screen.submit_button)
    assert enrolled.client.record(inspection)["companion"] == {"name": "刘经理", "post": None, "phone": "000-00001234"}


def test_reminders_are_shown_with_room_for_an_explanation_and_travel_with_the_inspection(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path, "assistance")
    until(lambda: enrolled.screen.reminders, "the reminders")
    pump(5)
    assert any("没有定位" in line for line in enrolled.all_words()) and any("审核人员也会看到" in line for line in enrolled.all_words())
    write(enrolled.screen.explanation, "地下车间没有信号")
    enrolled.press("本人签名")
    sign(enrolled)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建国"
    sign(enrolled)
    enrolled.press("提交")
    confirm()
    said = {one["word"]: one["figure"] for one in enrolled.client.record(inspection)["reminders"]}
    assert said["no_position"] == "地下车间无信号" and said["explained"] == "地下车间没有信号"
    enrolled.app.session.sync_now()
    until(lambda: (in_ledger(enrolled, inspection) or {}).get("reminders"), "the reminders in the ledger")


# -- by itself ---------------------------------------------------------------------------------------------------------------------------------


def test_what_waits_for_a_colleague_is_handed_in_by_itself_and_told_where_one_is_then(enrolled: Hand, tmp_path: Path) -> None:
    enrolled.platform.abilities = frozenset({"notify"})
    inspection = at_the_end(enrolled, tmp_path)
    device = colleague_here(enrolled)
    enrolled.press("本人签名")
    sign(enrolled)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建国"
    sign(enrolled)
    enrolled.press("同事签名到了自动提交")
    enrolled.app.nav.reset("inspections")
    pump(5)
    assert any("签名到了自动提交" in str(row.badges) for row in enrolled.screen.list.rows), "told in the list"
    enrolled.app.nav.push("finish", id=inspection)
    pump(5)
    assert handing_in.is_asked(enrolled.client, inspection) and any("等同事签名" in line for line in enrolled.all_words())
    enrolled.app.enter(enrolled.app.session.device)  # killed, and opened again
    pump(5)
    enrolled.app.nav.reset("enterprises")
    phone, client = enrolled.app.session.phone, enrolled.client
    file = signing.keep_drawing(STROKES, phone.photos(device))
    record = client.record(inspection)
    body = signing.signature(client, record, "inspector", "zhou员", file)
    act_on_this_phone(phone, client, device, inspection, inspecting.join_code(record), [("inspection.sign", body)], [file])
    enrolled.app.session.revision += 1  # as after every sync
    pump(3)
    assert client.record(inspection)["state"] == "submitted" and any("已自动提交" in line for line in enrolled.all_words())
    assert any("已自动提交" in " ".join(map(str, asked)) for asked in enrolled.platform.asked)
    until(lambda: (in_ledger(enrolled, inspection) or {"state": ""})["state"] == "submitted", "it in the ledger", 30)


def test_the_wish_can_be_taken_back(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    enrolled.press("本人签名")
    sign(enrolled)
    enrolled.press("单位签名")
    enrolled.screen.fields["name"].text = "王建国"
    sign(enrolled)
    enrolled.press("同事签名到了自动提交")
    pump(3)
    enrolled.press("不自动提交")
    assert not handing_in.is_asked(enrolled.client, inspection)


# -- the order ---------------------------------------------------------------------------------------------------------------------------------


def test_an_order_is_written_signed_and_served_and_its_number_comes_with_the_sync(enrolled: Hand, tmp_path: Path) -> None:
    enrolled.app.session.stop_sync()
    inspection = begin_offline(enrolled, tmp_path)
    tap(enrolled.find("责令限期整改指令书"))
    assert enrolled.place == "order"
    tap(next(w for w in enrolled.screen.walk() if type(w).__name__ == "Chip" and w.text == "3 天"))
    until_3 = min(ordering.draft_of(enrolled.client, inspection).until.values())
    assert until_3 == ordering.in_days(enrolled.client.ports.now(), 3)
    enrolled.screen.fields["received_by"].text = "王建国"
    enrolled.press("检查人员签名")
    sign(enrolled, "order")
    enrolled.press("签收人签名")
    sign(enrolled, "order")
    enrolled.press("送达")
    confirm()
    until(lambda: enrolled.place == "served_order" and enrolled.screen.document, "the order served")
    order = enrolled.client.record(enrolled.screen.id)
    assert ordering.number_of(enrolled.client, order) == "" and "还没有上传台账，没有文号" in enrolled.all_words()
    enrolled.app.enter(enrolled.app.session.device)
    until(lambda: ordering.number_of(enrolled.client, order), "the number")
    until(lambda: any("责改〔" in line for line in enrolled.all_words()), "the number on the paper")
    kept = in_ledger(enrolled, order["id"])
    assert kept["on_site"]["items"][0]["deadline"] == until_3 and kept["served"]["received_by"] == "王建国"


def begin_offline(hand: Hand, folder: Path) -> str:
    hand.app.enter(hand.app.session.device)
    until(lambda: hand.client.enterprises(), "the enterprises")
    furnish(hand)
    hand.app.session.stop_sync()
    inspection = inspected(hand, folder)
    hand.app.nav.reset("inspections")
    hand.app.nav.push("finish", id=inspection)
    pump(8)
    return inspection


def test_who_signed_an_order_signs_again_when_its_content_changes(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path)
    enrolled.app.nav.push("order", id=inspection)
    pump(5)
    enrolled.press("检查人员签名")
    sign(enrolled, "order")
    assert ordering.draft_of(enrolled.client, inspection).drawings
    pump(15)  # the page is drawn anew with the signature; then the finger comes
    tap(next(w for w in enrolled.screen.walk() if type(w).__name__ == "Chip" and w.text == "列入"))
    draft = ordering.draft_of(enrolled.client, inspection)
    assert not draft.drawings and len(draft.until) == 1
    enrolled.press("送达")
    assert enrolled.place == "order" and ordering.order_of(enrolled.client, enrolled.client.record(inspection)) is None


# -- papers ------------------------------------------------------------------------------------------------------------------------------------


def test_the_record_sheet_is_read_and_handed_on_as_a_pdf(enrolled: Hand, tmp_path: Path) -> None:
    at_the_end(enrolled, tmp_path)
    enrolled.platform.abilities = frozenset({"share", "save"})
    tap(enrolled.find("现场检查记录"))
    until(lambda: enrolled.screen.document, "the sheet")
    pump(5)
    said = " ".join(enrolled.all_words())
    assert "堆放纸箱" in said and "没有文号" in said and "证号：QYZF-lin" in said
    enrolled.press("发送 PDF")
    until(lambda: [asked for asked in enrolled.platform.asked if asked[0] == "share"], "the PDF handed on")
    file = Path(next(asked for asked in enrolled.platform.asked if asked[0] == "share")[1])
    assert file.suffix == ".pdf" and len(pages(file.read_bytes())) >= 2


def test_after_handing_in_the_page_has_the_receipt_and_after_a_return_its_reason(enrolled: Hand, tmp_path: Path) -> None:
    inspection = at_the_end(enrolled, tmp_path, "assistance")
    now = enrolled.client.ports.now()
    for role in ("inspector", "unit"):
        enrolled.client.act("inspection.sign", inspection, {"role": role, "name": "王建国", "signed_at": now})
    handing_in.hand_in(enrolled.client, inspection, [])
    enrolled.app.session.revision += 1
    enrolled.app.session.sync_now()
    until(lambda: "台账已全部收到" in enrolled.all_words(), "the receipt", 30)
    assert "台账序号" in enrolled.all_words()
    base = in_ledger(enrolled, inspection)["no"]
    assert enrolled.world.act("head", "inspection.return", inspection, {"reason": "缺少配电室照片"}, base).verdict == "accepted"
    enrolled.app.session.sync_now()
    until(lambda: any("退回补正：缺少配电室照片" in line for line in enrolled.all_words()), "the reason", 30)
    assert enrolled.screen.bottom.parent is not None

