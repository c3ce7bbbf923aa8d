"""What the bridge decides on a phone: permissions, the camera and the death of the process, places, files, signs of work."""

from __future__ import annotations

import inspect
import threading
from pathlib import Path

import pytest

from mobile.core.darkroom import Darkroom, Shot
from mobile.device.android import platform as android
from mobile.device.android.platform import AndroidPlatform
from mobile.device.platform import NO_CAMERA, NO_CODE, NO_MICROPHONE, NO_POSITION, POSITION_REFUSED, Platform
from tests.android.conftest import Bench, Outcome
from tests.android.fake_java import CANCELLED, OK, Intent, JavaException
from tests.client.wiring import Device

PICTURE = b"\xff\xd8 a picture"


def shoot(bench: Bench, camera: Path) -> Outcome:
    return bench.outcome(lambda done, failed: bench.platform.take_photo(camera, done, failed))


def the_row(bench: Bench) -> str:
    return str(bench.phone.calls("Asking.photo")[-1][0])


def test_it_has_everything_that_the_window_may_ask() -> None:
    asked = {name: value for name, value in vars(Platform).items() if inspect.isfunction(value) and not name.startswith("_")}
    assert asked, "the contract was read"
    for name, function in asked.items():
        assert list(inspect.signature(getattr(AndroidPlatform, name)).parameters) == list(inspect.signature(function).parameters), name


# -- photos ----------------------------------------------------------------------------------------------------------------------------------


def test_a_photo_comes_into_its_folder_and_leaves_the_gallery(bench: Bench, tmp_path: Path) -> None:
    outcome = shoot(bench, tmp_path / "camera")
    bench.window.run()
    bench.phone.rows[the_row(bench)] = PICTURE
    bench.phone.answer(android.PHOTO, OK)
    (file,) = bench.window.until(outcome).done
    assert file.parent == tmp_path / "camera" and file.read_bytes() == PICTURE and file.suffix == ".jpg"
    assert not bench.phone.rows and not (bench.folder / "camera.json").exists()


def test_the_shot_is_on_disk_before_the_camera_opens(bench: Bench, tmp_path: Path) -> None:
    bench.phone.granted = {"CAMERA"}
    noted = []
    bench.phone.before_camera = lambda: noted.append((bench.folder / "camera.json").exists())
    shoot(bench, tmp_path)
    assert noted == [True]


def test_a_photo_taken_while_the_app_was_killed_is_there_at_the_next_start(bench: Bench, tmp_path: Path) -> None:
    shoot(bench, tmp_path / "camera")
    bench.window.run()
    row = the_row(bench)
    bench.phone.killed()
    bench.phone.rows[row] = PICTURE
    bench.phone.answer(android.PHOTO, OK)
    bench.again()
    (file,) = (tmp_path / "camera").iterdir()
    assert file.read_bytes() == PICTURE and not bench.phone.rows
    bench.again()
    assert [file] == list((tmp_path / "camera").iterdir()), "and only once"


def test_killed_while_the_photo_was_being_copied_it_is_copied_again_whole(bench: Bench, tmp_path: Path) -> None:
    shoot(bench, tmp_path / "camera")
    bench.window.run()
    bench.phone.rows[the_row(bench)] = PICTURE
    (tmp_path / "camera").mkdir()
    (tmp_path / "camera" / "half.jpg.part").write_bytes(PICTURE[:3])
    bench.again()
    (file,) = (tmp_path / "camera").glob("*.jpg")
    assert file.read_bytes() == PICTURE


def test_killed_between_the_copy_and_the_deletion_nothing_is_doubled_and_nothing_left(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException): ...

    def die(_self: object, _address: str) -> bool:
        raise Killed

    shoot(bench, tmp_path / "camera")
    bench.window.run()
    bench.phone.rows[the_row(bench)] = PICTURE
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(type(bench.phone), "Media_delete", die)
        bench.again()
    bench.again()
    (file,) = (tmp_path / "camera").iterdir()
    assert file.read_bytes() == PICTURE and not bench.phone.rows and not (bench.folder / "camera.json").exists()


def test_killed_and_no_photo_taken_nothing_is_left(bench: Bench, tmp_path: Path) -> None:
    shoot(bench, tmp_path / "camera")
    bench.window.run()
    bench.again()
    assert not bench.phone.rows and not (bench.folder / "camera.json").exists() and not list((tmp_path / "camera").glob("*"))


