"""Photos on their way: resumed from the last confirmed byte, never blocking each other, and never given up while there is something to send."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.core import inspecting, upload
from mobile.core.client import PhotoFile
from mobile.core.phone import Phone
from mobile.core.ports import Reply, Unreachable
from mobile.core.status import UpToDate, Waiting
from shared.errors import reason_text
from sync_server.backup import backup, restore
from tests.client import work
from tests.client.wiring import MINUTE, Ask, Asked, Device, Wire, World, call, instead, no_fault

OURS = {"paicha-protocol": "1", "tus-resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 4 kB, so that small pictures take several requests."""
    monkeypatch.setattr(upload, "PART", 4_096)


def _picture(device: Device, seed: int, side: int = 100) -> PhotoFile:
    """A JPEG of noise on the device: about 10 kB at side 100."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)).save(out, "JPEG", quality=90)
    data = out.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    folder = device.folder / "photos"
    folder.mkdir(exist_ok=True)
    path = folder / f"{sha256}.jpg"
    path.write_bytes(data)
    return PhotoFile(sha256, path, path, len(data))


def _attached(device: Device, *photos: PhotoFile) -> str:
    """An inspection with the photos; the operations are handed in, the photos are not."""
    inspection = work.start(device.client)
    for photo in photos:
        inspecting.attach_photo(device.client, inspection, None, photo, {"taken_at": device.client.ports.now(), "position": None, "likeness": None})
        device.world.clock.now += 1
    return inspection


def _stored(world: World, photo: PhotoFile) -> bool:
    path = world.blobs.path("qingyu", photo.sha256)
    return path.is_file() and path.read_bytes() == photo.path.read_bytes()


def _row(device: Device, photo: PhotoFile) -> Any:
    return device.client.store.one("SELECT state, sent, code FROM photos WHERE sha256 = ?", (photo.sha256,))


def _uploaded(wire: Wire) -> int:
    """Bytes of photos that went over the wire."""
    return sum(len(asked.body) for asked in wire.log if asked.what == "photos")


def test_a_photo_arrives_whole_and_everyone_learns_of_it(world: World, device: Device) -> None:
    photo = _picture(device, 1)
    inspection = _attached(device, photo)
    assert device.client.unsent().photos == 1 and device.client.unsent().photo_bytes == photo.size
    assert isinstance(device.sync(), UpToDate)
    assert _stored(world, photo) and _row(device, photo)[0] == "stored"
    assert device.client.unsent().photos == 0
    record = device.client.record(inspection)
    assert record is not None and record == world.record(inspection)
    (named,) = record["photos"].values()
    assert named["received"] > 0, "the record says that the picture is there"


def test_operations_go_before_photos(world: World, device: Device) -> None:
    _attached(device, _picture(device, 2))
    world.wire.log.clear()
    device.sync()
    order = [asked.what for asked in world.wire.log]
    assert order.index("push") < order.index("photos")


def test_a_small_photo_goes_in_one_request(world: World, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PART", 1024 * 1024)
    photo = _picture(device, 3)
    _attached(device, photo)
    world.wire.log.clear()
    device.sync()
    assert world.wire.asked("photos") == 1 and _stored(world, photo)


def _cutting(world: World, chance: random.Random) -> Any:
    def fault(asked: Asked, ask: Ask) -> Reply:
        if asked.what != "photos" or chance.random() < 0.4:
            return ask(asked)
        if asked.method == "PATCH" and len(asked.body) > 1:
            return call(world.wire.app, asked, cut_after=chance.randrange(len(asked.body)))
        if chance.random() < 0.5:
            ask(asked)
        raise Unreachable("cut")

    return fault


@pytest.mark.parametrize("seed", range(3))
def test_an_upload_that_is_cut_goes_on_from_the_last_byte_the_server_has(world: World, device: Device, seed: int) -> None:
    photo = _picture(device, seed, side=160)
    _attached(device, photo)
    device.engine.wake()
    device.engine.step()
    world.wire.fault = _cutting(world, random.Random(seed))
    held = -1
    for turn in range(300):
        status = device.engine.step()
        if isinstance(status, Waiting):
            world.clock.now = max(world.clock.now, status.next_try)
        if turn % 20 == 19:
            device.restart()
        part = next((world.blobs.folder / "qingyu" / "uploads").glob("*.part"), None) if world.blobs.folder.exists() else None
        if part is not None and not _stored(world, photo):
            assert part.stat().st_size >= held, "what had come stays"
            held = part.stat().st_size
            assert part.read_bytes() == photo.path.read_bytes()[:held]
        if _row(device, photo)[0] == "stored":
            break
    assert _stored(world, photo) and _row(device, photo)[0] == "stored"


def test_only_the_bytes_that_are_missing_are_sent_again(world: World, device: Device) -> None:
    photo = _picture(device, 4)
    _attached(device, photo)
    sent = 0

    def cut_once(asked: Asked, ask: Ask) -> Reply:
        nonlocal sent
        if asked.method == "PATCH" and sent < 3:
            sent += 1
            return call(world.wire.app, asked, cut_after=3_000)
        return ask(asked)

    world.wire.fault = cut_once
    device.sync()
    world.wire.fault = no_fault
    assert _stored(world, photo)
    taken = sum(len(asked.body) for asked in world.wire.log if asked.method == "PATCH")
    assert photo.size <= taken <= photo.size + 3 * (4_096 - 3_000)


def test_another_server_process_goes_on_with_an_upload(world: World, device: Device) -> None:
    photo = _picture(device, 5)
    _attached(device, photo)
    patches = 0

    def stop_after_one(asked: Asked, ask: Ask) -> Reply:
        nonlocal patches
        patches += asked.method == "PATCH"
        if patches > 1:
            raise Unreachable("the server went down")
        return ask(asked)

    world.wire.fault = stop_after_one
    device.engine.wake()
    device.steps(8)
    assert _row(device, photo)[1] == 4_096
    world.go_on_with(world.folder / "server" / "paicha.db", world.blobs.folder)
    world.wire.fault = no_fault
    world.wire.log.clear()
    device.restart()
    device.sync()
    assert _stored(world, photo) and _uploaded(world.wire) == photo.size - 4_096


def test_an_upload_that_the_server_has_forgotten_begins_anew(world: World, device: Device) -> None:
    photo = _picture(device, 6)
    _attached(device, photo)
    device.engine.wake()
    while _row(device, photo)[1] == 0:
        device.engine.step()
    for file in (world.blobs.folder / "qingyu" / "uploads").iterdir():
        file.unlink()
    device.sync()
    assert _stored(world, photo)


def test_a_photo_that_is_there_already_is_not_sent_again(world: World, device: Device) -> None:
    photo = _picture(device, 7)
    _attached(device, photo)
    device.sync()
    colleague = world.device("p2")
    _attached(colleague, _picture(colleague, 7))
    world.wire.log.clear()
    colleague.sync()
    assert _uploaded(world.wire) == 0 and colleague.client.unsent().photos == 0


# -- one bad photo ---------------------------------------------------------------------------------------------------------------------------


def _explained(code: str) -> None:
    assert reason_text(code, "zh") != code != reason_text(code, "en")


def _others_arrive(device: Device, bad: PhotoFile, others: list[PhotoFile], most: int = 80) -> None:
    device.engine.wake()
    for _ in range(most):
        status = device.engine.step()
        if isinstance(status, Waiting):
            device.world.clock.now = max(device.world.clock.now, status.next_try)
        if all(_stored(device.world, photo) for photo in others):
            return
    raise AssertionError(f"{_row(device, bad)} keeps the others back: {[_row(device, photo) for photo in others]}")


@pytest.mark.parametrize("change", ("deleted", "changed", "cut short"))
def test_a_photo_whose_file_was_tampered_with_is_a_problem_to_see_and_the_others_go_on(world: World, device: Device, change: str) -> None:
    photos = [_picture(device, seed) for seed in (8, 9, 10)]
    bad = photos.pop()  # the newest, which goes first
    inspection = _attached(device, *photos, bad)
    data = bad.path.read_bytes()
    if change == "deleted":
        bad.path.unlink()
    else:
        bad.path.write_bytes(data[:-1] + b"x" if change == "changed" else data[: len(data) // 2])
    _others_arrive(device, bad, photos)
    (problem,) = device.client.needs_you()
    assert (problem.kind, problem.subject, problem.photo) == ("photo", inspection, bad.sha256)
    assert problem.code == ("photo.gone" if change == "deleted" else "photo.changed")
    _explained(problem.code)
    device.restart()
    assert device.client.needs_you() == [problem]
    bad.path.write_bytes(data)
    world.clock.now += 10 * MINUTE
    device.sync()
    assert _stored(world, bad) and device.client.needs_you() == [], "once the file is back it goes as well"


def test_a_photo_that_breaks_every_connection_does_not_keep_the_others_back(world: World, device: Device) -> None:
    photos = [_picture(device, seed) for seed in (11, 12, 13)]
    bad = photos.pop()
    _attached(device, *photos, bad)
    name = bad.sha256

    def unlucky(asked: Asked, ask: Ask) -> Reply:
        if asked.what == "photos" and (name in asked.path or base64.b64encode(name.encode()).decode() in asked.headers.get("upload-metadata", "")):
            raise Unreachable("a proxy dislikes it")
        return ask(asked)

    world.wire.fault = unlucky
    _others_arrive(device, bad, photos)
    world.wire.fault = no_fault
    world.clock.now += 10 * MINUTE
    device.sync()
    assert _stored(world, bad)


def test_a_photo_that_the_server_does_not_take_is_a_problem_in_plain_words_and_the_others_go_on(world: World, device: Device) -> None:
    photos = [_picture(device, seed) for seed in (14, 15)]
    path = device.folder / "photos" / "note.jpg"
    path.write_bytes(b"no picture at all")
    bad = PhotoFile(hashlib.sha256(path.read_bytes()).hexdigest(), path, path, path.stat().st_size)
    _attached(device, *photos, bad)
    _others_arrive(device, bad, photos)
    (problem,) = device.client.needs_you()
    assert problem.photo == bad.sha256
    _explained(problem.code)


@pytest.mark.parametrize(
    "reply",
    (
        Reply(200, {}, b"<html>portal</html>"),
        Reply(200, {"upload-offset": "999999"}, b""),
        Reply(502, {}, b"bad gateway"),
        Reply(500, OURS, b""),
        Reply(507, OURS, json.dumps({"code": "blob.disk_full"}).encode()),
        Reply(423, OURS, b""),
        Reply(204, {**OURS, "upload-offset": "x"}, b""),
        Reply(201, OURS, b""),
    ),
    ids=("portal", "portal with an offset", "proxy", "broken", "disk full", "busy", "offset no number", "no offset"),
)
def test_what_is_no_confirmation_confirms_nothing(world: World, device: Device, reply: Reply) -> None:
    photo = _picture(device, 16)
    _attached(device, photo)
    world.wire.fault = instead("photos", reply)
    device.engine.wake()
    for _ in range(12):
        device.engine.step()
        world.clock.now += MINUTE
    assert _row(device, photo)[0] != "stored" and device.client.unsent().photos == 1
    world.wire.fault = no_fault
    world.clock.now += 10 * MINUTE
    device.sync()
    assert _stored(world, photo) and device.client.needs_you() == []


def test_a_confirmed_offset_beyond_the_end_is_no_confirmation(world: World, device: Device) -> None:
    photo = _picture(device, 17)
    _attached(device, photo)
    world.wire.fault = instead("photos", Reply(201, {**OURS, "location": "/v1/ledgers/qingyu/photos/x", "upload-offset": str(photo.size + 1)}, b""))
    device.engine.wake()
    device.steps(8)
    assert _row(device, photo)[0] != "stored"
    world.wire.fault = no_fault
    world.clock.now += 10 * MINUTE
    device.sync()
    assert _stored(world, photo)


def test_a_restored_server_gets_its_photos_again(world: World, device: Device) -> None:
    backup(world.database, world.blobs, world.folder / "backup", world.clock.now, progress=lambda text: None)
    photo = _picture(device, 18)
    _attached(device, photo)
    device.sync()
    (world.folder / "restored").mkdir()
    world.go_on_with(world.folder / "restored" / "paicha.db", world.folder / "restored" / "blobs")
    restore(world.folder / "backup", world.service, world.blobs, progress=lambda text: None)
    assert not _stored(world, photo)
    device.sync()
    device.sync()
    assert _stored(world, photo) and Path(_path(device, photo)).exists()


def _path(device: Device, photo: PhotoFile) -> str:
    return str(device.client.store.one("SELECT path FROM photos WHERE sha256 = ?", (photo.sha256,))[0])


def test_a_phone_whose_folder_was_moved_still_finds_and_sends_its_photos(world: World, device: Device) -> None:
    photo = _picture(device, 30)
    _attached(device, photo)
    device.client.store.close()
    moved = device.folder.with_name("moved") / device.folder.name
    moved.parent.mkdir()
    device.folder.rename(moved)
    phone = Phone(moved.parent, world.ports(lambda: world.clock.now))
    again = Device(world, phone, world.keep(phone.open(moved.name)))
    assert isinstance(again.sync(), UpToDate)
    assert world.blobs.path("qingyu", photo.sha256).is_file() and again.client.unsent().photos == 0
