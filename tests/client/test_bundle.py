"""Sending everything by file: what a bundle holds, that a carrier can change nothing, and that it is the same as syncing, in any order."""

from __future__ import annotations

import dataclasses
import errno
import gzip
import hashlib
import io
import json
import random
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from PIL import Image

from mobile.core import inspecting
from mobile.core.bundle import UNFINISHED, bundle_name, write_bundle
from mobile.core.client import PhotoFile
from mobile.core.durable import write_durably
from mobile.core.phone import Phone
from mobile.core.status import UpToDate
from shared import bundle as form
from shared.errors import Refused, RetryLater
from shared.protocol import PUSH_TOO_LARGE
from sync_server.backup import backup, restore
from sync_server.blobs import LocalBlobs, Upload
from sync_server.bundles import FORKED, OF_REVOKED, OLDER_EPOCH, OTHER_LEDGER, Imported, import_bundle
from sync_server.verify import verify
from tests.client import work
from tests.client.wiring import LEDGER, MINUTE, Device, World, answer_lost, copy_of, no_fault, offline


def jpeg(seed: int, side: int = 60) -> bytes:
    """A picture of noise."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)).save(out, "JPEG", quality=80)
    return out.getvalue()


def picture_of(device: Device, seed: int, side: int = 60) -> PhotoFile:
    """A picture in the enrolment's folder."""
    data = jpeg(seed, side)
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


def _everything(world: World) -> list[object]:
    """All that the server has stored: tables and blobs."""
    names = ("ledgers", "operations", "records", "held", "signatures", "devices")
    with world.database.read() as link:
        tables = [sorted(map(repr, link.all(f"SELECT * FROM {table}"))) for table in names]
    return [tables, sorted(world.blobs.digests(LEDGER)) if world.blobs.folder.exists() else []]


@pytest.fixture
def made(world: World, device: Device) -> Path:
    """A bundle of a day's work that the server knows nothing of."""
    world.wire.fault = offline
    day_of_work(device)
    return write_bundle(device.client).path


def _resigned(device: Device, path: Path, change: Callable[[form.Manifest], form.Manifest]) -> Path:
    """The bundle with another manifest, rightly signed by the phone: what a changed program could make."""
    data = path.read_bytes()
    parts = {part.name: data[part.start : part.start + part.size] for part in _parts_of(data)}
    manifest = form.write_manifest(change(form.read_manifest(parts[form.MANIFEST])))
    digest = hashlib.sha256(manifest).hexdigest()
    signature = device.client.signer.sign(form.bundle_message(LEDGER, device.client.identity.device, digest)).encode()
    parts |= {form.MANIFEST: manifest, form.SIGNATURE: signature}
    return _written(path.with_name("resigned.paicha"), parts)


def _parts_of(data: bytes) -> list[form.Part]:
    parts, at = [], 0
    while (part := form.read_header(data[at : at + form.BLOCK], at)) is not None:
        parts.append(part)
        at = part.end
    return parts


def _written(path: Path, parts: dict[str, bytes]) -> Path:
    whole = b"".join(form.header(name, len(data)) + data + form.padding(len(data)) for name, data in parts.items())
    path.write_bytes(whole + form.END)
    return path


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


def test_a_bundle_holds_own_work_and_nothing_that_was_pulled(world: World, device: Device) -> None:
    body = {"name": "线索企业", "address": "2号", "community": "c1", "lead_section": "s1", "industries": ["all"], "key": False, "high_risk": False}
    assert world.act("admin", "enterprise.register", "e7", {**body, "credit_code": "91370100MA3TTTTT1X"}) == "accepted"
    device.sync()
    world.wire.fault = offline
    day_of_work(device)
    data = write_bundle(device.client).path.read_bytes()
    parts = _parts_of(data)
    assert {part.name.partition("/")[0] for part in parts} == {"files", "pushes", "manifest.json", "signature"}
    unpacked = b"".join(
        gzip.decompress(data[p.start : p.start + p.size]) if p.name.startswith(form.PUSHES) else data[p.start : p.start + p.size] for p in parts
    )
    own = [bytes(raw) for (raw,) in device.client.store.all("SELECT raw FROM operations ORDER BY n")]
    assert all(raw in unpacked for raw in own), "the exact bytes"
    assert "线索企业".encode() not in unpacked and b"91370100MA3TTTTT1X" not in unpacked


