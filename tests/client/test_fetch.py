"""Photos that another phone took, as small pictures: which ones come, when, and that they never stand in the way of one's own work."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from mobile.core import fetch, inspecting
from mobile.core.ports import Reply
from mobile.core.status import UpToDate, Waiting, Working
from tests.client import work
from tests.client.test_bundle import picture_of
from tests.client.wiring import LEDGER, MINUTE, Asked, Device, World, instead, no_fault


def _found(device: Device, *seeds: int, side: int = 60) -> tuple[str, list[str]]:
    """A hazard with photos, handed in and confirmed as general: open."""
    pictures = [picture_of(device, seed, side) for seed in seeds]
    taken = {"taken_at": device.client.ports.now(), "position": None, "likeness": None}
    hazard = inspecting.report_finding(device.client, None, None, work.finding(no_photo_reason=None), [(one, taken) for one in pictures])
    device.client.act("hazard.submit", hazard, {})
    device.sync()
    body = {"level": "general", "responsible_section": "s1", "deadline": device.world.clock.now + 20 * 86_400_000}
    assert device.world.act("h1", "hazard.confirm", hazard, body) == "accepted"
    return hazard, [one.sha256 for one in pictures]


def _gets(world: World) -> list[str]:
    return [asked.path.rpartition("/")[2].partition("?")[0] for asked in world.wire.log if asked.what == "blobs"]


@pytest.fixture
def colleague(world: World, device: Device) -> Device:
    """Another inspector of the same section."""
    return world.device("p2")


def test_photos_of_open_hazards_of_ones_section_come_as_small_pictures_after_everything_else(world: World, device: Device, colleague: Device) -> None:
    _, photos = _found(device, 1, 2, side=900)
    own = work.start(colleague.client)
    inspecting.attach_photo(colleague.client, own, None, picture_of(colleague, 3), {"taken_at": world.clock.now})
    world.wire.log.clear()
    assert isinstance(colleague.sync(), UpToDate)
    order = [asked.what for asked in world.wire.log]
    assert order.index("push") < order.index("pull") < order.index("photos") < order.index("blobs")
    assert sorted(_gets(world)) == sorted(photos)
    for sha256 in photos:
        with Image.open(fetch.small_of(colleague.client, sha256)) as small:
            assert max(small.size) == 320
    world.wire.log.clear()
    colleague.sync()
    assert _gets(world) == [], "they are here"


def test_what_a_person_does_not_see_is_not_to_be_had(world: World, device: Device) -> None:
    _, (photo,) = _found(device, 4)
    assert world.act("admin", "person.add", "p9", {"name": "外人", "card_no": "LC-9"}) == "accepted"
    assert world.act("admin", "person.grant", "p9", {"role": "inspector", "unit": "s2"}) == "accepted"
    stranger = world.device("p9")
    assert fetch.want(stranger.client, [photo]) is True
    assert isinstance(stranger.sync(), UpToDate)
    assert fetch.small_of(stranger.client, photo) == "" and not (stranger.folder / "fetched" / f"{photo}.jpg").exists()
    assert fetch.want(stranger.client, [photo]) is False, "not asked for again at once"


def test_what_is_opened_on_the_screen_comes_first(world: World, device: Device, colleague: Device) -> None:
    _, photos = _found(device, 5, 6, 7)
    colleague.engine.wake()
    while not isinstance(status := colleague.engine.step(), Working) or status.what != "fetch":
        pass
    missing = [sha256 for sha256 in photos if not fetch.small_of(colleague.client, sha256)]
    assert len(missing) == 2
    assert fetch.want(colleague.client, [missing[1]]) is True
    world.wire.log.clear()
    colleague.sync()
    assert _gets(world)[0] == missing[1]


def test_one_goes_on_with_an_inspection_on_another_phone_and_sees_its_photos(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    photo = picture_of(device, 8)
    inspecting.attach_photo(device.client, inspection, None, photo, {"taken_at": world.clock.now})
    device.sync()
    second = world.device("p1", name="second")
    assert second.client.record(inspection) is not None
    assert Path(fetch.small_of(second.client, photo.sha256)).is_file()


def test_nothing_is_fetched_or_sent_over_a_network_that_costs_but_operations_go(world: World, device: Device, colleague: Device) -> None:
    _found(device, 9)
    costs = [True]
    colleague.engine._photos_wait = lambda: costs[0]
    inspection = work.start(colleague.client)
    inspecting.attach_photo(colleague.client, inspection, None, picture_of(colleague, 10), {"taken_at": world.clock.now})
    world.wire.log.clear()
    status = colleague.sync()
    assert isinstance(status, UpToDate) and status.held_back == 1
    assert world.record(inspection)["state"] == "draft" and not world.wire.asked("photos") and not world.wire.asked("blobs")
    waiting = colleague.engine.step()
    assert isinstance(waiting, Waiting) and (waiting.problem, waiting.held_back) == ("", 1), "the screen can go on saying so"

    colleague.engine.wake(asked=True, photos=True)
    while not isinstance(colleague.engine.step(), UpToDate):
        pass
    assert colleague.client.unsent().photos == 0, "the person wanted it"
    inspecting.attach_photo(colleague.client, inspection, None, picture_of(colleague, 11), {"taken_at": world.clock.now})
    assert colleague.sync() == UpToDate(world.clock.now, held_back=1), "this once"
    costs[0] = False
    assert colleague.sync() == UpToDate(world.clock.now) and colleague.client.unsent().photos == 0


@pytest.mark.parametrize("status", (500, 503))
def test_a_server_that_cannot_make_pictures_holds_up_nothing_else(world: World, device: Device, colleague: Device, status: int) -> None:
    _, photos = _found(device, 12, 13)
    world.wire.fault = instead("blobs", Reply(status, {"paicha-protocol": "1"}, b"{}"))
    world.wire.log.clear()
    colleague.sync()
    assert world.wire.asked("blobs") == 1, "left for a while"
    inspection = work.start(colleague.client)
    colleague.engine.wake()
    colleague.engine.step()
    assert world.record(inspection)["state"] == "draft"
    world.wire.fault = no_fault
    world.clock.now += 6 * MINUTE
    colleague.sync()
    assert all(fetch.small_of(colleague.client, sha256) for sha256 in photos)


def test_a_captive_portals_page_is_no_picture(world: World, device: Device, colleague: Device) -> None:
    _, (photo,) = _found(device, 14)
    world.wire.fault = instead("blobs", Reply(200, {}, b"\xff\xd8 please log in"))
    colleague.engine.wake()
    statuses = colleague.steps(12)
    assert any(isinstance(status, Waiting) and status.problem == "not_the_server" for status in statuses)
    assert fetch.small_of(colleague.client, photo) == ""
    world.wire.fault = no_fault
    colleague.sync()
    assert fetch.small_of(colleague.client, photo)


def test_fetched_pictures_stay_under_their_cap_and_the_least_looked_at_go(
    world: World, device: Device, colleague: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, photos = _found(device, *range(20, 28))
    one = len(_small(world, device, photos[0]))
    monkeypatch.setattr(fetch, "MOST_BYTES", 4 * one)
    colleague.sync()
    files = list((colleague.folder / "fetched").glob("*.jpg"))
    assert 2 <= len(files) <= 4 and sum(file.stat().st_size for file in files) <= 4 * one
    kept = colleague.client.store.all("SELECT sha256 FROM fetched WHERE state = 'here'")
    assert {row[0] for row in kept} == {file.stem for file in files}


def _small(world: World, device: Device, sha256: str) -> bytes:
    device.engine._token = ""
    device.engine._get_token()
    headers = {"authorization": f"Bearer {device.engine._token}"}
    reply = world.wire.ask(Asked("GET", f"/v1/ledgers/{LEDGER}/blobs/{sha256}?size=small", b"", headers))
    assert reply.status == 200 and reply.headers["content-type"] == "image/jpeg"
    return reply.body


def test_what_was_blurred_is_unreadable_in_the_small_picture_and_the_original_stays(world: World, device: Device) -> None:
    hazard, (photo,) = _found(device, 30, side=400)
    plain = Image.open(io.BytesIO(_small(world, device, photo))).convert("L")
    original = world.blobs.path(LEDGER, photo).read_bytes()
    (id,) = world.record(hazard)["photos"]
    stroke = {"shape": "blur", "points": [[0, 0], [5000, 5000]]}
    device.client.act("hazard.mark_photo", hazard, {"photo": id, "strokes": [stroke]})
    device.sync()
    marked = Image.open(io.BytesIO(_small(world, device, photo))).convert("L")

    def detail(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
        """How many neighbours differ: noise has many."""
        part = picture.crop(box)
        pixels = part.tobytes()
        return sum(abs(a - b) > 20 for a, b in zip(pixels, pixels[1:], strict=False))

    blurred, clear = (0, 0, 150, 150), (170, 170, 310, 310)
    assert detail(marked, blurred) < detail(plain, blurred) / 4
    assert detail(marked, clear) > detail(plain, clear) * 0.9
    assert world.blobs.path(LEDGER, photo).read_bytes() == original


def test_an_erased_photo_is_gone_in_small_too(world: World, device: Device) -> None:
    _, (photo,) = _found(device, 31)
    _small(world, device, photo)
    world.blobs.erase(LEDGER, photo)
    assert list(world.blobs.small_folder(LEDGER, photo).iterdir()) == []


def test_with_another_role_other_pictures_are_here(world: World, device: Device, colleague: Device) -> None:
    _, (photo,) = _found(device, 32)
    colleague.sync()
    assert fetch.small_of(colleague.client, photo)
    assert world.act("admin", "person.grant", "p2", {"role": "inspector", "unit": "s2"}) == "accepted"
    assert world.act("admin", "person.revoke", "p2", {"role": "inspector", "unit": "s1"}) == "accepted"
    colleague.sync()
    world.clock.now += 2 * MINUTE
    colleague.sync()
    assert fetch.small_of(colleague.client, photo) == "" and not list((colleague.folder / "fetched").glob("*.jpg"))
