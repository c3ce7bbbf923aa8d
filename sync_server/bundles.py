"""Taking in what a phone sent by file (`shared.bundle`): all of the file is checked before anything of it is stored, then it is the same as syncing.

Memory is bounded: the file is read in pieces, one push is unpacked at a time. Importing again, before or after the phone has synced, changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from shared import bundle as form
from shared import protocol as p
from shared.errors import Refused, RetryLater, reason
from shared.kinds.evidence import PHOTO_ERASED, blob_id
from sync_server.accept import Act, PushJob
from sync_server.blobs import LocalBlobs, Upload
from sync_server.service import BEHIND, Service, unpack
from sync_server.store import ledgers as store

CHUNK = 1024 * 1024  # bytes
UPLOADER = "bundle"  # an upload of its own beside the phone's, which may be half done
RECEIPTS = 100  # files whose arrival becomes one operation

OTHER_LEDGER = reason(
    "bundle.other_ledger",
    "这个文件属于另一个台账，什么都没有导入；请到它所属街道的管理台导入",
    "the file belongs to another ledger, nothing was imported: import it on the console of its own subdistrict",
)
OLDER_EPOCH = reason(
    "bundle.older_epoch",
    "服务器在手机导出之后从备份恢复过，什么都没有导入；内容仍在手机上，请让手机联网同步一次，或同步后重新导出",
    "the server was restored from a backup after the phone made this file, nothing was imported; everything is still on the phone: "
    "let it sync once by the network, or make the file anew after that",
)
OF_REVOKED = reason(
    "bundle.revoked",
    "导出文件的手机已被停用，什么都没有导入；内容仍在手机上，请给本人新的登记码，登记后内容会重新交上来",
    "the phone that made this file has been revoked, nothing was imported; everything is still on the phone: give its person a new enrolment code",
)
OF_UNKNOWN = reason(
    "bundle.unknown_device",
    "服务器不认识导出文件的手机，什么都没有导入；请给本人新的登记码，登记后内容会重新交上来",
    "this server does not know the phone that made this file, nothing was imported: give its person a new enrolment code",
)
FORKED = reason(
    "bundle.forked",
    "同一登记在另一部手机上也有新的操作，这个文件不能直接导入；内容仍在手机上，请让手机联网同步，会自动处理",
    "another phone has gone on with the same enrolment, so this file was not imported; everything is still on the phone: let it sync by the network",
)

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Imported:
    """What became of a bundle. Operations are counted by their verdicts, whenever those were given; `known` of them were here before."""

    person: str
    device: str
    made_at: int
    accepted: int = 0
    conflicts: int = 0
    refused: int = 0
    held: int = 0
    known: int = 0
    photos: int = 0
    photos_known: int = 0  # of them here before
    not_taken: list[tuple[str, str]] = field(default_factory=list)  # (SHA-256, code) of files that this server does not take

    @property
    def operations(self) -> int:
        """All of them."""
        return self.accepted + self.conflicts + self.refused + self.held


def import_bundle(service: Service, blobs: LocalBlobs, ledger: str, path: Path, progress: Progress = lambda done, total: None) -> Imported:
    """Check a bundle wholly, then take it in. `progress(done, total)` counts bytes, each once for checking and once for taking in.

    Raises Refused: bundle.* or what a push may be refused for, and nothing of the file is stored then. Raises RetryLater (blob.disk_full, behind,
    read_only): what is stored stays, and importing again goes on.
    """
    with path.open("rb") as file:
        bundle = _Bundle(service, ledger, file, progress)
        bundle.check()
        return bundle.take(blobs)


class _Bundle:
    def __init__(self, service: Service, ledger: str, file: BinaryIO, progress: Progress) -> None:
        self.service, self.ledger, self.file, self._tell = service, ledger, file, progress
        self._done = 0
        self.parts = _parts(file)
        self.manifest, self._signed = self._read_manifest()
        self._total = 2 * sum(part.size for part in self.parts)

    def _advance(self, size: int) -> None:
        self._done += size
        self._tell(self._done, self._total)

    # -- checking --------------------------------------------------------------------------------------------------------------------------

    def _read_manifest(self) -> tuple[form.Manifest, bytes]:
        """Which must be the last part but its signature."""
        if [part.name for part in self.parts[-2:]] != [form.MANIFEST, form.SIGNATURE]:
            raise Refused(form.CHANGED)
        manifest, signature = self.parts[-2:]
        if manifest.size > form.MOST_MANIFEST or signature.size > 1_000:
            raise Refused(form.CHANGED)
        data = self._bytes_of(manifest)
        return form.read_manifest(data), data

    def _bytes_of(self, part: form.Part) -> bytes:
        self.file.seek(part.start)
        return self.file.read(part.size)

    def check(self) -> None:
        """Whose it is, that nobody has touched it, that it fits this server. Nothing is stored. Raises Refused, RetryLater."""
        self._check_signature()
        found = [(part.name, part.size) for part in self.parts[:-2]]
        expected = form.expected_parts(self.manifest)
        if found != [(name, size) for name, size, _ in expected]:
            raise Refused(form.CHANGED)
        for part, (_, _, sha256) in zip(self.parts, expected, strict=False):
            digest = hashlib.sha256()
            for chunk in self._chunks(part):
                digest.update(chunk)
                self._advance(len(chunk))
            if digest.hexdigest() != sha256:
                raise Refused(form.CHANGED)
        for job in self._jobs():
            if job.head.epoch != self.manifest.epoch:
                raise Refused(form.CHANGED)
        self._check_chain()

    def _check_signature(self) -> None:
        """By the key of a device of this ledger that may still hand in; then the ledger's own life."""
        m = self.manifest
        if m.ledger != self.ledger:
            raise Refused(OTHER_LEDGER, m.ledger if m.ledger.isprintable() else "")
        try:
            key, self.person = self.service.device_key(self.ledger, m.device)
        except Refused as refused:
            raise Refused(OF_UNKNOWN) if refused.code == p.UNKNOWN_DEVICE.code else refused from None
        message = form.bundle_message(m.ledger, m.device, hashlib.sha256(self._signed).hexdigest())
        if not self.service.keys.signature_is_right(key, self._bytes_of(self.parts[-1]).decode("ascii", "replace"), message):
            raise Refused(form.CHANGED)
        try:
            self.service.require_active(self.ledger, m.device)
        except Refused as refused:
            raise Refused(OF_REVOKED) if refused.code == p.REVOKED.code else refused from None
        with self.service.database.read() as link:
            head = store.head(link, self.ledger)
        if head is None or head.epoch != m.epoch:
            raise Refused(OLDER_EPOCH)

    def _check_chain(self) -> None:
        """It goes on from what is here: the server lacks nothing before it."""
        if self.manifest.pushes and self.manifest.pushes[0].first > self._chain_end() + 1:
            raise RetryLater(BEHIND)

    def _chain_end(self) -> int:
        with self.service.database.read() as link:
            chain = store.chain(link, self.ledger, self.manifest.device)
        return chain.n if chain is not None else 0

    def _jobs(self) -> Iterator[PushJob]:
        """Each push, its chain and its signature checked, one in memory at a time."""
        m = self.manifest
        for part, push in zip(self.parts[len(m.files) :], m.pushes, strict=False):
            job = self.service.prepare(self.ledger, unpack(self._bytes_of(part), "gzip"))
            if (job.head.device, job.head.first, job.head.count) != (m.device, push.first, push.count):
                raise Refused(form.CHANGED)
            yield job

    def _chunks(self, part: form.Part) -> Iterator[bytes]:
        self.file.seek(part.start)
        left = part.size
        while left:
            chunk = self.file.read(min(CHUNK, left))
            if not chunk:
                raise Refused(form.CUT_SHORT)
            left -= len(chunk)
            yield chunk

    # -- taking in -------------------------------------------------------------------------------------------------------------------------

    def take(self, blobs: LocalBlobs) -> Imported:
        """As if the phone had synced."""
        m = self.manifest
        done = Imported(self.person, m.device, m.made_at)
        for job, part in zip(self._jobs(), self.parts[len(m.files) :], strict=False):
            before = self._chain_end()
            outcome = self.service.submit(job)
            if outcome.fork:
                raise Refused(FORKED)
            counted = {"accepted": "accepted", "conflict": "conflicts", "refused": "refused", "held": "held"}
            for verdict in outcome.verdicts:
                name = counted[verdict.verdict]
                setattr(done, name, getattr(done, name) + 1)
                done.known += verdict.n <= before
            self._advance(part.size)
        arrived: list[Upload] = []
        for part, file in zip(self.parts, m.files, strict=False):
            try:
                arrived.append(self._keep(blobs, part, file, done))
            except Refused as refused:
                done.not_taken.append((file.sha256, refused.code))
            self._advance(part.size)
            if len(arrived) == RECEIPTS:
                self._note(arrived)
                arrived = []
        self._note(arrived)
        return done

    def _keep(self, blobs: LocalBlobs, part: form.Part, file: form.File, done: Imported) -> Upload:
        """One photo's bytes, safe on disk. Raises Refused where this server does not take such a file."""
        with self.service.database.read() as link:
            blob = store.records(link, self.ledger, [blob_id(file.sha256)]).get(blob_id(file.sha256))
        if blob is not None and blob["erased"]:
            raise Refused(PHOTO_ERASED)
        upload = blobs.create(self.ledger, file.sha256, file.size, file.media_type, UPLOADER)
        if upload.complete:
            done.photos_known += 1
        elif upload.offset:  # an import was cut off here: from the beginning again
            blobs.drop(self.ledger, upload.id)
            upload = blobs.create(self.ledger, file.sha256, file.size, file.media_type, UPLOADER)
        if not upload.complete:
            upload = blobs.append(self.ledger, upload.id, 0, self._chunks(part))
        done.photos += 1
        return upload

    def _note(self, arrived: list[Upload]) -> None:
        """`blob.received` for those that have none yet."""
        with self.service.database.read() as link:
            known = store.records(link, self.ledger, [blob_id(upload.sha256) for upload in arrived]) if arrived else {}
        items = [
            {"sha256": upload.sha256, "size": upload.size, "media_type": upload.media_type, "device": self.manifest.device}
            for upload in arrived
            if not (known.get(blob_id(upload.sha256)) or {"received": 0})["received"]
        ]
        if items:
            self.service.act(self.ledger, [Act("server", "blob.received", "blobs", {"blobs": items})])


