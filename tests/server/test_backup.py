"""Backup and restore: the same ledger on either database, a new epoch, and what the backup did not have is handed in again and misleads nobody."""

from __future__ import annotations

import errno
import gzip
import hashlib
from pathlib import Path

import pytest

from shared import protocol as p
from shared.checkpoint import open_note
from shared.errors import Damaged
from sync_server.backup import backup, restore
from sync_server.blobs import LocalBlobs
from sync_server.service import Service
from sync_server.store.database import Database
from tests.databases import KINDS, database_url
from tests.server.looking import everything, record, size, verified
from tests.server.test_photos import JPEG, jpeg
from tests.worlds import LEDGER, Clock, Device, World, confirm_body, open_world, photo_body, report_body


def quiet(text: str) -> None:
    """Backups report their progress to a person."""


def empty_server(url: str) -> Service:
    database = Database(url)
    database.prepare()
    return Service(database, Clock())


def with_a_photo(world: World, folder: Path) -> Device:
    device, data = world.device("lin"), jpeg(1, 40)
    digest = hashlib.sha256(data).hexdigest()
    device.tell("hazard.report", "h1", report_body())
    device.tell("hazard.add_photo", "h1", photo_body("p1", digest, phase="before"))
    blobs = LocalBlobs(folder / "blobs")
    blobs.append(LEDGER, blobs.create(LEDGER, digest, len(data), JPEG, device.id).id, 0, [data])
    world.act("server", "blob.received", "blobs", {"blobs": [{"sha256": digest, "size": len(data), "media_type": JPEG}]})
    return device


@pytest.mark.parametrize("target", KINDS)
def test_a_restored_server_is_the_old_one_in_a_new_epoch(world: World, tmp_path: Path, target: str) -> None:
    device = with_a_photo(world, tmp_path)
    backup(world.service.database, LocalBlobs(tmp_path / "blobs"), tmp_path / "backup", world.clock.now, quiet)
    before, old = everything(world.service.database), device.epoch
    (tmp_path / "new").mkdir()
    service = empty_server(database_url(target, tmp_path / "new"))
    restore(tmp_path / "backup", service, LocalBlobs(tmp_path / "new" / "blobs"), quiet, "磁盘损坏")
    after = everything(service.database)
    assert set(before["operations"]) == {row for row in after["operations"] if row[1] <= len(before["operations"])}
    (told,) = record(service, "ledger")["restores"]
    assert (told["size"], told["reason"], told["no"]) == (len(before["operations"]), "磁盘损坏", told["size"] + 1)
    assert told["epoch"] != old
    report = verified(service, tmp_path / "new")
    assert (report.operations, report.photos) == (told["no"], 1)
    assert service.keys.verifier_key(LEDGER) == device.verifier_key, "phones go on trusting it"
    assert open_note(service.checkpoint(LEDGER), device.verifier_key).origin == p.origin(LEDGER, told["epoch"])
    service.close()


def test_what_the_backup_did_not_have_is_handed_in_again_and_nothing_is_based_on_what_was_lost(tmp_path: Path) -> None:
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    lin, head = world.device("lin"), world.device("head")
    lin.tell("hazard.report", "h1", report_body())
    lin.tell("hazard.submit", "h1", {})
    backup(world.service.database, LocalBlobs(tmp_path / "blobs"), tmp_path / "backup", world.clock.now, quiet)
    kept = size(world.service)
    lost = [lin.tell("hazard.report", f"h{i}", report_body()).no for i in (2, 3)]
    assert head.tell("hazard.return", "h1", {"reason": "描述不清"}, kept).verdict == "accepted"
    seen = size(world.service)
    world.service.close()
    (tmp_path / "new").mkdir()
    service = empty_server(f"sqlite:///{tmp_path / 'new' / 'paicha.db'}")
    restore(tmp_path / "backup", service, LocalBlobs(tmp_path / "new" / "blobs"), quiet)
    lin.service = head.service = service
    answer = lin.push(len(lin.lines), size=seen)
    assert answer["expect"] == 3 and answer["verdicts"] == [], "the server asks for what it forgot"
    assert answer["epoch"] != lin.epoch and answer["consistency"] == []
    again = lin.push(3)
    assert [v[2] for v in again["verdicts"]] == ["accepted", "accepted"] and [v[1] for v in again["verdicts"]] != lost
    office = Device(service, Clock(), "office")
    office.enrol(service.make_code(LEDGER, "office", "admin"))
    assert office.tell("hazard.confirm", "h1", confirm_body(), size(service)).verdict == "accepted"
    forgotten = head.push(1)
    assert [v[2] for v in forgotten["verdicts"]] == ["conflict"], "its base was of the old epoch: it had not seen what the office did since"
    head.make("hazard.void", "h1", {"reason": "x"}, seen)
    assert head.push(2)["verdicts"][0][2] == "conflict", "a number of the lost part proves nothing was seen"
    head_of, lines = head.pull({"all": seen, "unit:s1": seen, "gov": seen})
    assert {"h1", "e1"} <= {line["record"]["id"] for line in lines}, "cursors of the old epoch count from nothing"
    verified(service, tmp_path / "new")
    service.close()