def test_the_darkroom_finds_the_photo_that_came_while_the_app_was_dead(bench: Bench, device: Device, tmp_path: Path) -> None:
    room = Darkroom(device.client, tmp_path / "photos", lambda: tmp_path / "no font", lambda: None)
    camera = room.expect(Shot(id="", to="draft", source="", at=1))
    shoot(bench, camera)
    bench.window.run()
    bench.phone.rows[the_row(bench)] = PICTURE
    bench.again()
    room.find_lost()
    (shot,) = room.line("draft")
    assert Path(shot.source).read_bytes() == PICTURE


def test_a_cancelled_photo_is_no_failure_and_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    outcome = shoot(bench, tmp_path)
    bench.window.run()
    bench.phone.answer(android.PHOTO, CANCELLED)
    assert bench.window.until(outcome).failed == [None] and not bench.phone.rows


def test_a_camera_that_says_cancelled_and_has_written_a_picture_is_believed_the_picture(bench: Bench, tmp_path: Path) -> None:
    outcome = shoot(bench, tmp_path)
    bench.window.run()
    bench.phone.rows[the_row(bench)] = PICTURE
    bench.phone.answer(android.PHOTO, CANCELLED)
    assert bench.window.until(outcome).done and not bench.phone.rows


def test_a_camera_that_hands_over_nothing_is_told(bench: Bench, tmp_path: Path) -> None:
    outcome = shoot(bench, tmp_path)
    bench.window.run()
    bench.phone.answer(android.PHOTO, OK)
    assert bench.window.until(outcome).failed == [android.NO_PICTURE] and not bench.phone.rows


def test_no_camera_app_and_no_room_are_told_and_leave_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.phone.granted, bench.phone.apps = {"CAMERA"}, set()
    assert shoot(bench, tmp_path).failed == [android.NO_CAMERA_APP]
    assert not bench.phone.rows and not (bench.folder / "camera.json").exists()
    bench.phone.full = True
    assert shoot(bench, tmp_path).failed == [android.NO_ROW]


def test_a_second_tap_opens_no_second_camera(bench: Bench, tmp_path: Path) -> None:
    bench.phone.granted = {"CAMERA"}
    first = shoot(bench, tmp_path)
    assert shoot(bench, tmp_path).failed == [None]
    bench.phone.rows[the_row(bench)] = PICTURE
    bench.phone.answer(android.PHOTO, OK)
    assert bench.window.until(first).done and len(bench.phone.calls("Asking.photo")) == 1


def test_a_video_is_at_most_so_long_and_comes_the_same_way(bench: Bench, tmp_path: Path) -> None:
    outcome = bench.outcome(lambda done, failed: bench.platform.take_video(tmp_path / "camera", 30, done, failed))
    bench.window.run()
    ((row, seconds, _),) = bench.phone.calls("Asking.video")
    bench.phone.rows[row] = b"video"
    bench.phone.answer(android.VIDEO, OK)
    (file,) = bench.window.until(outcome).done
    assert seconds == 30 and file.suffix == ".mp4" and file.read_bytes() == b"video"


# -- permissions -----------------------------------------------------------------------------------------------------------------------------


def test_why_is_told_once_before_the_system_asks(bench: Bench, tmp_path: Path) -> None:
    bench.phone.person_grants.clear()
    outcome = shoot(bench, tmp_path)
    assert bench.window.until(outcome).failed == [NO_CAMERA]
    told = [asked[0] for asked in bench.phone.asked]
    assert told.index("Dialogs.explain") < told.index("system asks")
    bench.again()
    assert bench.window.until(shoot(bench, tmp_path)).failed == [NO_CAMERA]
    assert len(bench.phone.calls("Dialogs.explain")) == 1 and len(bench.phone.calls("system asks")) == 2
    assert not bench.phone.rows, "no row is made for a camera that may not be used"


def test_who_does_not_want_to_be_asked_is_not_asked_by_the_system(bench: Bench, tmp_path: Path) -> None:
    bench.phone.person_agrees = False
    assert bench.window.until(shoot(bench, tmp_path)).failed == [NO_CAMERA] and not bench.phone.calls("system asks")


