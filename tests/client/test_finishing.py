"""The end of an inspection on the phone: signatures drawn with the finger, the order served on site, reminders, handing in, the papers as pages."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.core import fetch, handing_in, inspecting, ordering, sheet, signing
from mobile.core.beside import act_on_this_phone
from mobile.core.photos import prepare
from mobile.ui import fonts
from mobile.ui.charset import REGULAR, has_bold
from shared.errors import Refused
from shared.kinds.inspection import changed_after
from shared.papers.model import Signatures, texts
from shared.rules import Record
from tests.client import work
from tests.client.wiring import Device, World
from tests.documents.reading import pages
from tests.pictures import picture

NAME = [[[1000, 2000], [3000, 1200], [5000, 2600]], [[5200, 900], [5200, 3000]]]
WORDS = {"assistance": "帮扶指导", "dept_routine": "部门检查"}
DAY = 86_400_000


@pytest.fixture(scope="session")
def letters() -> sheet.Letters:
    fonts.build(say=lambda _: None)
    return sheet.Letters(fonts.font_path(), fonts.font_path("bold"), lambda c: c in REGULAR, has_bold)


def photos(device: Device) -> Path:
    return device.phone.photos(device.folder.name)


def known(device: Device, id: str) -> Record:
    record = device.client.record(id)
    assert record is not None
    return record


def drawn(device: Device, shift: int = 0) -> Any:
    return signing.keep_drawing([[[x + shift, y] for x, y in stroke] for stroke in NAME], photos(device))


def sign(device: Device, inspection: str, role: str, name: str, **more: Any) -> None:
    client, file = device.client, drawn(device, len(name))
    client.act("inspection.sign", inspection, signing.signature(client, known(device, inspection), role, name, file, **more), file)


def filled(device: Device, kind: str = "dept_routine", failed: int = 1) -> tuple[str, list[str]]:
    """An inspection with every answer and some findings, nobody has signed yet."""
    client = device.client
    inspection = work.start(client, kind=kind)
    for n, item in enumerate(client.template_of(known(device, inspection))["items"]):
        wrong = n < failed and item["answer"] == "conform"
        inspecting.answer(client, inspection, item["id"], "not_conform" if wrong else work.good_answer(item))
        if wrong:
            client.act("inspection.note", inspection, {"item": item["id"], "about": "no_photo", "text": "不便拍照"})
    return inspection, [work.report(client, inspection) for _ in range(failed)]


# -- signatures --------------------------------------------------------------------------------------------------------------------------------


def test_a_drawn_signature_is_a_small_picture_that_reaches_the_server_and_is_named_by_the_inspection(device: Device) -> None:
    inspection, _ = filled(device)
    sign(device, inspection, "unit", "王建国", post="厂长")
    given = known(device, inspection)["signatures"]["unit"]
    file = photos(device) / f"{given['sha256']}.png"
    assert file.stat().st_size < 12_000 and given["post"] == "厂长"
    with Image.open(file) as shown:
        assert shown.size == (signing.WIDTH, signing.HEIGHT) and shown.getpixel((0, 0)) == 255
    device.sync()
    assert device.world.blobs.has("qingyu", given["sha256"]) and device.world.record(inspection)["signatures"]["unit"]["sha256"] == given["sha256"]


def test_a_card_recorded_after_the_start_goes_with_the_signature(device: Device) -> None:
    for card in ("", "QYZF-9"):
        device.world.act("admin", "person.edit", "p1", {"changes": {"card_no": card}})
        device.sync()
        if not card:
            inspection, _ = filled(device)
    sign(device, inspection, "unit", "王建国")
    assert known(device, inspection)["team"]["p1"]["card_no"] == "", "the unit's signature says nothing of the inspector's"
    sign(device, inspection, "inspector", "林一")
    assert known(device, inspection)["team"]["p1"]["card_no"] == "QYZF-9"
    device.sync()
    assert device.world.record(inspection)["team"]["p1"]["card_no"] == "QYZF-9"


def test_the_same_drawing_looks_the_same_wherever_it_was_drawn_on_the_pad() -> None:
    moved = [[[x + 1500, y + 700] for x, y in stroke] for stroke in NAME]
    assert signing.picture_of(NAME).tobytes() == signing.picture_of(moved).tobytes()


@pytest.mark.parametrize("strokes", [[], [[[10, 10]]], [[[10, 10], [60, 40]]]])
def test_a_slip_of_the_finger_is_no_signature(strokes: signing.Strokes) -> None:
    with pytest.raises(Refused) as refused:
        signing.picture_of(strokes)
    assert refused.value.code == "sign.not_drawn"


def test_a_change_after_signing_is_known_on_the_phone(device: Device) -> None:
    inspection, _ = filled(device)
    sign(device, inspection, "unit", "王建国")
    record = known(device, inspection)
    assert not changed_after(record, record["signatures"]["unit"])
    device.client.act("inspection.conclude", inspection, {"conclusion": "责令改正", "order_text": None, "copy_given": True})
    record = known(device, inspection)
    assert changed_after(record, record["signatures"]["unit"])


# -- handing in --------------------------------------------------------------------------------------------------------------------------------


def test_what_waits_for_a_colleague_is_handed_in_as_soon_as_the_signature_has_come_even_after_a_restart(world: World) -> None:
    leader, colleague = world.device("p1"), world.device("p2")
    inspection, _ = filled(leader)
    sign(leader, inspection, "inspector", "林一")
    sign(leader, inspection, "unit", "王建国")
    leader.sync()
    record = known(leader, inspection)
    assert handing_in.waits_only_for_colleagues(leader.client, record)
    handing_in.ask_to_hand_in(leader.client, inspection, [{"word": "short", "figure": 3}])
    leader.sync()
    assert handing_in.carry_out(leader.client) == [] and handing_in.is_asked(leader.client, inspection)
    inspecting.join_inspection(colleague.client, inspection, inspecting.join_code(record))
    sign(colleague, inspection, "inspector", "王二")
    colleague.sync()
    leader.restart()
    leader.sync()
    (outcome,) = handing_in.carry_out(leader.client)
    assert (outcome.inspection, outcome.why) == (inspection, None) and handing_in.asked(leader.client) == []
    leader.sync()
    after = world.record(inspection)
    assert after["state"] == "submitted" and after["reminders"] == [{"word": "short", "figure": 3}] and after["moments"]["end"] is not None
    assert handing_in.carry_out(leader.client) == []


def test_a_colleague_on_the_same_phone_signs_and_the_wish_is_carried_out_at_once(world: World) -> None:
    leader = world.device("p1", "shared")
    other = Device(world, leader.phone, leader.phone.enrol(_invitation(world, "p2")))
    other.sync()
    inspection, _ = filled(leader)
    sign(leader, inspection, "inspector", "林一")
    sign(leader, inspection, "unit", "王建国")
    handing_in.ask_to_hand_in(leader.client, inspection, [])
    file = drawn(other, 7)
    record = known(leader, inspection)
    body = signing.signature(other.client, record, "inspector", "王二", file)
    act_on_this_phone(
        leader.phone, leader.client, other.client.identity.device, inspection, inspecting.join_code(record), [("inspection.sign", body)], [file]
    )
    assert [one.why for one in handing_in.carry_out(leader.client)] == [None]
    assert known(leader, inspection)["state"] == "submitted"


def _invitation(world: World, person: str) -> Any:
    from mobile.core.phone import Invitation
    from tests.client.wiring import SERVER

    return Invitation(SERVER, world.code(person))


def test_a_wish_that_something_else_stands_against_is_dropped_and_told(device: Device) -> None:
    inspection, _ = filled(device)
    sign(device, inspection, "inspector", "林一")
    sign(device, inspection, "unit", "王建国")
    handing_in.ask_to_hand_in(device.client, inspection, [])
    item = device.client.template_of(known(device, inspection))["items"][-1]["id"]
    device.client.act("inspection.retract", inspection, {"item": item, "photo": None})
    (outcome,) = handing_in.carry_out(device.client)
    assert outcome.why is not None and outcome.why.code == "inspection.incomplete" and not handing_in.is_asked(device.client, inspection)
    assert known(device, inspection)["state"] == "draft"


def test_reminders_know_the_photos_of_this_phone_by_their_bytes_and_by_likeness(device: Device, letters: sheet.Letters, tmp_path: Path) -> None:
    client, now = device.client, device.client.ports.now()
    source, again = tmp_path / "a.jpg", tmp_path / "b.jpg"
    scene = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    scene.paste((20, 90, 160), (100, 80, 420, 330))
    scene.paste((240, 240, 60), (500, 300, 760, 580))
    scene.save(source, "JPEG")
    scene.resize((640, 480)).save(again, "JPEG", quality=70)
    first, _ = filled(device)
    taken = prepare(source, photos(device), (), now, font=letters.regular)
    inspecting.attach_photo(client, first, None, taken.file, {"taken_at": now, "likeness": taken.likeness})
    second = work.start(client, "e2")
    assert "photo_alike" not in {one.word for one in handing_in.reminders_of(client, second)}
    copied = prepare(again, photos(device), ("x",), now, font=letters.regular)
    inspecting.attach_photo(client, second, None, copied.file, {"taken_at": now, "likeness": copied.likeness})
    said = {one.word: one.figure for one in handing_in.reminders_of(client, second)}
    assert said["photo_alike"] == 1 and "no_position" in said
    inspecting.attach_photo(client, second, None, taken.file, {"taken_at": now, "likeness": taken.likeness})
    assert {one.word: one.figure for one in handing_in.reminders_of(client, second)}["photo_used"] == 1


# -- the order ---------------------------------------------------------------------------------------------------------------------------------


def served(device: Device, inspection: str) -> dict[str, Any]:
    """An order about everything found."""
    client, chosen = device.client, ordering.can_be_ordered(device.client, inspection)
    until = ordering.in_days(client.ports.now(), 7)
    receiver, inspector = drawn(device, 11), drawn(device, 12)
    body = ordering.body_of(
        client, known(device, inspection), [(hazard, until) for hazard in chosen], ordering.text_for([until], chosen), "林一",
        {"received_by": "王建国", "received_post": "厂长", "signature": receiver.sha256, "inspector_signature": inspector.sha256},
    )  # fmt: skip
    order = known(device, ordering.serve(client, body, [receiver, inspector]))
    return order


def test_the_number_of_an_order_is_the_ledgers_and_comes_with_the_next_sync(device: Device) -> None:
    inspection, (hazard,) = filled(device)
    assert ordering.can_order(device.client, known(device, inspection))
    order = served(device, inspection)
    assert ordering.number_of(device.client, order) == "" and ordering.order_of(device.client, known(device, inspection)) is not None
    assert ordering.can_be_ordered(device.client, inspection) == []
    device.engine.wake()
    device.engine.step()  # handed in, and nothing pulled yet: the number is still nobody's guess
    assert ordering.number_of(device.client, order) == ""
    device.sync()
    assert ordering.number_of(device.client, order).endswith("〕1号")
    assert device.world.record(hazard)["documents"][order["id"]]["deadline"] == order["on_site"]["items"][0]["deadline"]


def test_a_wrong_order_is_withdrawn_on_site_and_another_one_served(device: Device) -> None:
    inspection, _ = filled(device)
    order = served(device, inspection)
    ordering.withdraw(device.client, order["id"], "期限写错")
    assert ordering.order_of(device.client, known(device, inspection)) is None and not ordering.stands(known(device, order["id"]))
    again = served(device, inspection)
    device.sync()
    assert ordering.number_of(device.client, again).endswith("〕2号")


# -- the papers --------------------------------------------------------------------------------------------------------------------------------


def test_the_record_sheet_says_what_the_console_prints_and_that_it_is_not_received_yet(device: Device, letters: sheet.Letters) -> None:
    inspection, _ = filled(device)
    sign(device, inspection, "unit", "王建国", post="厂长")
    document = sheet.record_of(device.client, inspection, letters, WORDS.__getitem__)
    said = "".join(texts(document))
    for wanted in ("晟柏机械厂", "证号：LC-p1", "消防通道堆放杂物", "王建国 厂长", "部门检查", sheet.NOT_SENT, "草稿 未编号"):
        assert wanted in said, wanted
    device.sync()
    assert sheet.NOT_NUMBERED in "".join(texts(sheet.record_of(device.client, inspection, letters, WORDS.__getitem__)))


def test_thirty_items_and_twelve_photos_are_a_pdf_within_seconds(device: Device, letters: sheet.Letters, tmp_path: Path) -> None:
    client, now = device.client, device.client.ports.now()
    inspection = inspecting.start_inspection(client, "e1", "dept_routine", work.template(client, "fire-crowded-place"), why_no_position="室内")
    for n in range(12):
        (tmp_path / "photo.jpg").write_bytes(picture(n, size=(1600, 1200)))
        taken = prepare(tmp_path / "photo.jpg", photos(device), ("x",), now, font=letters.regular)
        inspecting.attach_photo(client, inspection, None, taken.file, {"taken_at": now, "likeness": taken.likeness})
    told: list[tuple[int, int]] = []
    began = time.monotonic()
    document = sheet.record_of(client, inspection, letters, WORDS.__getitem__)
    sheet.as_pdf(document, letters, tmp_path / "sheet.pdf", lambda done, all: told.append((done, all)))
    assert time.monotonic() - began < 6
    data = (tmp_path / "sheet.pdf").read_bytes()
    assert told[-1][0] == told[-1][1] == len(pages(data)) and sum(page.pictures for page in pages(data)) == told[-1][1]
    assert len(data) < 4_000_000 and not (tmp_path / "sheet.pdf.tmp").exists()


def test_a_signature_given_on_another_phone_is_fetched_for_the_sheet(world: World, letters: sheet.Letters) -> None:
    leader, colleague = world.device("p1"), world.device("p2")
    inspection, _ = filled(leader)
    leader.sync()
    inspecting.join_inspection(colleague.client, inspection, inspecting.join_code(known(leader, inspection)))
    sign(colleague, inspection, "inspector", "王二")
    colleague.sync()
    leader.sync()
    given = known(leader, inspection)["signatures"]["p2"]
    assert fetch.want(leader.client, [given["sha256"]]) or sheet.drawing(leader.client, given["sha256"])
    leader.sync()
    assert sheet.drawing(leader.client, given["sha256"]) is not None
    document = sheet.record_of(leader.client, inspection, letters, WORDS.__getitem__)
    assert any(line.png for block in document.blocks if isinstance(block, Signatures) for line in block.lines)


def test_papers_that_were_handed_on_are_cleared_after_a_day(tmp_path: Path) -> None:
    for name, age in (("old.pdf", 2), ("new.pdf", 0)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age * 86_400,) * 2)
    sheet.clear(tmp_path, int(time.time() * 1000))
    assert [file.name for file in tmp_path.iterdir()] == ["new.pdf"]


def test_marks_are_drawn_on_the_photos_of_the_sheet(device: Device, letters: sheet.Letters, tmp_path: Path) -> None:
    client, now = device.client, device.client.ports.now()
    inspection, _ = filled(device)
    (tmp_path / "photo.jpg").write_bytes(picture(1, size=(800, 600)))
    taken = prepare(tmp_path / "photo.jpg", photos(device), (), now, font=letters.regular)
    photo = inspecting.attach_photo(client, inspection, None, taken.file, {"taken_at": now, "likeness": taken.likeness})

    def shown() -> bytes:
        document = sheet.record_of(client, inspection, letters, WORDS.__getitem__)
        jpeg: Any = next(p for block in document.blocks if hasattr(block, "pictures") for p in block.pictures).jpeg
        with Image.open(io.BytesIO(jpeg)) as file:
            return file.tobytes()

    before = shown()
    strokes = [{"shape": "box", "points": [[1000, 1000], [8000, 8000]], "colour": "red"}]
    client.act("inspection.mark_photo", inspection, {"photo": photo, "strokes": strokes})
    assert shown() != before
