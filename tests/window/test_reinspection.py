"""Re-inspection, the report in passing and recordings, by taps."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from mobile.core import inspecting, reinspecting
from tests.pictures import picture
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.test_day import in_ledger
from tests.window.test_finding import chip, killed, pictures, told
from tests.worlds import NOWHERE, report_body

DAY = 86_400_000
DIGEST = "ab" * 32


def waiting_hazard(hand: Hand, id: str, **more: Any) -> None:
    """A hazard that the enterprise e1 reports as put right, with a photo from before and one from after."""
    now = int(time.time() * 1000)

    def act(by: str, kind: str, body: dict[str, Any]) -> None:
        _accepted(hand.world.act(by, kind, id, body, base=1_000_000))  # whoever acts has seen everything

    photo = {"size": 5, "media_type": "image/jpeg", "taken_at": now - DAY, "position": None, "likeness": None}
    act("zhou", "hazard.report", {**report_body(), "found_at": now - 2 * DAY, **more})
    act("zhou", "hazard.add_photo", {**photo, "photo": f"{id}-before", "sha256": f"{id[-1] * 2}" + "0" * 62, "phase": "before"})
    act("zhou", "hazard.submit", {})
    act("head", "hazard.confirm", {"level": "general", "responsible_section": "s1", "deadline": now + 5 * DAY})
    act("safety", "hazard.evidence", {**photo, "photo": f"{id}-after", "sha256": f"{id[-1] * 2}" + "1" * 62, "phase": "after", "of": f"{id}-before"})
    done = {"done_at": now - DAY, "text": "已拆除锁具，更换为推杆锁", "money_fen": 120_000, "permits_closed": True}
    act("safety", "hazard.rectify", done)


def _accepted(verdict: Any) -> None:
    assert verdict.verdict == "accepted", (verdict.code, verdict)


def walk(hand: Hand, *hazards: str) -> Any:
    """Before the walk at e1, with these hazards waiting."""
    for hazard in hazards:
        waiting_hazard(hand, hazard)
    hand.app.session.sync_now()
    until(lambda: all((hand.client.record(id) or {"state": ""})["state"] == "verify_pending" for id in hazards), "the hazards on the phone")
    hand.app.nav.push("reinspection", enterprise="e1")
    pump(5)
    return hand.screen


def open_first(hand: Hand) -> Any:
    tap(next(w for w in hand.screen.walk() if type(w).__name__ == "TapCard"))
    assert hand.screen.verdict is not None
    return hand.screen.verdict


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4 file."""
    return (len(content) + 8).to_bytes(4) + name + content


def sound(seconds: int) -> bytes:
    """An M4A as short as one can be."""
    made = (2_082_844_800 + int(time.time())).to_bytes(4)
    head = box(b"mvhd", b"\0" * 4 + made + made + (1000).to_bytes(4) + (seconds * 1000).to_bytes(4) + b"\0" * 80)
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + b"soun" + b"\0" * 12)))
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", head + track) + box(b"mdat", b"\0" * 64)


def colleague(hand: Hand) -> None:
    tap(chip(hand, "zhou员"))


def choose(verdict: Any, value: str) -> None:
    tap(next(c for c in verdict.choice.children if c.value == value))


def photographed(hand: Hand, verdict: Any, file: Path) -> None:
    verdict.picked(file)
    until(lambda: [photo.mark for photo in verdict.photos.photos] == [""], "the photo on site")