def test_allowed_later_in_the_settings_it_just_works(bench: Bench, tmp_path: Path) -> None:
    bench.phone.person_grants.clear()
    bench.window.until(shoot(bench, tmp_path))
    bench.phone.granted = {"CAMERA"}
    shoot(bench, tmp_path)
    assert bench.phone.calls("Asking.photo")


# -- codes and files -------------------------------------------------------------------------------------------------------------------------


def test_a_scanned_code_is_told_and_an_empty_scan_is_no_failure(bench: Bench) -> None:
    outcome = bench.outcome(bench.platform.scan)
    bench.window.run()
    bench.phone.answer(android.SCAN, OK, Intent({"text": "paicha://enrol?x"}))
    assert bench.window.until(outcome).done == ["paicha://enrol?x"]
    outcome = bench.outcome(bench.platform.scan)
    bench.phone.answer(android.SCAN, CANCELLED)
    assert bench.window.until(outcome).failed == [None]


def test_a_code_in_a_picture_is_read_or_told_to_be_none(bench: Bench, tmp_path: Path) -> None:
    picture = tmp_path / "code.jpg"
    bench.phone.codes[str(picture)] = "paicha://enrol?x"
    assert bench.window.until(bench.outcome(lambda d, f: bench.platform.read_code(picture, d, f))).done == ["paicha://enrol?x"]
    assert bench.window.until(bench.outcome(lambda d, f: bench.platform.read_code(tmp_path / "other.jpg", d, f))).failed == [NO_CODE]


def test_chosen_pictures_are_copied_with_their_endings(bench: Bench, tmp_path: Path) -> None:
    bench.phone.rows = {"content://a/1": b"one", "content://a/2": b"two", "content://a/3": b""}
    bench.phone.names = {"content://a/1": "IMG.JPG", "content://a/2": "b.png"}
    outcome = bench.outcome(lambda d, f: bench.platform.choose(tmp_path / "camera", False, True, d, f))
    bench.phone.answer(android.CHOOSE, OK, Intent(many=("content://a/1", "content://a/2", "content://a/3")))
    ((one, two),) = bench.window.until(outcome).done
    assert (one.suffix, one.read_bytes(), two.suffix, two.read_bytes()) == (".jpg", b"one", ".png", b"two")
    assert len(bench.phone.rows) == 3, "what is the person's stays theirs"


