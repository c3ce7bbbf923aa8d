"""Somebody or something is against the phone: hostile codes, kills between two steps, what nobody foresaw."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from mobile.core import darkroom as darkroom_module
from mobile.core import handing_in, inspecting, photos, storage
from mobile.core.darkroom import Darkroom, Shot
from mobile.core.drafts import Draft
from mobile.ui.fonts import font_path
from shared.errors import PaichaError, Refused
from tests.client import work
from tests.client.wiring import DAY, LEDGER, Device, World
from tests.pictures import picture


def room(device: Device) -> Darkroom:
    return Darkroom(device.client, device.folder / "photos", font_path, lambda: None)


def code(says: str, ledger: str = LEDGER, id: str = "i1") -> str:
    packed = base64.urlsafe_b64encode(zlib.compress(says.encode("utf-8", "surrogatepass"))).decode().rstrip("=")
    return f"{inspecting.JOIN}{ledger}/{id}/{packed}"


def start_of(device: Device, **more: Any) -> dict[str, Any]:
    record = device.client.record(work.start(device.client))
    assert record is not None
    return inspecting.join_code(record) | more


HOSTILE: list[Any] = [
    {"start": {}, "more": [["t", 1e999]]}, {"start": {}, "more": [["t", float("nan")]]}, {"start": {}, "more": 5}, {"start": 5, "more": []},
    {"start": [["a", "b"]], "more": []}, {"start": {"kind": "\ud800"}, "more": []}, {"start": {"kind": ["x"] * 1000}, "more": []},
    {"start": None}, [], "x", 1e999, {"start": {}, "more": [["t", "9" * 5000]]}, {"start": {}, "more": [["\ud800", 1]]},
]  # fmt: skip


@pytest.mark.parametrize("says", HOSTILE, ids=str)
def test_a_hostile_join_code_is_refused_with_words_and_nothing_is_done(device: Device, says: Any) -> None:
    before = device.client.store.chain_end()
    with pytest.raises(Refused):
        id, start, more = inspecting.read_join_text(device.client, code(json.dumps(says)))
        inspecting.join_inspection(device.client, id, start, more)
    assert device.client.store.chain_end() == before


@pytest.mark.parametrize("id", ["\ud800", "x" * 100_000, "../..", "ledger", "e1", "p1", "%", "a/b", " "])
def test_a_join_code_with_a_hostile_id_is_refused(device: Device, world: World, id: str) -> None:
    start = start_of(world.device("p2"))
    before = device.client.store.chain_end()
    with pytest.raises(PaichaError):
        found, said, more = inspecting.read_join_text(device.client, code(json.dumps({"start": start, "more": []}), id=id))
        device.client.record(found)
        inspecting.join_inspection(device.client, found, said, more)
    assert device.client.store.chain_end() == before


@pytest.mark.parametrize(
    "change",
    [
        {"enterprise": "x"}, {"enterprise": "p1"}, {"leader": "nobody"}, {"leader": "p1"}, {"kind": "x"}, {"started_at": -1}, {"started_at": 10**30},
        {"template_version": 10**20}, {"purposes": ["x" * 10_000]}, {"purposes": []}, {"position": {"lat": 1e999, "lon": 0}},
        {"enterprise_name": "\u202e" * 500},
    ],
    ids=str,
)  # fmt: skip
def test_an_edited_join_code_never_breaks_the_phone(device: Device, world: World, change: dict[str, Any]) -> None:
    start = start_of(world.device("p2"), **change)
    try:
        text = code(json.dumps({"start": start, "more": []}), id=device.client.new_id())
        id, said, more = inspecting.read_join_text(device.client, text)
        inspecting.join_inspection(device.client, id, said, more)
    except PaichaError:
        return
    device.client.rebuild()
    for row in device.client.rows("inspection"):
        assert device.client.record(row.id) is not None
    handing_in.carry_out(device.client)


def test_a_shot_that_was_delivered_before_the_kill_does_not_come_again_under_the_next_one(device: Device) -> None:
    dark = room(device)
    first = dark.expect(Shot("", "finding/a", "", device.world.clock.now)) / "1.jpg"
    first.write_bytes(picture(1, size=(400, 300)))
    dark.arrived(first)
    dark.expect(Shot("", "finding/b", "", device.world.clock.now))  # the camera is open again ...
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dark, "_tidy", lambda shot: None)  # ... and the process dies between the first one's delivery and the end of its file
        assert dark.develop_next()
    second = dark.camera / "2.jpg"
    second.write_bytes(picture(2, size=(400, 300)))
    device.restart()
    dark = room(device)
    dark.find_lost()
    while dark.develop_next():
        pass
    assert [len(Draft(device.client.store, key).photos) for key in ("finding/a", "finding/b")] == [1, 1]
    assert not list(dark.camera.iterdir())


def test_what_nobody_foresaw_of_one_picture_does_not_keep_the_others_waiting(device: Device, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("bad", "good"):
        (tmp_path / f"{name}.jpg").write_bytes(picture(1, size=(400, 300)))
    right = photos.prepare

    def prepare(source: Path, *rest: Any, **more: Any) -> Any:
        if source.stem == "bad":
            raise RuntimeError("a mistake of the decoder")
        return right(source, *rest, **more)

    monkeypatch.setattr(darkroom_module, "prepare", prepare)
    dark = room(device)
    dark.take(Shot("", "finding/a", "", device.world.clock.now), [tmp_path / "bad.jpg", tmp_path / "good.jpg"])
    while dark.develop_next():
        pass
    assert len(Draft(device.client.store, "finding/a").photos) == 1
    (left,) = dark.line()
    assert left.problem and left.source.endswith("bad.jpg")


def test_an_enrolment_with_pictures_that_wait_for_their_finding_is_not_removed(device: Device, tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(picture(1, size=(400, 300)))
    room(device).take(Shot("", "finding/a", "", device.world.clock.now), [tmp_path / "1.jpg"])
    name = device.folder.name
    device.client.store.close()
    with pytest.raises(Refused, match="enrolment.half_made"):
        device.phone.remove(name)
    assert name in device.phone.devices()


def test_an_enrolment_with_a_half_made_finding_is_not_removed(device: Device) -> None:
    Draft(device.client.store, "finding/a").keep(description="消防通道堵塞", photos=[])
    name = device.folder.name
    device.client.store.close()
    with pytest.raises(Refused, match="enrolment.half_made"):
        device.phone.remove(name)


def test_a_clean_up_that_meets_a_restored_server_leaves_what_that_lacks(device: Device, tmp_path: Path) -> None:
    inspection = work.start(device.client)
    (tmp_path / "1.jpg").write_bytes(picture(1, size=(400, 300)))
    (tmp_path / "2.jpg").write_bytes(picture(2, size=(400, 300)))
    dark = room(device)
    dark.take(Shot("", f"inspection/{inspection}", "", device.world.clock.now), [tmp_path / "1.jpg", tmp_path / "2.jpg"])
    while dark.develop_next():
        pass
    device.sync()
    device.world.clock.now += 40 * DAY

    def restored(done: int, total: int) -> None:
        if done == 1:  # the sync thread hears of the new epoch in the middle of it
            device.engine._forget_after(0)

    storage.clean(device.client, progress=restored)
    rows = device.client.store.all("SELECT path, cleaned, state FROM photos")
    assert sum(Path(path).exists() for path, _, _ in rows) == 1
    for path, cleaned, state in rows:
        assert Path(path).exists() != bool(cleaned) and (cleaned or state == "waiting")


def test_a_wish_that_is_refused_does_not_hold_up_another_and_is_told_once(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = work.start(device.client), work.start(device.client, "e2")
    for id in (first, second):
        work.fill(device.client, id)
        handing_in.ask_to_hand_in(device.client, id, [])
    right = inspecting.submit

    def submit(client: Any, id: str, *rest: Any) -> None:
        if id == first:
            raise Refused(inspecting.NO_JOIN_CODE)
        right(client, id, *rest)

    monkeypatch.setattr(inspecting, "submit", submit)
    outcomes = handing_in.carry_out(device.client)
    assert {one.inspection: one.why is None for one in outcomes} == {first: False, second: True}
    assert handing_in.carry_out(device.client) == []