def test_what_was_put_right_passes_with_a_photo_two_people_and_a_position_or_reason(enrolled: Hand, tmp_path: Path) -> None:
    screen = walk(enrolled, "h1")
    verdict = open_first(enrolled)
    said = enrolled.all_words()
    assert "已拆除锁具，更换为推杆锁" in said and "1,200.00 元" in said, "what the enterprise reported"
    choose(verdict, "pass")
    enrolled.press("记录结论")
    assert told() == "请选另一名到场的检查人员"
    colleague(enrolled)
    write(screen.reason, "室内无信号")
    tap(chip(enrolled, "经现场核查，整改属实"))
    enrolled.press("记录结论")
    assert told() == "整改属实须有本次核查照片"
    photographed(enrolled, screen.verdict, pictures(tmp_path, 1)[0])
    enrolled.press("记录结论")
    hazard = enrolled.client.record("h1")
    assert hazard["verification"]["result"] == "pass" and hazard["verification"]["team"] == ["lin", "zhou"]
    assert [photo["phase"] for photo in hazard["photos"].values()].count("verify") == 1
    assert not reinspecting.verdict_on(enrolled.client, "h1").kept
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    kept: Any = in_ledger(enrolled, "h1")
    assert kept["verification"]["text"] == "经现场核查，整改属实" and not enrolled.client.needs_you()


def test_what_was_not_put_right_gets_a_new_deadline_and_goes_back(enrolled: Hand) -> None:
    screen = walk(enrolled, "h1")
    verdict = open_first(enrolled)
    colleague(enrolled)
    write(screen.reason, "室内无信号")
    choose(screen.verdict, "fail")
    tap(chip(enrolled, "隐患未整改"))
    tap(chip(enrolled, "7 天"))
    enrolled.press("记录结论")
    hazard = enrolled.client.record("h1")
    assert hazard["state"] == "rectifying" and hazard["failures"][0]["text"] == "隐患未整改" and verdict is not None
    assert 6 * DAY < hazard["deadline"] - time.time() * 1000 <= 8 * DAY
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    assert not enrolled.client.needs_you()


def test_a_walk_half_done_is_there_again_after_a_kill(enrolled: Hand, tmp_path: Path) -> None:
    walk(enrolled, "h1", "h2")
    verdict = open_first(enrolled)
    hazard = verdict.hazard["id"]
    colleague(enrolled)
    verdict = enrolled.screen.verdict
    choose(verdict, "fail")
    write(verdict.text, "锁具仍在")
    verdict.text.commit()
    photographed(enrolled, enrolled.screen.verdict, pictures(tmp_path, 1)[0])
    killed(enrolled)
    screen = enrolled.screen
    assert enrolled.place == "reinspection" and screen.verdict.hazard["id"] == hazard
    assert screen.verdict.choice.value == "fail" and screen.verdict.text.text == "锁具仍在" and len(screen.verdict.photos.photos) == 1
    assert screen.round.values["team"] == ["zhou"]


def test_a_hazard_that_others_dealt_with_meanwhile_is_told_and_the_notes_stay(enrolled: Hand) -> None:
    screen = walk(enrolled, "h1")
    verdict = open_first(enrolled)
    choose(verdict, "fail")
    enrolled.app.session.stop_sync()
    verify = {"result": "fail", "on_site_at": int(time.time() * 1000), "team": ["zhou", "head"], "text": "未整改", **NOWHERE}
    verify["new_deadline"] = int(time.time() * 1000) + 3 * DAY
    _accepted(enrolled.world.act("zhou", "hazard.verify", "h1", verify, base=1_000_000))
    enrolled.app.enter(enrolled.app.session.device)
    until(lambda: enrolled.client.record("h1")["state"] == "rectifying", "the news")
    until(lambda: any("已由他人办理" in line for line in enrolled.all_words()), "the notice")
    screen = enrolled.screen
    assert reinspecting.verdict_on(enrolled.client, "h1").kept["result"] == "fail"
    enrolled.press("收起")
    pump(5)
    assert not any("已由他人办理" in line for line in enrolled.all_words()) and screen.verdict is None