def test_a_file_is_saved_where_the_person_says(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(b"%PDF")
    outcome = bench.outcome(lambda d, f: bench.platform.save(file, "现场检查记录.pdf", d, f))
    bench.phone.names["content://docs/1"] = "现场检查记录 (1).pdf"
    bench.phone.answer(android.SAVE, OK, Intent(data="content://docs/1"))
    assert bench.window.until(outcome).done == ["现场检查记录 (1).pdf"] and bench.phone.rows["content://docs/1"] == b"%PDF"
    assert bench.phone.calls("Asking.create") == [("现场检查记录.pdf", "application/pdf", android.SAVE)]
    outcome = bench.outcome(lambda d, f: bench.platform.save(file, "a.pdf", d, f))
    bench.phone.answer(android.SAVE, CANCELLED)
    assert bench.window.until(outcome).failed == [None]
    outcome = bench.outcome(lambda d, f: bench.platform.save(file, "a.pdf", d, f))
    bench.phone.full = True
    bench.phone.answer(android.SAVE, OK, Intent(data="content://docs/2"))
    assert bench.window.until(outcome).failed == [android.NOT_SAVED]


def test_an_exception_of_javas_beside_the_window_is_told_like_any_failure(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object, _file: str) -> str:
        raise JavaException("java.lang.OutOfMemoryError")

    monkeypatch.setattr(type(bench.phone), "Codes_inFile", fail)
    assert bench.window.until(bench.outcome(lambda d, f: bench.platform.read_code(tmp_path / "huge.jpg", d, f))).failed == [NO_CODE]


def test_only_a_copy_in_the_shared_folder_is_handed_to_another_app(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "record.png"
    file.write_bytes(b"png")
    outcome = Outcome()
    bench.platform.share(file, "image/png", "现场检查记录", outcome.failed.append)
    while not bench.phone.calls("Asking.share"):
        bench.window.run()
    ((shared, kind, title),) = bench.phone.calls("Asking.share")
    assert Path(shared).parent == tmp_path / "shared" and Path(shared).read_bytes() == b"png" and (kind, title) == ("image/png", "现场检查记录")
    assert not outcome.told
    bench.phone.apps = set()
    bench.platform.share(file, "image/png", "x", outcome.failed.append)
    assert bench.window.until(outcome).failed == [android.NO_APP]


def test_a_number_is_shown_in_the_telephone_without_any_permission(bench: Bench) -> None:
    bench.platform.dial("0532-5550100")
    assert bench.phone.calls("Asking.dial") == [("0532-5550100",)] and not bench.phone.calls("system asks")


# -- sound -----------------------------------------------------------------------------------------------------------------------------------


def test_a_recording_has_its_name_only_when_it_is_whole(bench: Bench, tmp_path: Path) -> None:
    outcome = bench.outcome(lambda d, f: bench.platform.record_audio(tmp_path / "camera", d, f))
    bench.window.run()
    assert [file.suffix for file in (tmp_path / "camera").iterdir()] == [".part"]
    bench.platform.stop_audio()
    (file,) = outcome.done
    assert file.suffix == ".m4a" and file.read_bytes() == b"sound" and list((tmp_path / "camera").iterdir()) == [file]
    bench.platform.stop_audio()
    assert len(outcome.done) == 1


def test_a_recording_ends_by_itself_when_its_time_is_over(bench: Bench, tmp_path: Path) -> None:
    outcome = bench.outcome(lambda d, f: bench.platform.record_audio(tmp_path, d, f))
    bench.window.run()
    bench.phone.listeners[-1].heard("ended", "")
    assert bench.window.until(outcome).done


def test_a_busy_microphone_a_refused_one_and_silence_are_told_apart_and_leave_no_file(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    bench.phone.person_grants.clear()
    assert bench.window.until(bench.outcome(lambda d, f: bench.platform.record_audio(folder, d, f))).failed == [NO_MICROPHONE]
    bench.phone.granted = {"RECORD_AUDIO"}
    bench.phone.microphone = False
    assert bench.outcome(lambda d, f: bench.platform.record_audio(folder, d, f)).failed == [android.MICROPHONE_BUSY]
    bench.phone.microphone, bench.phone.sound = True, b""
    outcome = bench.outcome(lambda d, f: bench.platform.record_audio(folder, d, f))
    bench.platform.stop_audio()
    assert outcome.failed == [android.NOT_RECORDED] and not list(folder.iterdir())


# -- where -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "call"), [(29, "Places.first"), (30, "Places.current"), (34, "Places.current")])
def test_each_level_is_asked_by_the_call_that_it_has(bench: Bench, level: int, call: str) -> None:
    bench.phone.level = level
    outcome = bench.outcome(bench.platform.locate)
    bench.window.run()
    assert [asked[0] for asked in bench.phone.calls(call)] == ["gps", "network"]
    bench.phone.listeners[0].heard("place", "36.0671 120.3826 12.0 300")
    assert bench.window.until(outcome).done == [{"lat": 36.0671, "lon": 120.3826, "accuracy": 12.0}]


def test_a_rough_place_waits_for_a_better_one_and_a_good_one_for_none(bench: Bench) -> None:
    outcome = bench.outcome(bench.platform.locate)
    bench.window.run()
    bench.phone.listeners[1].heard("place", "36.1 120.1 900.0 0")
    bench.window.run()
    assert not outcome.told
    bench.phone.listeners[0].heard("place", "36.0671 120.3826 8.0 0")
    bench.window.run()
    assert [place["accuracy"] for place in outcome.done] == [8.0]


def test_when_the_time_is_over_the_best_counts_or_what_the_phone_remembers_if_it_is_fresh(bench: Bench) -> None:
    bench.phone.granted = {"ACCESS_COARSE_LOCATION"}
    rough = bench.outcome(bench.platform.locate)
    bench.phone.listeners[0].heard("place", "36.1 120.1 900.0 0")
    bench.phone.listeners[1].heard("none", "")
    bench.window.run()
    assert rough.done[0]["accuracy"] == 900.0
    bench.phone.last = "36.2 120.2 30.0 60000"
    remembered = bench.outcome(bench.platform.locate)
    for listener in bench.phone.listeners[2:]:
        listener.heard("none", "")
    bench.window.run()
    assert remembered.done == [{"lat": 36.2, "lon": 120.2, "accuracy": 30.0}]
    bench.phone.last = "36.2 120.2 30.0 7200000"
    stale = bench.outcome(bench.platform.locate)
    for listener in bench.phone.listeners[4:]:
        listener.heard("none", "")
    bench.window.run()
    assert stale.failed == [NO_POSITION], "where one was two hours ago is not where one is"


def test_no_way_at_all_answers_at_once(bench: Bench) -> None:
    bench.phone.granted, bench.phone.ways = {"ACCESS_FINE_LOCATION"}, ""
    outcome = bench.outcome(bench.platform.locate)
    bench.window.run()
    assert outcome.failed == [NO_POSITION]


def test_a_refused_position_is_not_asked_for_again_until_the_next_start(bench: Bench) -> None:
    bench.phone.person_grants.clear()
    for _ in range(3):
        assert bench.window.until(bench.outcome(bench.platform.locate)).failed == [POSITION_REFUSED]
    assert len(bench.phone.calls("system asks")) == 1
    bench.phone.granted = {"ACCESS_FINE_LOCATION"}
    bench.outcome(bench.platform.locate)
    assert bench.phone.calls("Places.ways"), "allowed in the settings meanwhile"


# -- how it is, and out of sight -----------------------------------------------------------------------------------------------------------


def test_what_nobody_knows_is_none(bench: Bench) -> None:
    bench.phone.battery = bench.phone.plugged = bench.phone.costs = -1
    machine = bench.platform.machine()
    assert (machine.battery, machine.charging, machine.metered, machine.dark) == (None, None, None, None)
    assert machine.online is True and machine.free is not None and machine.free > 0


def test_news_of_the_network_is_told_and_not_hidden_by_what_was_known(bench: Bench) -> None:
    bench.phone.network = 0
    assert bench.platform.machine().online is False
    told = []
    bench.platform.watch(lambda: told.append(bench.platform.machine().online))
    bench.phone.network = 1
    bench.phone.watcher.heard("changed", "")
    assert told == [True]


def test_what_the_bars_cover_is_known(bench: Bench) -> None:
    bench.phone.inset = "84 48"
    assert bench.platform.insets() == (84, 48)


def test_the_service_is_begun_once_and_ended_whatever_thread_says_so(bench: Bench) -> None:
    bench.phone.granted = {"POST_NOTIFICATIONS"}
    for text in ("照片 1/3", "照片 1/3", "照片 2/3", "", ""):
        thread = threading.Thread(target=bench.platform.working, args=(text,))
        thread.start()
        thread.join()
    assert [text for _, text in bench.phone.calls("KeepAlive.begin")] == ["照片 1/3", "照片 2/3"]
    assert len(bench.phone.calls("KeepAlive.end")) == 1


@pytest.mark.parametrize(("level", "times"), [(32, 0), (33, 1)])
def test_notifications_are_asked_for_with_the_first_upload_and_only_where_that_is_needed(bench: Bench, level: int, times: int) -> None:
    bench.phone.level = level
    bench.phone.person_grants.clear()
    for text in ("照片 1/1", "", "照片 1/1", ""):
        thread = threading.Thread(target=bench.platform.working, args=(text,))
        thread.start()
        thread.join()
        bench.window.run()
    assert bench.phone.calls("system asks") == [(("POST_NOTIFICATIONS",),)] * times


def test_news_goes_to_its_channel(bench: Bench) -> None:
    bench.platform.notify("待处理", "一条被退回")
    assert bench.phone.calls("News.tell") == [("消息", "待处理", "一条被退回")]


def test_what_is_typed_in_the_native_dialog_comes_back_and_a_cancelled_one_changes_nothing(bench: Bench) -> None:
    outcome = Outcome()
    bench.platform.type_text("隐患描述", "灭火器", outcome.done.append)
    bench.phone.listeners[-1].heard("no", "")
    bench.window.run()
    assert not outcome.told
    bench.platform.type_text("隐患描述", "灭火器", outcome.done.append)
    bench.phone.listeners[-1].heard("yes", "灭火器过期")
    assert bench.window.until(outcome).done == ["灭火器过期"]
