"""What the phone keeps, what of it may go, and the receipt of an inspection."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobile.core import inspecting, storage
from mobile.core.bundle import write_bundle
from mobile.core.photos import prepare
from mobile.core.receipt import receipt_of
from mobile.core.status import UpToDate
from mobile.ui import fonts
from sync_server.backup import backup, restore
from tests.client import work
from tests.client.test_bundle import day_of_work, picture_of
from tests.client.wiring import DAY, Device, World, offline
from tests.pictures import picture

FONT = Path(fonts.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
MB = 1_000_000


def _originals(device: Device) -> list[Path]:
    return sorted(path for path in (device.folder / "photos").iterdir() if ".thumb." not in path.name)


def _thumbs(device: Device) -> list[Path]:
    return sorted((device.folder / "photos").glob("*.thumb.jpg"))


def test_every_byte_of_the_app_is_told_by_its_kind(device: Device) -> None:
    day_of_work(device, photos=3)
    write_bundle(device.client)
    told = storage.used(device.client)
    assert told.originals == sum(path.stat().st_size for path in _originals(device)) > 0
    assert told.thumbnails == sum(path.stat().st_size for path in _thumbs(device)) > 0
    assert told.bundles > told.originals and told.operations > 0 and told.records > told.operations
    on_disk = sum(path.stat().st_size for path in device.folder.rglob("*") if path.is_file() and path.suffix != ".pem")
    assert told.total == pytest.approx(on_disk, rel=0.01)
    assert storage.drop_bundles(device.client) == told.bundles and storage.used(device.client).bundles == 0


def test_nothing_unsent_ever_goes_however_old(world: World, device: Device) -> None:
    world.wire.fault = offline
    day_of_work(device, photos=3)
    world.clock.now += 400 * DAY
    assert storage.may_go(device.client) == storage.MayGo(0, 0, 3)
    storage.clean(device.client)
    assert len(_originals(device)) == 3


def test_what_the_server_has_confirmed_goes_after_its_days_and_thumbnails_stay(world: World, device: Device) -> None:
    day_of_work(device, photos=3)
    device.sync()
    assert storage.may_go(device.client).files == 0, "not yet old"
    world.clock.now += 31 * DAY
    size = sum(path.stat().st_size for path in _originals(device))
    assert storage.may_go(device.client) == storage.MayGo(3, size, 0)
    told: list[tuple[int, int]] = []
    assert storage.clean(device.client, progress=lambda done, total: told.append((done, total))) == storage.MayGo(3, size, 0)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert _originals(device) == [] and len(_thumbs(device)) == 3
    assert isinstance(device.sync(), UpToDate) and device.client.needs_you() == []
    assert storage.clean(device.client).files == 0


def test_where_backups_are_kept_only_what_is_in_one_goes(world: World, device: Device, tmp_path: Path) -> None:
    backup(world.database, world.blobs, tmp_path / "first", world.clock.now, lambda line: None)
    day_of_work(device, photos=2)
    device.sync()
    world.clock.now += 31 * DAY
    assert storage.may_go(device.client) == storage.MayGo(0, 0, 2), "received, but in no backup yet"
    backup(world.database, world.blobs, tmp_path / "second", world.clock.now, lambda line: None)
    device.sync()
    assert storage.may_go(device.client).files == 2


def test_a_clean_up_that_was_cut_off_is_simply_done_again(world: World, device: Device) -> None:
    day_of_work(device, photos=3)
    device.sync()
    world.clock.now += 31 * DAY

    class Killed(BaseException):
        pass

    def killed(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        storage.clean(device.client, progress=killed)
    assert len(_originals(device)) == 2
    (first, *_) = _originals(device)
    device.client.store.run("UPDATE photos SET cleaned = 1 WHERE path = ?", (str(first),))  # killed between noting and deleting
    device.restart()
    assert storage.clean(device.client).files == 2 and _originals(device) == []


def test_a_restored_server_is_not_told_that_cleaned_photos_are_lost(world: World, device: Device, tmp_path: Path) -> None:
    day_of_work(device, photos=2)
    device.sync()
    world.clock.now += 31 * DAY
    backup(world.database, world.blobs, tmp_path / "kept", world.clock.now, lambda line: None)
    device.sync()
    storage.clean(device.client)
    world.go_on_with(tmp_path / "again.db", tmp_path / "again")
    restore(tmp_path / "kept", world.service, world.blobs, lambda line: None)
    assert isinstance(device.sync(), UpToDate)
    assert device.client.needs_you() == [] and device.client.unsent().photos == 0


def test_a_season_stays_under_400_megabytes(device: Device, tmp_path: Path) -> None:
    """2,000 hazards, 5,000 photos as thumbnails and 10,000 enterprises, from the thumbnails of real pictures and from records as they lie here."""
    day_of_work(device, photos=3)
    device.sync()
    columns = 400  # bytes of a row's further columns and of the indexes
    row = f"SELECT max(length(CAST(coalesce(shown, base) AS BLOB)) + length(CAST(search AS BLOB)) + {columns}) FROM records WHERE kind = ?"
    hazard, enterprise = (device.client.store.one(row, (kind,))[0] for kind in ("hazard", "enterprise"))
    sizes = []
    for seed in range(6):
        (tmp_path / "camera.jpg").write_bytes(picture(seed))
        made = prepare(tmp_path / "camera.jpg", tmp_path / "photos", ("榆东社区 晟柏机械厂",), 0, font=FONT)
        sizes.append(made.file.thumb.stat().st_size)
    season = 5_000 * max(sizes) + 2 * (2_000 * hazard + 10_000 * enterprise)  # twice: a page of the database is half empty at the worst
    assert season < 400 * MB, f"{season / MB:.0f} MB: thumbnails of {max(sizes)} bytes, hazards of {hazard}, enterprises of {enterprise}"
    assert season > 50 * MB, "no joke: pictures, not blanks"


def test_the_receipt_says_which_entries_an_inspection_has_become(world: World, device: Device, tmp_path: Path) -> None:
    world.wire.fault = offline
    inspection = day_of_work(device, photos=1)
    before = receipt_of(device.client, inspection)
    assert before.waiting == before.operations > 0 and before.numbers == () and before.received_at is None and not before.complete
    world.wire.fault = lambda asked, ask: ask(asked)
    world.clock.now += 5_000
    device.sync()
    receipt = receipt_of(device.client, inspection)
    assert receipt.complete and receipt.waiting == 0 and receipt.refused == 0
    assert len(receipt.numbers) == receipt.operations and receipt.received_at == world.clock.now
    assert receipt.size == world.size() and len(receipt.root) == 64 and receipt.in_backup is None
    first, last = receipt.numbers[0], receipt.numbers[-1]
    assert receipt.ranges.startswith(str(first)) and receipt.ranges.endswith(str(last))

    backup(world.database, world.blobs, tmp_path / "kept", world.clock.now, lambda line: None)
    device.sync()
    assert receipt_of(device.client, inspection).in_backup is True
    work.report(device.client)
    assert receipt_of(device.client, inspection) == receipt_of(device.client, inspection), "other work is not its own"


def test_a_photo_that_waits_keeps_a_receipt_from_being_complete(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    inspecting.attach_photo(device.client, inspection, None, picture_of(device, 1), {"taken_at": device.client.ports.now()})
    world.wire.fault = lambda asked, ask: ask(asked) if asked.what != "photos" else offline(asked, ask)
    device.engine.wake()
    device.steps(8)
    receipt = receipt_of(device.client, inspection)
    assert receipt.waiting == 0 and receipt.photos_waiting == 1 and not receipt.complete
