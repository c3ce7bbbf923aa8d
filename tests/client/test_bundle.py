"""Sending everything by file: what a bundle holds, that a carrier can change nothing, and that it is the same as syncing, in any order."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path

from PIL import Image

from mobile.core import inspecting
from mobile.core.bundle import write_bundle
from mobile.core.client import PhotoFile
from mobile.core.durable import write_durably
from mobile.core.status import UpToDate
from sync_server.bundles import Imported, import_bundle
from tests.client import work
from tests.client.wiring import LEDGER, Device, World, offline


def jpeg(seed: int, side: int = 60) -> bytes:
    """A picture of noise."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)).save(out, "JPEG", quality=80)
    return out.getvalue()


def picture_of(device: Device, seed: int) -> PhotoFile:
    """A picture in the enrolment's folder."""
    data = jpeg(seed)
    sha256 = hashlib.sha256(data).hexdigest()
    folder = device.folder / "photos"
    folder.mkdir(exist_ok=True)
    write_durably(folder / f"{sha256}.jpg", data)
    write_durably(folder / f"{sha256}.thumb.jpg", data)
    return PhotoFile(sha256, folder / f"{sha256}.jpg", folder / f"{sha256}.thumb.jpg", len(data))


def day_of_work(device: Device, photos: int = 2, seed: int = 0) -> str:
    """A day without signal: an inspection with a finding and its photos, handed in."""
    client = device.client
    inspection = work.start(client)
    record = client.record(inspection)
    assert record is not None
    work.fill(client, inspection)
    taken = {"taken_at": client.ports.now(), "position": None, "likeness": None}
    pictures = [(picture_of(device, seed + place), taken) for place in range(photos)]
    inspecting.report_finding(client, None, None, work.finding(no_photo_reason=None), pictures)
    inspecting.submit(client, inspection)
    return inspection


def _import(world: World, path: Path) -> Imported:
    return import_bundle(world.service, world.blobs, LEDGER, path)


def test_a_day_without_signal_arrives_by_file_and_the_phone_hears_of_it_at_its_next_sync(world: World, device: Device) -> None:
    world.wire.fault = offline
    inspection = day_of_work(device)
    written = write_bundle(device.client)
    assert written.files == 2 and written.missing == 0 and written.operations == len(device.states())

    done = _import(world, written.path)
    assert (done.person, done.accepted, done.conflicts, done.refused, done.known) == ("p1", written.operations, 0, 0, 0)
    assert (done.photos, done.photos_known, done.not_taken) == (2, 0, [])
    assert world.record(inspection)["state"] == "submitted"

    world.wire.fault = lambda asked, ask: ask(asked)
    world.wire.log.clear()
    assert isinstance(device.sync(), UpToDate)
    assert set(device.states()) == {"accepted"} and device.client.unsent().photos == 0
    assert world.wire.asked("push") == 0, "the verdicts came with the pull: nothing was handed in again"
    assert all(len(asked.body) < 1000 for asked in world.wire.log if asked.what == "photos"), "no photo was sent again"
