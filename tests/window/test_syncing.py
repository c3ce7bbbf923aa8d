"""The sync page and its chip: what is waiting, what is wrong with the one thing to do, photos one by one, by file, receipts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from kivy.uix.boxlayout import BoxLayout

from mobile.core import inspecting
from mobile.core.photos import prepare
from mobile.core.status import Stopped, Unsent, UpToDate, Waiting, Working
from mobile.ui.fonts import font_path
from mobile.ui.saying import say_shortly
from mobile.ui.screens.sync_chip import SyncChip
from tests.client import work
from tests.pictures import picture
from tests.window.conftest import Hand, pump, tap, until
from tests.window.test_day import begin


def with_photos(hand: Hand, folder: Path, count: int = 2) -> str:
    """An inspection with photos that only this phone has; the inspection's id."""
    hand.app.session.stop_sync()
    inspection = begin(hand)
    photos = hand.app.session.phone.photos(hand.app.session.device)
    for seed in range(count):
        (folder / f"{seed}.jpg").write_bytes(picture(seed, size=(800, 600)))
        made = prepare(folder / f"{seed}.jpg", photos, (), hand.client.ports.now(), font=font_path())
        taken = {"taken_at": made.taken_at, "position": None, "likeness": made.likeness}
        inspecting.attach_photo(hand.client, inspection, None, made.file, taken)
    return inspection


def sync_page(hand: Hand, status: Any) -> None:
    pump(3)  # the last words of the engine arrive with the next frame
    hand.app.session.status = status
    hand.app.nav.reset("sync")
    pump(6)


def said(hand: Hand) -> str:
    return " ".join(hand.all_words())