@pytest.mark.parametrize("seed", range(40))
def test_whatever_byte_a_carrier_changes_is_told_and_nothing_is_stored(world: World, made: Path, seed: int) -> None:
    data = bytearray(made.read_bytes())
    place = random.Random(seed).randrange(len(data))
    data[place] ^= 1 << seed % 8
    made.write_bytes(data)
    before = _everything(world)
    try:
        done = _import(world, made)
    except Refused as refused:
        assert refused.code.startswith("bundle."), refused.code
        assert "导入" in refused.text("zh") and "import" in refused.text("en")
        assert _everything(world) == before
    else:  # only what fills a part up to a whole block means nothing
        assert any(part.start + part.size <= place < part.end for part in _parts_of(bytes(data))) and done.refused == 0


def _without_a_photo(parts: dict[str, bytes]) -> dict[str, bytes]:
    first = next(name for name in parts if name.startswith(form.FILES))
    return {name: data for name, data in parts.items() if name != first}


def _with_other_bytes(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name: (jpeg(99) if name.startswith(form.FILES) else data) for name, data in parts.items()}


def _with_one_more(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{form.FILES}{hashlib.sha256(jpeg(99)).hexdigest()}": jpeg(99), **parts}


def _in_other_order(parts: dict[str, bytes]) -> dict[str, bytes]:
    return dict(sorted(parts.items(), reverse=True))


def _with_a_path(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {"../../../etc/passwd": b"root", **parts}


def _without_a_push(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in parts.items() if not name.startswith(form.PUSHES)}


def _without_a_signature(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in parts.items() if name != form.SIGNATURE}


def _with_another_manifest(parts: dict[str, bytes]) -> dict[str, bytes]:
    manifest = json.loads(parts[form.MANIFEST])
    return {**parts, form.MANIFEST: json.dumps({**manifest, "made_at": manifest["made_at"] + 1}, separators=(",", ":")).encode()}


def _with_a_manifest_of_nonsense(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {**parts, form.MANIFEST: b"[" * 100_000}


TRICKS = (
    _without_a_photo, _with_other_bytes, _with_one_more, _in_other_order, _with_a_path, _without_a_push, _without_a_signature, _with_another_manifest,
    _with_a_manifest_of_nonsense,
)  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__.strip("_"))
def test_a_carrier_can_neither_add_nor_take_away_nor_exchange(
    world: World, made: Path, trick: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    data = made.read_bytes()
    parts = {part.name: data[part.start : part.start + part.size] for part in _parts_of(data)}
    before = _everything(world)
    with pytest.raises(Refused) as refused:
        _import(world, _written(made.with_name("tricked.paicha"), trick(parts)))
    assert refused.value.code == form.CHANGED.code and _everything(world) == before


@pytest.mark.parametrize("kept", (0.0, 0.2, 0.7, 0.95, 0.9999))
def test_a_file_that_was_not_copied_to_its_end_is_told_as_such(world: World, made: Path, kept: float) -> None:
    data = made.read_bytes()
    made.write_bytes(data[: int(len(data) * kept)])
    before = _everything(world)
    with pytest.raises(Refused) as refused:
        _import(world, made)
    assert refused.value.code == (form.CUT_SHORT.code if kept else form.NOT_A_BUNDLE.code) and _everything(world) == before


@pytest.mark.parametrize("data", (b"PK\3\4 a zip", b"", bytes(5_000), "检查记录".encode() * 400))
def test_another_kind_of_file_is_no_bundle(world: World, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.paicha").write_bytes(data)
    with pytest.raises(Refused) as refused:
        _import(world, tmp_path / "x.paicha")
    assert refused.value.code == form.NOT_A_BUNDLE.code


def test_a_push_that_bursts_when_unpacked_is_refused_within_bounded_memory(world: World, device: Device, made: Path) -> None:
    data = made.read_bytes()
    parts = {part.name: data[part.start : part.start + part.size] for part in _parts_of(data)}
    bomb = gzip.compress(bytes(500_000_000), 9)
    parts[form.push_name(0)] = bomb
    path = _written(made.with_name("bomb.paicha"), parts)
    push = form.Push(hashlib.sha256(bomb).hexdigest(), len(bomb), 1, 1)
    path = _resigned(device, path, lambda manifest: dataclasses.replace(manifest, pushes=(push,)))
    before = _everything(world)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused) as refused:
        _import(world, path)
    assert refused.value.code == PUSH_TOO_LARGE.code and _everything(world) == before
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 120_000, "kB: nothing like what it claims to be"


def test_a_bundle_of_a_revoked_phone_is_refused_in_words(world: World, device: Device, made: Path) -> None:
    assert world.act("admin", "device.revoke", device.client.identity.device, {"reason": "手机遗失"}) == "accepted"
    before = _everything(world)
    with pytest.raises(Refused) as refused:
        _import(world, made)
    assert refused.value.code == OF_REVOKED.code and _everything(world) == before


def test_a_bundle_of_another_ledger_is_refused(world: World, made: Path) -> None:
    world.service.open_ledger("elsewhere", {"name": "柏河街道", "district": "区", "city": "市", "code": "BH", "admin": {"id": "a", "name": "管理员"}})
    with pytest.raises(Refused) as refused:
        import_bundle(world.service, world.blobs, "elsewhere", made)
    assert refused.value.code == OTHER_LEDGER.code


def test_a_bundle_signed_by_another_phone_is_taken_for_changed(world: World, device: Device, made: Path) -> None:
    world.wire.fault = no_fault
    other = world.device("p2", pulled=False)
    data = made.read_bytes()
    parts = {part.name: data[part.start : part.start + part.size] for part in _parts_of(data)}
    manifest = parts[form.MANIFEST].replace(device.client.identity.device.encode(), other.client.identity.device.encode())
    parts[form.MANIFEST] = manifest
    with pytest.raises(Refused) as refused:
        _import(world, _written(made.with_name("other.paicha"), parts))
    assert refused.value.code == form.CHANGED.code


def test_a_bundle_from_before_a_restore_is_refused_and_the_next_one_goes_in(world: World, device: Device, tmp_path: Path) -> None:
    day_of_work(device)
    device.sync()
    backup(world.database, world.blobs, tmp_path / "kept", world.clock.now, lambda line: None)
    world.wire.fault = offline
    inspection = day_of_work(device, seed=10)
    old = write_bundle(device.client).path
    world.go_on_with(tmp_path / "again.db", tmp_path / "again")
    restore(tmp_path / "kept", world.service, world.blobs, lambda line: None)
    before = _everything(world)
    with pytest.raises(Refused) as refused:
        _import(world, old)
    assert refused.value.code == OLDER_EPOCH.code and _everything(world) == before
    world.wire.fault = lambda asked, ask: ask(asked) if asked.what in ("pull", "token") else offline(asked, ask)
    device.engine.wake()
    device.steps(4)  # it hears of the new epoch
    assert _import(world, write_bundle(device.client).path).refused == 0
    assert world.record(inspection)["state"] == "submitted"


def test_importing_twice_and_syncing_before_and_after_changes_nothing_more(world: World, device: Device, made: Path) -> None:
    first = _import(world, made)
    size = world.size()
    again = _import(world, made)
    assert (again.accepted, again.known, again.photos, again.photos_known) == (first.accepted, first.operations, 2, 2)
    assert world.size() == size
    world.wire.fault = lambda asked, ask: ask(asked)
    device.sync()
    assert world.size() == size, "the phone had nothing to add"
    _import(world, made)
    assert world.size() == size
    with pytest.raises(Refused) as refused:
        write_bundle(device.client)
    assert refused.value.code == "bundle.nothing"


def test_a_clone_that_went_on_elsewhere_is_told_to_sync_by_the_network(world: World, device: Device, tmp_path: Path) -> None:
    world.wire.fault = offline
    shutil.copytree(device.folder, tmp_path / "clone" / device.folder.name)
    work.start(device.client)
    made = write_bundle(device.client).path
    clone = Phone(tmp_path / "clone", world.ports(lambda: world.clock.now)).open(device.folder.name)
    world.keep(clone)
    other = Device(world, device.phone, clone, device.folder.name)
    world.wire.fault = lambda asked, ask: ask(asked)
    work.start(clone, enterprise="e2")
    other.sync()
    before = _everything(world)
    with pytest.raises(Refused) as refused:
        _import(world, made)
    assert refused.value.code == FORKED.code and _everything(world) == before


def test_refusals_are_counted_and_reach_the_phone(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    device.sync()
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    world.wire.fault = offline
    device.client.act("inspection.void", inspection, {"reason": "重复"})
    done = _import(world, write_bundle(device.client).path)
    assert (done.accepted, done.refused, done.conflicts) == (0, 1, 0)
    world.wire.fault = no_fault
    device.sync()
    (problem,) = device.client.needs_you()
    assert (problem.kind, problem.code, problem.subject) == ("refused", "no_right", inspection)


def test_a_photo_that_the_server_does_not_take_keeps_nothing_else_back(world: World, device: Device) -> None:
    world.wire.fault = offline
    inspection = work.start(device.client)
    good = picture_of(device, 1)
    text = b"no picture at all"
    sha256 = hashlib.sha256(text).hexdigest()
    (device.folder / "photos" / f"{sha256}.jpg").write_bytes(text)
    bad = PhotoFile(sha256, device.folder / "photos" / f"{sha256}.jpg", good.thumb, len(text))
    for photo in (bad, good):
        inspecting.attach_photo(device.client, inspection, None, photo, {"taken_at": world.clock.now})
    done = _import(world, write_bundle(device.client).path)
    assert done.not_taken == [(sha256, "blob.not_an_image")] and done.photos == 1 and done.accepted == done.operations
    assert world.blobs.has(LEDGER, good.sha256)


def test_an_import_that_was_cut_off_goes_on_when_it_is_done_again(world: World, made: Path) -> None:
    class Killed(BaseException):
        pass

    for after in range(1, 9):
        calls = 0

        def kill(done: int, total: int, after: int = after) -> None:
            nonlocal calls
            calls += 1
            if calls > after:
                raise Killed

        try:
            import_bundle(world.service, world.blobs, LEDGER, made, kill)
        except Killed:
            continue
    done = _import(world, made)
    assert done.photos == 2 and done.refused == 0
    assert verify(world.database, world.blobs, LEDGER).missing_photos == 0


def test_a_file_that_another_process_is_importing_just_now_waits_and_spoils_nothing(world: World, device: Device) -> None:
    taken = {"taken_at": device.client.ports.now(), "position": None, "likeness": None}
    inspecting.report_finding(device.client, None, None, work.finding(no_photo_reason=None), [(picture_of(device, 9, side=300), taken)])
    made = write_bundle(device.client).path
    right = world.blobs.append
    second: list[str] = []

    def append(ledger: str, id: str, offset: int, chunks: Iterable[bytes]) -> Upload:
        def slowly() -> Iterator[bytes]:
            for chunk in chunks:
                yield chunk[:50_000]
                if not second:
                    second.append("tried")
                    with pytest.raises(RetryLater, match="blob.busy"):
                        import_bundle(world.service, LocalBlobs(world.blobs.folder), LEDGER, made)
                yield chunk[50_000:]

        return right(ledger, id, offset, slowly())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.blobs, "append", append)
        first = _import(world, made)
    assert second and (first.photos, first.not_taken) == (1, [])
    for sha256 in world.blobs.digests(LEDGER):
        assert hashlib.sha256(world.blobs.path(LEDGER, sha256).read_bytes()).hexdigest() == sha256
    assert _import(world, made).photos_known == 1


def test_a_try_that_was_stopped_is_taken_up_where_it_stopped(world: World, device: Device) -> None:
    world.wire.fault = offline
    day_of_work(device, photos=6)
    told: list[int] = []
    with pytest.raises(Refused) as refused:
        write_bundle(device.client, lambda done, total: told.append(done), stop=lambda: len(told) == 4)
    assert refused.value.code == "bundle.stopped"
    unfinished = device.folder / "bundles" / UNFINISHED
    kept = unfinished.read_bytes()
    device.restart()
    work.report(device.client)  # more has been done meanwhile
    done = write_bundle(device.client)
    data = done.path.read_bytes()
    whole = _parts_of_torn(kept)
    assert whole and data[: whole[-1].end] == kept[: whole[-1].end], "nothing that was there was written again"
    assert not unfinished.exists() and done.files == 6
    assert _import(world, done.path).photos == 6


def _parts_of_torn(data: bytes) -> list[form.Part]:
    parts, at = [], 0
    while len(block := data[at : at + form.BLOCK]) == form.BLOCK:
        part = form.read_header(block, at)
        if part is None or part.end > len(data):
            break
        parts.append(part)
        at = part.end
    return parts


@pytest.mark.parametrize("torn", (100, 600, 5_000))
def test_what_a_power_cut_has_torn_is_written_anew(world: World, device: Device, torn: int) -> None:
    world.wire.fault = offline
    day_of_work(device, photos=3)
    folder = device.folder / "bundles"
    first = write_bundle(device.client)
    data = bytearray(first.path.read_bytes())
    data[torn : torn + 300] = bytes(300)
    first.path.unlink()
    (folder / UNFINISHED).write_bytes(data)
    done = write_bundle(device.client)
    assert done.files == 3 and _import(world, done.path).photos == 3


def test_a_photo_whose_file_is_gone_is_left_out_and_the_rest_goes(world: World, device: Device) -> None:
    world.wire.fault = offline
    day_of_work(device, photos=3)
    (path,) = device.client.store.one("SELECT path FROM photos LIMIT 1")
    Path(path).unlink()
    done = write_bundle(device.client)
    assert (done.files, done.missing) == (2, 1)
    assert _import(world, done.path).photos == 2


def test_a_full_phone_says_so_and_keeps_nothing_in_the_way(world: World, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    world.wire.fault = offline
    day_of_work(device)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("mobile.core.bundle.os.fsync", full)
    with pytest.raises(RetryLater) as later:
        write_bundle(device.client)
    assert later.value.code == "bundle.disk_full" and list((device.folder / "bundles").iterdir()) == []
    monkeypatch.undo()
    assert write_bundle(device.client).files == 2


def test_the_name_says_whose_it_is_and_of_when(device: Device) -> None:
    assert bundle_name(device.client).startswith("排查-林一-2026") and bundle_name(device.client).endswith(".paicha")


class EitherWay(RuleBasedStateMachine):
    """A phone works, syncs when there is a network, writes bundles; somebody carries them in, old ones too, several times. Whatever the order: each
    operation is in the ledger once, in the order it was made, with the verdict that it would have had, and both sides agree.
    """

    template: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.template.parent))
        self.world = copy_of(self.template, self.folder)
        self.device = self.world.device("p1")
        self.files: list[Path] = []
        self.made = 0

    @rule()
    def find(self) -> None:
        self.made += 1
        taken = {"taken_at": self.device.client.ports.now(), "position": None, "likeness": None}
        one = picture_of(self.device, self.made)
        inspecting.report_finding(self.device.client, None, None, work.finding(no_photo_reason=None), [(one, taken)])

    @rule()
    def inspect(self) -> None:
        day_of_work(self.device, photos=1, seed=1_000 + self.made)
        self.made += 1

    @rule()
    def sync(self) -> None:
        self.device.sync()

    @rule(steps=strategies.integers(1, 4))
    def sync_a_little(self, steps: int) -> None:
        self.device.engine.wake()
        self.device.steps(steps)

    @rule()
    def lose_answers(self) -> None:
        self.world.wire.fault = answer_lost("push", "photos")
        self.device.engine.wake()
        self.device.steps(3)
        self.world.wire.fault = no_fault
        self.world.clock.now += 10 * MINUTE

    @rule()
    def restart(self) -> None:
        self.device.restart()

    @rule()
    def write(self) -> None:
        try:
            written = write_bundle(self.device.client)
        except Refused as refused:
            assert refused.code == "bundle.nothing"
            return
        carried = self.folder / f"{len(self.files)}.paicha"
        shutil.copy(written.path, carried)
        self.files.append(carried)

    @precondition(lambda self: self.files)
    @rule(data=strategies.data())
    def carry(self, data: strategies.DataObject) -> None:
        path = data.draw(strategies.sampled_from(self.files))
        try:
            assert _import(self.world, path).refused == 0
        except RetryLater as later:  # it begins after what another one holds that was not carried yet
            assert later.code == "behind"

    @invariant()
    def each_once_and_in_order(self) -> None:
        with self.world.database.read() as link:
            stored = link.all("SELECT n, raw, verdict FROM operations WHERE device = ? ORDER BY no", (self.device.client.identity.device,))
        own = self.device.client.store.all("SELECT n, raw FROM operations ORDER BY n")
        assert [(n, bytes(raw)) for n, raw, _ in stored] == [(n, bytes(raw)) for n, raw in own][: len(stored)]
        assert {verdict for _, _, verdict in stored} <= {"accepted"}

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for path in self.files[-1:]:
            with suppress(RetryLater):
                _import(self.world, path)
        assert isinstance(self.device.sync(), UpToDate)
        self.each_once_and_in_order()
        assert set(self.device.states()) <= {"accepted"} and self.device.overlay() == 0
        report = verify(self.world.database, self.world.blobs, LEDGER)
        assert report.missing_photos == 0 and report.photos == self.made
        for row in self.device.client.rows("hazard"):
            assert self.device.client.record(row.id) == self.world.record(row.id)
        self.world.close()
        shutil.rmtree(self.folder)


def test_by_file_and_by_network_in_any_order_is_the_same_ledger(built: Path) -> None:
    EitherWay.template = built
    how = settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(EitherWay, settings=how)
