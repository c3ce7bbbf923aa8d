"""Sound and video as evidence (R138): taken as they are, checked on both sides, sent part by part by the queue of photos."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from mobile.core import inspecting, upload
from mobile.core.client import PhotoFile
from mobile.core.media import prepare_media
from mobile.core.status import UpToDate
from shared import media
from shared.errors import Refused
from tests.client import work
from tests.client.wiring import LEDGER, Asked, Device, World, call
from tests.recordings import box, recording

NOW = 1_790_000_000_000


def _source(tmp_path: Path, data: bytes, name: str = "from-phone.bin") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


@pytest.mark.parametrize(("kind", "ending"), ((media.AUDIO, ".m4a"), (media.VIDEO, ".mp4")))
def test_a_recording_is_kept_as_it_is_with_a_tile_that_says_what_it_is(tmp_path: Path, kind: str, ending: str) -> None:
    data = recording(kind, seconds=83, made_at=NOW - 60_000)
    made = prepare_media(_source(tmp_path, data), tmp_path / "photos", NOW)
    assert made.file.path.read_bytes() == data and made.file.path.name == f"{hashlib.sha256(data).hexdigest()}{ending}"
    assert (made.file.media_type, made.file.size, made.taken_at, made.position, made.likeness) == (kind, len(data), NOW - 60_000, None, "")
    with Image.open(made.file.thumb) as tile:
        assert tile.size == (320, 240) and len(tile.convert("L").getcolors(256) or []) > 2, "something is drawn on it"
    assert sorted(path.suffix for path in (tmp_path / "photos").iterdir()) == sorted([ending, ".jpg"])


def test_a_recorder_whose_clock_cannot_be_right_is_not_believed(tmp_path: Path) -> None:
    for made_at in (None, NOW + 400 * 86_400_000):
        made = prepare_media(_source(tmp_path, recording(media.AUDIO, made_at=made_at)), tmp_path / "photos", NOW)
        assert made.taken_at == NOW


GOOD = recording(media.VIDEO)
BROKEN = {
    "nothing": b"",
    "text": "这不是录音".encode() * 50,
    "a picture": b"\xff\xd8\xff\xe0" + bytes(500),
    "cut short": GOOD[:-1],
    "without tracks": box(b"ftyp", b"M4A \0\0\0\0") + box(b"mdat", bytes(50)),
    "a box that claims too much": box(b"ftyp", b"mp42") + b"\x7f\xff\xff\xffmoov",
    "a box of no length": box(b"ftyp", b"mp42") + b"\0\0\0\1moov" + bytes(8),
    "boxes without end": box(b"ftyp", b"mp42") + box(b"free", b"") * 6_000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_recording_is_refused_on_both_sides_and_nothing_stays(world: World, device: Device, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        prepare_media(_source(tmp_path, data), tmp_path / "photos", NOW)
    assert refused.value.code == media.NOT_A_RECORDING.code and "M4A" in refused.value.text("zh")
    assert not (tmp_path / "photos").exists() or not list((tmp_path / "photos").iterdir())
    if data:
        upload = world.blobs.create(LEDGER, hashlib.sha256(data).hexdigest(), len(data), media.VIDEO, "d1")
        with pytest.raises(Refused):
            world.blobs.append(LEDGER, upload.id, 0, [data])
        assert not world.blobs.has(LEDGER, upload.sha256)


def test_too_large_a_recording_is_told_before_it_is_copied(tmp_path: Path) -> None:
    source = _source(tmp_path, recording(media.AUDIO, size=media.MOST[media.AUDIO]))
    with pytest.raises(Refused) as refused:
        prepare_media(source, tmp_path / "photos", NOW)
    assert refused.value.code == media.TOO_LONG.code and not (tmp_path / "photos").exists()


@pytest.mark.parametrize(("claimed", "data"), ((media.AUDIO, recording(media.VIDEO)), (media.VIDEO, recording(media.AUDIO))))
def test_a_recording_that_claims_to_be_of_the_other_kind_is_not_taken(world: World, claimed: str, data: bytes) -> None:
    upload = world.blobs.create(LEDGER, hashlib.sha256(data).hexdigest(), len(data), claimed, "d1")
    with pytest.raises(Refused):
        world.blobs.append(LEDGER, upload.id, 0, [data])


def test_the_server_has_its_own_limit_for_each_kind(world: World) -> None:
    for kind, most in media.MOST.items():
        world.blobs.create(LEDGER, "ab" * 32, most, kind, f"d-{kind}")
        with pytest.raises(Refused) as refused:
            world.blobs.create(LEDGER, "cd" * 32, most + 1, kind, f"d-{kind}")
        assert refused.value.code == "blob.too_large"


def _attached(device: Device, tmp_path: Path, data: bytes) -> PhotoFile:
    made = prepare_media(_source(tmp_path, data), device.folder / "photos", device.world.clock.now)
    inspection = work.start(device.client)
    taken = {"taken_at": made.taken_at, "position": made.position, "likeness": made.likeness or None}
    inspecting.attach_photo(device.client, inspection, None, made.file, taken)
    return made.file


def test_a_video_goes_part_by_part_through_cuts_and_reads_back_as_what_it_is(
    world: World, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PART", 20_000)
    file = _attached(device, tmp_path, recording(media.VIDEO, size=150_000))
    cuts = 0

    def cut(asked: Asked, ask: object) -> object:
        nonlocal cuts
        if asked.method == "PATCH" and cuts < 3:
            cuts += 1
            return call(world.wire.app, asked, cut_after=7_000)
        return call(world.wire.app, asked)

    world.wire.fault = cut  # type: ignore[assignment]
    assert isinstance(device.sync(), UpToDate)
    sent = sum(len(asked.body) for asked in world.wire.log if asked.method == "PATCH")
    assert world.blobs.path(LEDGER, file.sha256).read_bytes() == file.path.read_bytes()
    assert sent < file.size + 3 * 20_000, "only what was missing went again"
    assert world.record(f"blob/{file.sha256}")["media_type"] == media.VIDEO
    headers = {"authorization": f"Bearer {device.engine._token}"}
    reply = world.wire.ask(Asked("GET", f"/v1/ledgers/{LEDGER}/blobs/{file.sha256}", b"", headers))
    assert reply.status == 200 and reply.headers["content-type"] == media.VIDEO and reply.body == file.path.read_bytes()
    small = world.wire.ask(Asked("GET", f"/v1/ledgers/{LEDGER}/blobs/{file.sha256}?size=small", b"", headers))
    assert small.status == 400 and b"blob.no_picture" in small.body


def test_the_status_says_which_file_and_how_far(world: World, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PART", 20_000)
    file = _attached(device, tmp_path, recording(media.AUDIO, size=100_000))
    device.engine.wake()
    told = [status for status in device.steps(20) if getattr(status, "what", "") == "photo"]
    assert {status.photo for status in told} == {file.sha256} and {status.total for status in told} == {file.size}  # type: ignore[union-attr]
    done = [status.done for status in told]  # type: ignore[union-attr]
    assert done == sorted(done) and done[-1] == file.size and len(done) >= 5


def test_a_file_that_is_damaged_half_way_is_told_and_does_not_go_round_for_ever(
    world: World, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PART", 20_000)
    file = _attached(device, tmp_path, recording(media.VIDEO, size=100_000))
    device.engine.wake()
    while not device.client.store.one("SELECT sent FROM photos")[0]:
        device.engine.step()
    data = bytearray(file.path.read_bytes())
    data[-10] ^= 1
    file.path.write_bytes(data)
    for _ in range(6):
        device.sync()
        world.clock.now += 600_000
    (problem,) = device.client.needs_you()
    assert (problem.kind, problem.code) == ("photo", upload.CHANGED.code)
    assert not world.blobs.has(LEDGER, file.sha256)