@pytest.mark.parametrize(
    ("status", "what", "button", "place"),
    [
        (Waiting(0, "unreachable", 1), "连不上服务器", "立即再试", "sync"), (Waiting(0, "not_the_server", 1), "先打开浏览器登录", "立即再试", "sync"),
        (Waiting(0, "disk_full", 1), "存储空间已满", "去清理空间", "storage"), (Stopped("revoked"), "已被停用", "用新的登记码继续", "enrol"),
        (Stopped("unknown_device"), "不认识这部手机", "用新的登记码继续", "enrol"), (Stopped("protocol"), "需要更新", "用文件交出", "by_file"),
        (Stopped("rewritten"), "与以前的回执不符", "告诉管理人员", "sync"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_one_thing_to_do(enrolled: Hand, tmp_path: Path, status: Any, what: str, button: str, place: str) -> None:
    hand = enrolled
    hand.platform.will("share")
    with_photos(hand, tmp_path, 1)
    sync_page(hand, status)
    assert what in said(hand) and "内容都保存在手机上" in said(hand)
    hand.press(button)
    pump(3)
    assert hand.place == place
    if button == "告诉管理人员":
        shared = next(asked for asked in hand.platform.asked if asked[0] == "share")
        assert "lin员" in shared[1].read_text("utf-8") and hand.client.identity.device in shared[1].read_text("utf-8")


def test_what_is_waiting_is_said_in_operations_megabytes_and_since_when(enrolled: Hand, tmp_path: Path) -> None:
    with_photos(enrolled, tmp_path)
    sync_page(enrolled, None)
    words = said(enrolled)
    assert "3 条操作、2 张照片，共 0." in words and "最早的一条在" in words and "刚刚" in words


def test_the_seconds_to_the_next_try_count_down_and_a_tap_tries_at_once(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = enrolled
    hand.app.session.stop_sync()
    now = hand.client.ports.now()
    sync_page(hand, Waiting(now + 40_000, "unreachable", 2))
    assert any(f"{left} 秒后自动再试" in said(hand) for left in (38, 39, 40))
    first = hand.screen.countdown.content
    until(lambda: hand.screen.countdown.content != first, "the next second", seconds=4)
    asked: list[bool] = []
    monkeypatch.setattr(hand.app.session, "sync_now", lambda **how: asked.append(True))
    hand.press("立即再试")
    assert asked == [True]


def test_each_photo_has_a_bar_that_moves_without_the_page_being_drawn_anew(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    with_photos(hand, tmp_path)
    sync_page(hand, None)
    lines = dict(hand.screen.photos)
    assert len(lines) == 2 and all(line.value == 0 and line.detail == "排队中" for line in lines.values())
    sha256 = next(iter(lines))
    with hand.client.store.transaction():
        hand.client.store.run("UPDATE photos SET sent = size / 2 WHERE sha256 = ?", (sha256,))
    hand.app.session.status = Working("photo", 1, 2, sha256)
    pump(6)
    assert hand.screen.photos[sha256] is lines[sha256], "the same bar"
    assert lines[sha256].value == pytest.approx(0.5, abs=0.01) and lines[sha256].detail == "49%" or lines[sha256].detail == "50%"


def test_with_wifi_only_photos_wait_and_go_when_the_person_says_so(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    hand.app.choose(wifi_only=True)
    hand.platform.change(metered=True)
    pump(3)
    with_photos(hand, tmp_path)
    hand.app.enter(hand.app.session.device)  # as after a restart
    until(lambda: not hand.client.unsent().operations, "the operations, by any network")
    until(lambda: getattr(hand.app.session.status, "held_back", 0) == 2, "the photos wait")
    assert hand.client.unsent().photos == 2
    hand.app.nav.reset("sync")
    pump(6)
    assert "2 张照片等 Wi-Fi" in said(hand)
    hand.press("现在用流量上传")
    until(lambda: not hand.client.unsent().photos, "the photos, although it costs")


def test_photos_that_waited_for_wifi_go_by_themselves_when_it_is_there(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    hand.app.choose(wifi_only=True)
    hand.platform.change(metered=True)
    with_photos(hand, tmp_path, 1)
    hand.app.enter(hand.app.session.device)
    until(lambda: getattr(hand.app.session.status, "held_back", 0) == 1, "the photo waits")
    hand.platform.change(metered=False)
    until(lambda: not hand.client.unsent().photos, "the photo")


def test_a_photo_that_cannot_be_sent_is_tried_again_by_its_button(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    with_photos(hand, tmp_path, 1)
    with hand.client.store.transaction():
        hand.client.store.run("UPDATE photos SET state = 'problem', code = 'photo.not_taken'")
    sync_page(hand, None)
    assert "服务器不接收这张照片" in said(hand) and "需处理" in said(hand)
    hand.press("再试一次")
    until(lambda: hand.client.store.one("SELECT state, code FROM photos") == ("waiting", ""), "back in the line", seconds=3)
    pump(6)
    assert not hand.client.needs_you()


def test_a_refused_operation_can_be_opened_and_put_away(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    inspection = with_photos(hand, tmp_path, 0)
    with hand.client.store.transaction():
        hand.client.store.run("UPDATE operations SET state = 'refused', code = 'inspection.kind_not_yours' WHERE n = 1")
    sync_page(hand, None)
    hand.press("打开看看")
    assert hand.place == "checklist" and hand.screen.id == inspection
    hand.app.nav.reset("sync")
    pump(6)
    hand.press("知道了")
    until(lambda: not hand.client.needs_you() and "没有需要处理的" in said(hand), "put away", seconds=3)


def test_everything_is_handed_in_by_a_file_that_is_saved_to_a_stick(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    with_photos(hand, tmp_path)
    hand.platform.abilities = frozenset({"save", "share"})
    sync_page(hand, Waiting(0, "unreachable", 1))
    tap(next(w for w in hand.screen.walk() if type(w).__name__ == "LinkRow" and w.text == "用文件交出"))
    assert hand.place == "by_file" and "3 条操作、2 张照片" in said(hand)
    hand.press("生成文件")
    until(lambda: "文件已生成：3 条操作、2 张照片" in said(hand), "the file")
    hand.press("保存到 U 盘或文件夹")
    (saved,) = hand.platform.saved.iterdir()
    assert saved.suffix == ".paicha" and saved.read_bytes() == hand.screen.written.path.read_bytes()
    assert any(str(saved) in words for words in hand.all_words())
    hand.press("用其他应用发送")
    assert hand.platform.asked[-1][:2] == ("share", hand.screen.written.path)
    assert hand.client.unsent().operations == 3, "until the ledger says so"


def test_where_all_is_sent_there_is_nothing_to_put_into_a_file(enrolled: Hand) -> None:
    until(lambda: not enrolled.client.unsent().operations, "all handed in")
    enrolled.app.nav.push("by_file")
    pump(5)
    assert "台账都已收到" in said(enrolled)


def test_a_receipt_for_each_inspection_handed_in(enrolled: Hand) -> None:
    hand = enrolled
    template = next(t for t in hand.client.templates() if t["id"] == "idle-sites")
    inspection = inspecting.start_inspection(hand.client, "e1", "assistance", template, why_no_position="室内")
    for item in template["items"]:
        inspecting.answer(hand.client, inspection, item["id"], "conform")
    client = hand.client
    work.end_and_sign(client, inspection)
    client.act("inspection.submit", inspection, {})
    hand.app.session.sync_now()
    until(lambda: not client.unsent().operations, "the inspection in the ledger")
    hand.app.nav.push("receipts")
    pump(6)
    (row,) = hand.screen.list.rows
    assert row.id == inspection and "第 " in row.subtitle and ("台账已收到", "ok") in row.badges


def test_when_all_went_well_last_is_known_after_a_restart(enrolled: Hand) -> None:
    hand = enrolled
    until(lambda: isinstance(hand.app.session.status, UpToDate), "the end of syncing")
    at = hand.client.store.meta("synced_at")
    assert at and abs(at - time.time() * 1000) < 60_000
    hand.app.session.stop_sync()
    hand.app.enter(hand.app.session.device)
    hand.app.session.stop_sync()
    sync_page(hand, None)
    assert "上次全部成功" in said(hand)


# -- the chip ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "unsent", "problems", "text", "tone"),
    [
        (None, 0, 0, "准备同步", "neutral"), (UpToDate(1), 0, 0, "已同步", "ok"), (UpToDate(1), 4, 0, "待传 4", "warn"),
        (Waiting(1, "unreachable"), 0, 0, "离线", "warn"), (Waiting(1, "unreachable"), 4, 0, "离线 · 待传 4", "warn"),
        (Working("push", 1, 4), 4, 0, "待传 4", "info"), (Stopped("revoked"), 4, 0, "已停止", "danger"), (UpToDate(1), 4, 2, "需处理 2", "danger"),
    ],
)  # fmt: skip
def test_the_chip_says_in_a_word_how_syncing_stands(status: Any, unsent: int, problems: int, text: str, tone: str) -> None:
    said_ = say_shortly(status, Unsent(unsent, None, 0, 0), problems)
    assert (said_.text, said_.tone) == (text, tone)


def test_the_chip_follows_what_is_done_and_leads_to_the_sync_page(enrolled: Hand) -> None:
    hand = enrolled
    hand.app.session.stop_sync()
    pump(3)
    hand.app.nav.push("help")
    chip = SyncChip(hand.app)
    bar = BoxLayout(size_hint_y=None, height=60)
    hand.screen.add_widget(bar)
    bar.add_widget(chip)
    hand.app.session.status = Waiting(0, "unreachable", 1)
    template = next(t for t in hand.client.templates() if t["id"] == "idle-sites")
    hand.app.session.do(lambda: inspecting.start_inspection(hand.client, "e1", "assistance", template, why_no_position="室内"))
    pump(3)
    assert chip.text == "离线 · 待传 1"
    tap(chip)
    assert hand.place == "sync"
    bar.remove_widget(chip)
    hand.app.session.status = UpToDate(1)
    assert chip.text == "离线 · 待传 1", "out of sight it does not listen"