@pytest.mark.parametrize("spoil", ["cut", "changed", "missing table", "missing manifest"])
def test_a_damaged_backup_restores_nothing(tmp_path: Path, spoil: str) -> None:
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    backup(world.service.database, LocalBlobs(tmp_path / "blobs"), tmp_path / "backup", world.clock.now, quiet)
    world.service.close()
    table = tmp_path / "backup" / "tables" / "records.jsonl.gz"
    if spoil == "cut":
        table.write_bytes(table.read_bytes()[:-50])
    elif spoil == "changed":
        table.write_bytes(gzip.compress(gzip.decompress(table.read_bytes()).replace("榆东".encode(), "榆西".encode(), 1)))
    else:
        (table if spoil == "missing table" else tmp_path / "backup" / "backup.json").unlink()
    service = empty_server("sqlite:///" + str(tmp_path / "new.db"))
    with pytest.raises(Damaged) as damaged:
        restore(tmp_path / "backup", service, LocalBlobs(tmp_path / "new"), quiet)
    assert damaged.value.code == "restore.damaged"
    assert everything(service.database)["operations"] == []
    service.close()


def test_a_server_that_holds_a_ledger_is_not_overwritten(world: World, tmp_path: Path) -> None:
    backup(world.service.database, LocalBlobs(tmp_path / "blobs"), tmp_path / "backup", world.clock.now, quiet)
    before = everything(world.service.database)
    with pytest.raises(Damaged) as refused:
        restore(tmp_path / "backup", world.service, LocalBlobs(tmp_path / "blobs"), quiet)
    assert refused.value.code == "restore.not_empty"
    assert everything(world.service.database) == before


def test_devices_are_told_up_to_where_a_backup_has_their_work(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    assert device.push()["safe"] == -1
    device.tell("hazard.report", "h1", report_body())
    backup(world.service.database, LocalBlobs(tmp_path / "blobs"), tmp_path / "one", world.clock.now, quiet)
    assert device.push(2)["safe"] == size(world.service)
    device.tell("hazard.report", "h2", report_body())
    assert device.push(3)["safe"] == size(world.service) - 1


def test_a_restore_that_meets_a_full_disk_among_the_photos_can_be_run_again(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    sha256 = hashlib.sha256(b"photo").hexdigest()
    blobs.path(world.ledger, sha256).parent.mkdir(parents=True)
    blobs.path(world.ledger, sha256).write_bytes(b"photo")
    backup(world.service.database, blobs, tmp_path / "backup", world.clock.now, quiet)
    service = empty_server("sqlite:///" + str(tmp_path / "new.db"))
    with monkeypatch.context() as full:
        full.setattr("sync_server.backup.shutil.copyfile", _no_room)
        with pytest.raises(OSError, match="No space"):
            restore(tmp_path / "backup", service, LocalBlobs(tmp_path / "new"), quiet)
    assert everything(service.database)["operations"] == [], "no ledger is there before its photos are"
    restore(tmp_path / "backup", service, LocalBlobs(tmp_path / "new"), quiet)
    assert LocalBlobs(tmp_path / "new").path(world.ledger, sha256).read_bytes() == b"photo"
    service.close()


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
