"""A finding by taps: several photos in a row, killed in the middle, marked up with every tool, fixed at once, judged major by a criterion."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch

from mobile.core import darkroom, inspecting
from mobile.core.drafts import Draft
from mobile.core.photos import prepare
from mobile.device.platform import NO_CAMERA
from mobile.ui.kit import Chip, Snackbar
from mobile.ui.screens.shooting import room_of
from shared.strokes import SHAPES
from tests.pictures import picture
from tests.window.conftest import Hand, pump, tap, until, write

ITEM = "ID-02"
CRITERION = {
    "sort": "determination", "number": None, "sectors": ["machinery"], "document": "工贸企业重大事故隐患判定标准", "edition": "应急管理部令第10号",
    "clause": "第三条", "text": "未对承包单位、承租单位的安全生产工作统一协调、管理", "valid_from": "2020-01-01", "valid_to": None,
}  # fmt: skip


def at_finding(hand: Hand, item: str = ITEM) -> Any:
    """The screen of a new finding."""
    template = next(t for t in hand.client.templates() if t["id"] == "idle-sites")
    inspection = inspecting.start_inspection(hand.client, "e1", "assistance", template, why_no_position="室内")
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("finding", inspection=inspection, item=item)
    pump(5)
    return hand.screen


def pictures(folder: Path, count: int, size: tuple[int, int] = (800, 600)) -> list[Path]:
    files = [folder / f"IMG_{number:02}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(picture(number, size=size))
    return files


def ready(screen: Any, count: int) -> Any:
    return until(lambda: [photo.mark for photo in screen.photos.photos] == [""] * count, f"{count} prepared photos")


def drag(widget: Any, *points: tuple[float, float]) -> None:
    """A finger along points of a widget, given as shares of its width and height."""
    ways = [(widget.x + widget.width * x, widget.y + widget.height * y) for x, y in points]
    touch = UnitTestTouch(*widget.to_window(*ways[0]))
    touch.touch_down()
    for way in ways[1:]:
        touch.touch_move(*widget.to_window(*way))
        pump(1)
    touch.touch_up()
    pump(3)


def chip(hand: Hand, text: str) -> Any:
    return hand.find(text, "Chip")


def told() -> str:
    """What the notice at the bottom says."""
    return str(Snackbar.shown.text) if Snackbar.shown is not None else ""


def killed(hand: Hand) -> None:
    """Nothing of the window or the process is left; the app is opened again."""
    room_of(hand.app).stop()
    hand.app.nav.shown([])
    hand.app.nav._screens.clear()
    hand.app.enter(hand.app.session.device)
    pump(5)


def test_the_camera_opens_again_and_again_until_it_is_closed(enrolled: Hand, tmp_path: Path) -> None:
    screen, files = at_finding(enrolled), pictures(tmp_path, 3)
    enrolled.platform.will("camera", *files, None)
    tap(screen.photos._add)
    ready(screen, 3)
    assert [asked[0] for asked in enrolled.platform.asked].count("take_photo") == 4
    assert not enrolled.client.store.scratch("darkroom/camera"), "nothing is expected any more"


def test_a_camera_that_may_not_be_used_says_so_and_offers_files(enrolled: Hand) -> None:
    screen = at_finding(enrolled)
    enrolled.platform.will("camera", NO_CAMERA)
    tap(screen.photos._add)
    assert "相机权限" in told()
    tap(enrolled.find("从文件选", "SnackAction"))
    assert enrolled.place == "pick"


def test_several_files_are_chosen_at_once_where_there_is_no_camera(enrolled: Hand, tmp_path: Path) -> None:
    screen, files = at_finding(enrolled), pictures(tmp_path, 3)
    tap(screen.photos._add)
    for file in files:
        enrolled.screen.open(file)
    enrolled.screen.open(files[0])  # let go again
    enrolled.press("使用所选 2 个")
    assert enrolled.screen is screen
    ready(screen, 2)


def test_a_kill_while_photos_are_being_prepared_loses_none(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    key = screen.draft.key
    screen.picked(*pictures(tmp_path, 6, (2400, 1800)))
    until(lambda: Draft(enrolled.client.store, key).photos, "the first one")
    killed(enrolled)
    assert enrolled.place == "finding"
    ready(enrolled.screen, 6)


def test_photos_are_put_in_order_dropped_and_brought_back(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 3))
    ready(screen, 3)
    first, second, third = (photo.id for photo in screen.photos.photos)
    tap(screen.photos.tiles[0])
    assert enrolled.place == "photo"
    tap(enrolled.screen.bar.action("later"))
    assert [p["sha256"] for p in screen.draft.photos] == [second, first, third]
    tap(enrolled.screen.bar.action("drop"))
    assert enrolled.place == "finding" and len(screen.draft.photos) == 2
    tap(enrolled.find("撤销", "SnackAction"))
    assert [p["sha256"] for p in screen.draft.photos] == [second, first, third]


def test_a_swipe_goes_to_the_next_photo_and_two_taps_enlarge_it(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 2))
    ready(screen, 2)
    first, second = (photo.id for photo in screen.photos.photos)
    tap(screen.photos.tiles[0])
    view = enrolled.screen
    until(lambda: view.picture.texture, "the picture")
    view.picture.zoom_at(*view.picture.center, 3)
    left, _, width, _ = view.picture.frame
    assert width > view.picture.width and left <= view.picture.x
    drag(view.picture, (0.8, 0.5), (0.2, 0.5))
    assert enrolled.screen is view, "an enlarged picture is dragged, not swiped"
    view.picture.fit()
    drag(view.picture, (0.8, 0.5), (0.2, 0.5))
    assert enrolled.screen.photo == second
    drag(enrolled.screen.picture, (0.2, 0.5), (0.8, 0.5))
    assert enrolled.screen.photo == first


def test_every_tool_draws_undo_takes_back_and_the_marks_go_with_the_finding(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 1))
    ready(screen, 1)
    tap(screen.photos.tiles[0])
    enrolled.press("标注")
    up = enrolled.screen
    until(lambda: up.pad.texture, "the picture")
    for number, name in enumerate(("箭头", "方框", "圆圈", "画线", "遮挡")):
        tap(chip(enrolled, name))
        drag(up.pad, (0.3, 0.4 + number * 0.03), (0.5, 0.5), (0.6, 0.55))
    tap(chip(enrolled, "黄"))
    tap(chip(enrolled, "文字"))
    tap(up.pad)
    tap(chip(enrolled, "锁闭"))
    assert {stroke["shape"] for stroke in up.strokes} == set(SHAPES) and up.strokes[-1]["text"] == "锁闭" and up.strokes[-1]["colour"] == "yellow"
    tap(up.bar.action("undo"))
    assert len(up.strokes) == 5
    tap(up.bar.action("redo"))
    assert len(up.strokes) == 6
    killed(enrolled)
    up = enrolled.screen
    assert enrolled.place == "markup" and len(up.strokes) == 6, "marks are on disk before they are drawn"
    until(lambda: up.pad.texture, "the picture again")
    tap(chip(enrolled, "选择"))
    tap(up.pad)
    assert up.chosen >= 0
    tap(up.bar.action("delete"))
    assert len(up.strokes) == 5
    tap(up.bar.action("done"))
    enrolled.app.nav.back()
    pump(5)
    screen = enrolled.screen
    assert screen.photos.tiles[0].strokes, "the tile shows them"
    write(screen.fields["place_text"], "仓库")
    enrolled.press("保存隐患")
    (hazard,) = inspecting.hazards_of(enrolled.client, screen.inspection)
    assert [len(strokes) for strokes in hazard["strokes"].values()] == [5]
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    assert not enrolled.client.needs_you()


def test_marks_on_a_saved_photo_are_one_operation_when_one_leaves(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 1))
    ready(screen, 1)
    write(screen.fields["place_text"], "仓库")
    enrolled.press("保存隐患")
    (hazard,) = inspecting.hazards_of(enrolled.client, screen.inspection)
    enrolled.app.nav.push("markup", id=hazard["id"], photo=next(iter(hazard["photos"])))
    pump(3)
    up, (before, _) = enrolled.screen, enrolled.client.store.chain_end()
    until(lambda: up.pad.texture, "the picture")
    drag(up.pad, (0.3, 0.4), (0.6, 0.6))
    drag(up.pad, (0.2, 0.6), (0.5, 0.5))
    enrolled.app.nav.back()
    pump(3)
    after, _ = enrolled.client.store.chain_end()
    assert after == before + 1 and not enrolled.client.store.scratch(up.key)
    assert [len(strokes) for strokes in enrolled.client.record(hazard["id"])["strokes"].values()] == [2]


def test_a_photo_of_a_saved_finding_is_taken_off_only_when_asked_and_on_record(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 2))
    ready(screen, 2)
    write(screen.fields["place_text"], "仓库")
    enrolled.press("保存隐患")
    (hazard,) = inspecting.hazards_of(enrolled.client, screen.inspection)
    enrolled.app.nav.push("finding", id=hazard["id"])
    pump(3)
    enrolled.app.nav.push("photo", id=hazard["id"], photo=next(iter(hazard["photos"])))
    pump(3)
    tap(enrolled.screen.bar.action("remove"))
    assert len(enrolled.client.record(hazard["id"])["photos"]) == 2, "it asks first"
    enrolled.press("删除")
    assert len(enrolled.client.record(hazard["id"])["photos"]) == 1 and enrolled.place == "finding"
    until(lambda: not enrolled.client.unsent().operations, "everything handed in")
    assert not enrolled.client.needs_you()


def test_fixed_at_once_shows_the_photo_from_before_and_lays_the_one_after_over_it(enrolled: Hand, tmp_path: Path) -> None:
    screen, files = at_finding(enrolled), pictures(tmp_path, 3)
    screen.picked(files[0])
    ready(screen, 1)
    write(screen.fields["place_text"], "东门")
    tap(next(c for c in screen.form.choices["immediate"].children if c.value == "yes"))
    tap(chip(enrolled, "已现场清理，通道恢复畅通"))
    enrolled.press("保存隐患")
    assert screen.fields["fix_text"].error, "a fix without a photo from after is none"
    enrolled.platform.will("camera", files[1], files[2])
    tap(screen.form.after._add)
    assert enrolled.place == "after"
    enrolled.press("拍照")
    view = enrolled.screen
    until(lambda: view.compare.above and view.compare.below, "both pictures")
    drag(view.compare, (0.5, 0.5), (0.2, 0.5))
    assert view.compare.share == pytest.approx(0.2, abs=0.1)
    enrolled.press("重拍")
    until(lambda: any(p.get("of") for p in screen.draft.photos) and not room_of(enrolled.app).line(), "the one taken again")
    assert len(screen.draft.photos) == 2
    pump(5)
    enrolled.press("完成")
    enrolled.press("保存隐患")
    (hazard,) = inspecting.hazards_of(enrolled.client, screen.inspection)
    phases = {photo["phase"]: photo for photo in hazard["photos"].values()}
    assert hazard["immediate"] and hazard["fix_text"] and set(phases) == {"before", "after"}
    assert hazard["photos"][phases["after"]["of"]]["phase"] == "before", "the photo after says which one it answers"


def test_a_major_hazard_asks_for_its_criterion_which_travels_with_it(enrolled: Hand) -> None:
    assert enrolled.world.act("admin", "criterion.add", "k1", CRITERION).verdict == "accepted"
    enrolled.app.session.sync_now()
    until(lambda: enrolled.client.record("k1"), "the library")
    screen = at_finding(enrolled)
    assert screen.values["level_proposed"] == "major", "as the checklist says of this item"
    enrolled.press("选择判定标准")
    enrolled.screen.search.text = "cbdw"
    enrolled.screen.search.search()
    pump(3)
    (row,) = enrolled.screen.list.rows
    enrolled.screen.read(row.id)
    pump(3)
    enrolled.press("选用这一条")
    assert enrolled.screen is screen and "第三条" in screen.form.criterion.value
    tap(next(c for c in screen.form.choices["mass_casualty"].children if c.value == "yes"))
    write(screen.fields["place_text"], "二层")
    write(screen.fields["no_photo_reason"], "涉及隐私")
    enrolled.press("保存隐患")
    (hazard,) = inspecting.hazards_of(enrolled.client, screen.inspection)
    assert hazard["criterion"] == "k1" and hazard["mass_casualty"] is True


def test_a_ready_made_phrase_takes_the_place_of_the_proposal_and_joins_what_was_written(enrolled: Hand) -> None:
    screen = at_finding(enrolled)
    chips = [c for c in screen.form.words.walk() if isinstance(c, Chip)]
    phrases = [c for c in chips if "生产" in c.text or "危险" in c.text]
    tap(phrases[0])
    assert screen.fields["description"].text == phrases[0].text
    tap(phrases[1])
    assert screen.fields["description"].text == f"{phrases[0].text}；{phrases[1].text}"
    assert screen.draft.values["description"] == screen.fields["description"].text, "kept at once"


def test_the_same_thing_in_the_ledger_is_told_quietly(enrolled: Hand) -> None:
    first = at_finding(enrolled)
    write(first.fields["place_text"], "仓库")
    write(first.fields["no_photo_reason"], "涉及隐私")
    enrolled.press("保存隐患")
    at_finding(enrolled)
    assert any("台账里已有同一检查项的隐患" in line for line in enrolled.all_words())


def test_what_cannot_be_prepared_says_why_on_its_tile_and_may_be_given_up(enrolled: Hand, tmp_path: Path) -> None:
    screen = at_finding(enrolled)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    screen.picked(tmp_path / "broken.jpg")
    until(lambda: [photo.mark for photo in screen.photos.photos] == ["problem"], "the problem on its tile")
    tap(screen.photos.tiles[0])
    assert any("不是可用的照片" in getattr(root, "title", "") for root in Window.children)
    tap(enrolled.find("不要这张", "MenuItem"))
    assert not screen.photos.photos


def test_thirty_photos_in_a_row_are_prepared_beside_the_window_and_all_attached(enrolled: Hand, tmp_path: Path, monkeypatch: Any) -> None:
    """How long a frame takes meanwhile is the bench's to say."""
    enrolled.app.session.stop_sync()
    threads = []

    def noted(*arguments: Any, **more: Any) -> Any:
        threads.append(threading.current_thread())
        return prepare(*arguments, **more)

    monkeypatch.setattr(darkroom, "prepare", noted)
    screen = at_finding(enrolled)
    screen.picked(*pictures(tmp_path, 30, (1200, 900)))
    ready(screen, 30)
    assert len(threads) == 30 and threading.main_thread() not in threads

