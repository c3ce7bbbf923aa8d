"""A finding on its way: shots wait in a line that no kill breaks, drafts name their photos by digest alone, phrases and places come by themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mobile.core import finding, inspecting
from mobile.core.client import Client
from mobile.core.darkroom import Darkroom, Shot
from mobile.core.drafts import Draft, file_of
from mobile.core.marked import marked
from mobile.core.phone import Phone
from mobile.ui import fonts
from mobile.ui.fonts import font_path
from shared.errors import Refused
from tests.client import work
from tests.client.wiring import Device, World
from tests.pictures import picture

KEY = "finding/i1/FC-01"


@pytest.fixture(scope="module", autouse=True)
def _fonts() -> None:
    fonts.build(say=lambda _: None)


def room(device: Device) -> Darkroom:
    return Darkroom(device.client, device.folder / "photos", font_path, lambda: None)


def shot(to: str = KEY, **more: Any) -> Shot:
    return Shot(id="", to=to, source="", at=work_time(), stamp=("晟柏机械厂", "林一"), **more)


def work_time() -> int:
    return 1_790_000_000_000


def pictures(folder: Path, count: int) -> list[Path]:
    files = [folder / f"IMG_{number}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(picture(number, size=(800, 600)))
    return files


def test_several_pictures_wait_on_disk_and_reach_their_draft_in_the_order_taken(device: Device, tmp_path: Path) -> None:
    darkroom = room(device)
    darkroom.take(shot(), pictures(tmp_path, 3))
    assert len(darkroom.line(KEY)) == 3 and not Draft(device.client.store, KEY).photos
    while darkroom.develop_next():
        pass
    photos = Draft(device.client.store, KEY).photos
    assert not darkroom.line() and len(photos) == 3
    assert all(file_of(photo, device.folder / "photos").path.is_file() for photo in photos)


def test_a_process_killed_between_two_pictures_goes_on_with_the_rest(device: Device, tmp_path: Path) -> None:
    darkroom = room(device)
    darkroom.take(shot(), pictures(tmp_path, 3))
    darkroom.develop_next()
    device.restart()
    darkroom = room(device)
    assert len(darkroom.line()) == 2 and len(Draft(device.client.store, KEY).photos) == 1
    while darkroom.develop_next():
        pass
    assert len(Draft(device.client.store, KEY).photos) == 3


def test_a_picture_the_camera_wrote_while_the_process_was_dead_is_found_again(device: Device) -> None:
    folder = room(device).expect(shot(phase="after"))
    (folder / "late.jpg").write_bytes(picture(1, size=(800, 600)))
    device.restart()
    darkroom = room(device)
    darkroom.find_lost()
    darkroom.develop_next()
    (photo,) = Draft(device.client.store, KEY).photos
    assert photo["phase"] == "after" and not list(folder.iterdir()), "the camera's own file is not kept twice"


def test_a_picture_delivered_before_the_kill_is_not_taken_twice(device: Device) -> None:
    darkroom = room(device)
    folder = darkroom.expect(shot())
    (folder / "one.jpg").write_bytes(picture(1, size=(800, 600)))
    darkroom.arrived(folder / "one.jpg")
    darkroom.develop_next()
    (folder / "one.jpg").write_bytes(picture(1, size=(800, 600)))  # as if it had been killed before the file was deleted
    device.restart()
    room(device).find_lost()
    assert not room(device).line() and len(Draft(device.client.store, KEY).photos) == 1


def test_a_camera_that_notes_no_position_gives_the_phones(device: Device, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (400, 300), "grey").save(tmp_path / "bare.jpg")
    darkroom = room(device)
    darkroom.take(shot(here={"lat": 36.6, "lon": 117.1, "accuracy": 8}), [tmp_path / "bare.jpg", *pictures(tmp_path, 1)])
    while darkroom.develop_next():
        pass
    bare, taken = Draft(device.client.store, KEY).photos
    assert bare["position"]["lat"] == 36.6 and taken["position"]["lat"] != 36.6, "the camera's own goes first"


def test_what_is_no_picture_stays_in_the_line_with_its_reason_until_it_is_given_up(device: Device, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    darkroom = room(device)
    darkroom.take(shot(), [tmp_path / "broken.jpg", *pictures(tmp_path, 1)])
    while darkroom.develop_next():
        pass
    (left,) = darkroom.line()
    assert left.problem == "photo.not_a_picture" and len(Draft(device.client.store, KEY).photos) == 1
    darkroom.drop(left.id)
    assert not darkroom.line() and (tmp_path / "broken.jpg").exists(), "a file that is not ours stays"


def test_a_photo_of_a_hazard_that_moved_on_stays_in_the_line_with_the_rules_reason(device: Device, tmp_path: Path) -> None:
    hazard = work.report(device.client)
    darkroom = room(device)
    darkroom.take(shot(f"hazard/{hazard}"), pictures(tmp_path, 1))
    device.client.act("hazard.void", hazard, {"reason": "误操作产生"})
    darkroom.develop_next()
    assert darkroom.line()[0].problem == "wrong_state"


def test_a_draft_finds_its_photos_after_the_phones_folder_was_moved(device: Device, world: World, tmp_path: Path) -> None:
    darkroom = room(device)
    darkroom.take(shot(), pictures(tmp_path, 1))
    darkroom.develop_next()
    assert str(world.folder) not in device.client.store.scratch(KEY)
    device.client.store.close()
    moved = tmp_path / "elsewhere"
    shutil.move(device.phone.folder, moved)
    phone = Phone(moved, world.ports(world.clock))
    client = world.keep(phone.open(device.folder.name))
    (photo,) = Draft(client.store, KEY).photos
    hazard = _saved(client, moved / device.folder.name / "photos", {"photos": [photo]})
    path, thumb = client.store.one("SELECT path, thumb FROM photos WHERE sha256 = ?", (photo["sha256"],))
    assert Path(path).is_file() and Path(thumb).is_file() and hazard["photos"]


def _saved(client: Client, folder: Path, values: dict[str, Any], item: str = "ID-02") -> dict[str, Any]:
    inspection = client.record(work.start(client))
    assert inspection is not None
    failed = next(i for i in client.template_of(inspection)["items"] if i["id"] == item)
    values = {"place_text": "东门", "description": "堆放杂物", "cause": "management", "level_proposed": "general", **values}
    return client.record(finding.report(client, inspection, failed, values, folder)) or {}


def test_photos_are_moved_dropped_and_brought_back_among_those_of_their_phase(device: Device) -> None:
    draft = Draft(device.client.store, KEY)
    for name, phase in (("a", ""), ("x", "after"), ("b", ""), ("c", "")):
        draft.add_photo({"sha256": name, **({"phase": phase} if phase else {})})
    draft.move_photo("c", -1)
    draft.move_photo("a", -1)  # the first stays the first
    assert [p["sha256"] for p in draft.photos] == ["a", "x", "c", "b"]
    before = draft.drop_photo("c")
    assert len(draft.photos) == 3
    draft.keep(photos=before)
    assert [p["sha256"] for p in draft.photos] == ["a", "x", "c", "b"]


def test_marks_drawn_before_the_finding_was_saved_become_operations_with_it(device: Device, tmp_path: Path) -> None:
    darkroom = room(device)
    darkroom.take(shot(), pictures(tmp_path, 1))
    darkroom.develop_next()
    draft = Draft(device.client.store, KEY)
    strokes = [{"shape": "arrow", "points": [[100, 100], [5000, 5000]], "colour": "red"}]
    draft.mark_photo(draft.photos[0]["sha256"], strokes)
    hazard = _saved(device.client, device.folder / "photos", draft.values)
    ((photo, _),) = hazard["photos"].items()
    assert hazard["strokes"][photo] == strokes
    device.sync()
    assert set(device.states()) == {"accepted"}


def test_what_belongs_to_a_major_hazard_or_an_immediate_fix_goes_with_it_alone() -> None:
    typed = {"photos": [], "criterion": "std-1", "mass_casualty": True, "fix_text": "已清理", "immediate": False, "level_proposed": "general"}
    body = finding.body_of(typed)
    assert body["criterion"] is None and body["mass_casualty"] is None and body["fix_text"] is None
    body = finding.body_of({**typed, "level_proposed": "major", "immediate": True})
    assert (body["criterion"], body["mass_casualty"], body["fix_text"]) == ("std-1", True, "已清理")


def test_phrases_are_what_was_written_of_this_item_before_and_then_the_ready_made_ones(device: Device) -> None:
    ready = finding.phrases(device.client, "ID-02")
    assert ready and all("生产" in text or "危险" in text for text in ready)
    _saved(device.client, device.folder, {"photos": [], "no_photo_reason": "暗", "description": "地下室私自灌装酒精"})
    assert finding.phrases(device.client, "ID-02")[0] == "地下室私自灌装酒精"
    assert "地下室私自灌装酒精" not in finding.phrases(device.client, "ID-07")


def test_places_are_those_of_this_enterprise_before_the_usual_ones(device: Device) -> None:
    work.report(device.client, place_text="三号车间喷漆房")
    assert finding.places(device.client, "e1")[0] == "三号车间喷漆房"
    assert "三号车间喷漆房" not in finding.places(device.client, "e2") and finding.places(device.client, "e2")


def test_the_same_item_open_at_the_same_enterprise_is_known(device: Device) -> None:
    first = _saved(device.client, device.folder, {"photos": [], "no_photo_reason": "暗"})
    assert [h["id"] for h in finding.similar(device.client, "e1", "ID-02")] == [first["id"]]
    assert not finding.similar(device.client, "e1", "ID-02", but=first["id"])
    assert not finding.similar(device.client, "e2", "ID-02") and not finding.similar(device.client, "e1", "ID-03")
    device.client.act("hazard.void", first["id"], {"reason": "误操作产生"})
    assert not finding.similar(device.client, "e1", "ID-02")


def test_criteria_are_found_by_word_sector_and_initials_and_only_while_they_hold(device: Device, world: World) -> None:
    entry = {"sort": "determination", "number": None, "sectors": ["machinery"], "document": "工贸判定标准", "edition": None, "clause": "第三条",
             "text": "未对有限空间进行辨识", "valid_from": "2020-01-01", "valid_to": None}  # fmt: skip
    assert world.act("admin", "criterion.add", "k1", entry) == "accepted"
    assert world.act("admin", "criterion.add", "k2", {**entry, "sectors": ["catering"], "text": "地下使用燃气"}) == "accepted"
    assert world.act("admin", "criterion.add", "k3", {**entry, "valid_to": "2021-01-01", "text": "已废止的有限空间条款"}) == "accepted"
    device.sync()

    def found(**asked: Any) -> list[str]:
        return [entry["id"] for entry in finding.criteria(device.client, **asked)]

    assert found() == ["k1", "k2"] and found(search="有限空间") == ["k1"] == found(search="yxkj") and found(sector="catering") == ["k2"]
    assert world.act("admin", "enterprise.edit", "e1", {"changes": {"industries": ["catering"]}}) == "accepted"
    device.sync()
    assert found(enterprise="e1") == ["k2", "k1"], "those of the enterprise's own sectors come first"


def test_a_finding_outside_of_any_inspection_is_handed_in_at_once(device: Device) -> None:
    hazard = inspecting.report_finding(device.client, None, None, work.finding(source_kind="community"), [], hand_in=True)
    assert (device.client.record(hazard) or {})["state"] == "submitted"
    device.sync()
    assert set(device.states()) == {"accepted"}


def test_a_mark_hides_what_is_under_it_and_leaves_the_rest_and_the_file_alone(tmp_path: Path) -> None:
    from PIL import Image

    original = Image.effect_noise((400, 300), 90).convert("RGB")
    hidden = marked(original, [{"shape": "blur", "points": [[0, 0], [5000, 5000]]}], font_path())
    assert hidden.crop((200, 150, 400, 300)).tobytes() == original.crop((200, 150, 400, 300)).tobytes()
    colours = [colour for _, colour in hidden.crop((0, 0, 200, 150)).convert("L").getcolors(1_000_000) or []]
    assert max(colours) - min(colours) < 80, "no detail is left of what was hidden"  # type: ignore[operator]
    drawn = marked(original, [{"shape": "text", "points": [[100, 100]], "text": "锁闭", "colour": "yellow"}], font_path())
    assert any(colour == (255, 204, 0) for _, colour in drawn.getcolors(1_000_000) or ()) and drawn.size == original.size


def test_an_old_draft_with_absolute_paths_is_still_read(device: Device, tmp_path: Path) -> None:
    old = {"photos": [{"sha256": "ab" * 32, "path": "/old/place/ab.jpg", "thumb": "/old/place/ab.thumb.jpg", "size": 5, "taken_at": 1}]}
    device.client.store.set_scratch(KEY, json.dumps(old))
    (photo,) = Draft(device.client.store, KEY).photos
    assert file_of(photo, tmp_path).path == tmp_path / f"{'ab' * 32}.jpg"


def test_marks_that_the_rules_do_not_take_keep_the_whole_finding_a_draft(device: Device) -> None:
    photo = {"sha256": "ab" * 32, "size": 5, "taken_at": 1, "position": None, "likeness": None, "strokes": [{"shape": "heart", "points": []}]}
    with pytest.raises(Refused):
        _saved(device.client, device.folder, {"photos": [photo]})
    assert not device.client.rows("hazard")