def _parts(file: BinaryIO) -> list[form.Part]:
    """Where each part lies. Raises Refused (bundle.not_one, bundle.cut_short, bundle.changed, bundle.too_large)."""
    size = file.seek(0, 2)
    if size > form.MOST_BYTES:
        raise Refused(form.BUNDLE_TOO_LARGE)
    parts: list[form.Part] = []
    at = 0
    while True:
        file.seek(at)
        block = file.read(form.BLOCK)
        if len(block) < form.BLOCK:
            raise Refused(form.CUT_SHORT if parts else form.NOT_A_BUNDLE)
        try:
            part = form.read_header(block, at)
        except Refused as refused:
            raise Refused(form.NOT_A_BUNDLE) if not parts else refused from None
        if part is None:
            break
        if part.end > size:
            raise Refused(form.CUT_SHORT)
        parts.append(part)
        if len(parts) > form.MOST_FILES + form.MOST_PUSHES + 2:
            raise Refused(form.CHANGED)
        at = part.end
    if not parts:
        raise Refused(form.NOT_A_BUNDLE)
    if size < at + len(form.END):
        raise Refused(form.CUT_SHORT)
    file.seek(at)
    if file.read(len(form.END) + 1) != form.END:
        raise Refused(form.CHANGED)
    return parts