def test_a_report_in_passing_takes_three_taps_and_is_handed_in(enrolled: Hand, tmp_path: Path) -> None:
    enrolled.platform.will("camera", pictures(tmp_path, 1)[0], None)
    enrolled.app.nav.push("report")  # the first tap; the camera opens by itself
    pump(5)
    screen = enrolled.screen
    until(lambda: [photo.mark for photo in screen.photos.photos] == [""], "the photo")
    tap(chip(enrolled, "鲁川晟柏机械有限公司"))
    write(screen.fields["description"], "门口消防栓被圈占")
    enrolled.press("上报")
    (row,) = enrolled.client.rows("hazard")
    hazard = enrolled.client.record(row.id)
    assert hazard["state"] == "submitted" and hazard["enterprise"] == "e1" and len(hazard["photos"]) == 1
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    kept: Any = in_ledger(enrolled, row.id)
    assert kept["ledger_no"] and not enrolled.client.needs_you()


def test_a_place_that_is_not_on_the_list_is_proposed_with_the_report(enrolled: Hand, tmp_path: Path) -> None:
    enrolled.app.nav.push("report")
    pump(5)
    screen = enrolled.screen
    screen.picked(*pictures(tmp_path, 1))
    screen.search.text = "河边废品站"
    screen.search.search()
    pump(3)
    tap(chip(enrolled, "名单里没有，按“河边废品站”上报"))
    write(screen.fields["description"], "露天堆放油桶，无人看管")
    until(lambda: [photo.mark for photo in screen.photos.photos] == [""], "the photo")
    enrolled.press("上报")
    (row,) = enrolled.client.rows("hazard")
    site = enrolled.client.record(enrolled.client.record(row.id)["enterprise"])
    assert site["name"] == "河边废品站" and site["status"] == "proposed"
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    assert not enrolled.client.needs_you()


def test_a_report_half_made_waits_and_a_photo_or_a_reason_is_asked_for(enrolled: Hand) -> None:
    enrolled.app.nav.push("report", enterprise="e1")
    pump(5)
    write(enrolled.screen.fields["description"], "电线裸露")
    enrolled.press("上报")
    assert enrolled.screen.fields["no_photo_reason"].error and not enrolled.client.rows("hazard")
    killed(enrolled)
    assert enrolled.place == "report" and enrolled.screen.fields["description"].text == "电线裸露"


def test_a_recording_is_kept_listed_with_its_length_and_opened_by_the_system(enrolled: Hand, tmp_path: Path) -> None:
    (tmp_path / "talk.m4a").write_bytes(sound(seconds=3))
    template = next(t for t in enrolled.client.templates() if t["id"] == "idle-sites")
    inspection = inspecting.start_inspection(enrolled.client, "e1", "assistance", template, why_no_position="室内")
    enrolled.platform.will("audio", tmp_path / "talk.m4a")
    enrolled.platform.abilities |= {"share"}
    enrolled.app.nav.push("evidence", id=inspection)
    pump(3)
    enrolled.press("录音")
    enrolled.press("停止录音")
    until(lambda: enrolled.client.record(inspection)["photos"], "the recording in the inspection")
    pump(5)
    (row,) = enrolled.screen.list.rows
    assert row.title == "录音 0:03"
    enrolled.screen.open(row.id)
    asked = enrolled.platform.asked[-1]
    assert asked[0] == "share" and asked[2] == "audio/mp4"


def test_recordings_are_chosen_as_files_where_nothing_records(enrolled: Hand, tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_bytes(picture(1, size=(80, 60)))
    (tmp_path / "talk.m4a").write_bytes(b"not one")
    template = next(t for t in enrolled.client.templates() if t["id"] == "idle-sites")
    inspection = inspecting.start_inspection(enrolled.client, "e1", "assistance", template, why_no_position="室内")
    enrolled.app.nav.push("evidence", id=inspection)
    pump(3)
    enrolled.press("添加文件")
    assert [row.title for row in enrolled.screen.list.rows if row.title.startswith(("note", "talk"))] == ["talk.m4a"]
    enrolled.screen.open(tmp_path / "talk.m4a")
    enrolled.press("使用所选 1 个")
    until(lambda: [row.icon for row in enrolled.screen.list.rows] == ["alert-circle"], "what is wrong with it")
