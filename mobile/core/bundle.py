"""Sending everything by file: one signed file with all that the server has not confirmed, to be carried on a memory stick or by another app.

A plain ustar file, so that a try that was cut off is taken up again where it stopped, and so that reading it needs no trust:

    files/SHA256        photos, recordings, signatures: as they are
    pushes/0001 ...     bodies of pushes (`shared.protocol`), gzip: exact operation bytes, each push signed by the device
    manifest.json       what is in it: `shared.bundle`
    signature           the device's signature over the manifest

It holds nothing but this enrolment's own operations and evidence. Importing it is the same as syncing: both may happen, in any order, any number of
times. What became of it the phone hears at its next sync.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mobile.core.client import Client
from mobile.core.durable import sync_folder
from mobile.core.engine import PUSH_BYTES, signed_push
from shared import bundle as form
from shared.errors import Refused, RetryLater, reason
from shared.pictures import SHANGHAI
from shared.protocol import PUSH_LINES

ENDING = ".paicha"
UNFINISHED = "unfinished.part"
CHUNK = 1024 * 1024  # bytes read and written at a time

NOTHING = reason(
    "bundle.nothing",
    "手机上的内容服务器都已收到，没有需要导出的",
    "the server has confirmed everything on this phone: there is nothing to put in a file",
)
STOPPED = reason(
    "bundle.stopped",
    "已停止导出，内容都在手机上；再次导出时从停下的地方继续",
    "stopped; everything is still on this phone, and the next try goes on from here",
)
DISK_FULL = reason(
    "bundle.disk_full",
    "手机存储空间不足，没有导出；内容都在手机上，请清理后再试",
    "this phone's storage is full, no file was made; everything is still on this phone: make room and try again",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle on disk."""

    path: Path
    operations: int
    files: int  # photos and recordings in it
    missing: int  # of those to be sent, how many have no readable file here any more
    size: int  # bytes


def bundle_name(client: Client) -> str:
    """What to call the file: whose it is and of when, "排查-林一-20261125-1310.paicha"."""
    person = client.record(client.identity.person) or {}
    name = "".join(letter for letter in str(person.get("name", "")) if letter.isalnum())
    return f"排查-{name}-{datetime.fromtimestamp(client.ports.now() / 1000, SHANGHAI):%Y%m%d-%H%M}{ENDING}"


def write_bundle(
    client: Client, progress: Callable[[int, int], None] = lambda done, total: None, stop: Callable[[], bool] = lambda: False
) -> Written:
    """Write it into the enrolment's own folder (`client.folder / "bundles"`); hand it on with `platform.share` or `platform.save`.

    Call it in a worker thread; `progress(bytes done, bytes in all)` and `stop()` are called there. Raises Refused(bundle.nothing) where all is
    confirmed, Refused(bundle.stopped) after `stop`, RetryLater(bundle.disk_full); the next call goes on with what was written. Nothing of the queue
    changes: what was put in a file is still sent by the network when there is one, and then costs next to nothing.
    """
    assert client.folder is not None, "an enrolment without a folder has no files"
    folder = client.folder / "bundles"
    folder.mkdir(exist_ok=True)
    try:
        return _Writer(client, folder, progress, stop).write()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        (folder / UNFINISHED).unlink(missing_ok=True)  # the room is needed more than what was written so far
        raise RetryLater(DISK_FULL) from error


class _Writer:
    """One try: the files first, since they are what takes long and stays right whatever is done on the phone meanwhile."""

    def __init__(self, client: Client, folder: Path, progress: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        self.client = client
        self.folder = folder
        self.stop = stop
        self.tell = progress
        self.done, self.total = 0, 0
        self.missing = 0
        self.files: list[form.File] = []
        self.pushes: list[form.Push] = []

    def write(self) -> Written:
        store = self.client.store
        unsent = store.all("SELECT sha256, size, media_type FROM photos WHERE state != 'stored' ORDER BY created_at, sha256")
        wanted = [form.File(*row) for row in unsent]
        first, (last, _) = store.first_unsent(), store.chain_end()
        if first is None and not wanted:
            raise Refused(NOTHING)
        waiting = store.one("SELECT coalesce(sum(length(raw)), 0) FROM operations WHERE n >= ?", (first or last + 1,))[0]
        self.total = sum(file.size for file in wanted) + waiting
        unfinished = self.folder / UNFINISHED
        with unfinished.open("r+b" if unfinished.exists() else "w+b") as file:
            self._keep_whole_files(file, {one.sha256: one for one in wanted})
            for one in wanted:
                self._add_file(file, one)
            self._add_pushes(file, first or last + 1, last)
            self._seal(file)
        size = unfinished.stat().st_size
        for older in self.folder.glob(f"*{ENDING}"):
            older.unlink()
        path = unfinished.replace(self.folder / bundle_name(self.client))
        sync_folder(self.folder)
        self._note()
        return Written(path, sum(push.count for push in self.pushes), len(self.files), self.missing, size)

    def _advance(self, size: int) -> None:
        self.done += size
        self.tell(min(self.done, self.total), self.total)
        if self.stop():
            raise Refused(STOPPED)

    def _keep_whole_files(self, file: BinaryIO, wanted: dict[str, form.File]) -> None:
        """What an earlier try has written, up to the first part that is not wholly there or no longer needed; the rest is cut off."""
        end = 0
        while True:
            file.seek(end)
            part = _part_at(file.read(form.BLOCK), end)
            known = wanted.get(part.name.removeprefix(form.FILES)) if part is not None else None
            if part is None or known is None or part.size != known.size or _digest(file, part.size) != known.sha256:
                break
            end = part.end
            self.files.append(known)
            self._advance(known.size)
        file.truncate(end)
        file.seek(end)

    def _add_file(self, file: BinaryIO, one: form.File) -> None:
        """One photo; one whose file is gone or was changed is left out, and counted: the sync page tells of it as it does without a bundle."""
        if one in self.files:
            return
        (path,) = self.client.store.one("SELECT path FROM photos WHERE sha256 = ?", (one.sha256,))
        start = file.tell()
        digest, written = hashlib.sha256(), 0
        try:
            with open(path, "rb") as source:
                file.write(form.header(f"{form.FILES}{one.sha256}", one.size))
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    written += file.write(chunk)
                    self._advance(len(chunk))
        except FileNotFoundError:
            written = -1
        if written != one.size or digest.hexdigest() != one.sha256:
            file.seek(start)
            file.truncate()
            self.missing += 1
            return
        file.write(form.padding(one.size))
        self.files.append(one)

    def _add_pushes(self, file: BinaryIO, first: int, last: int) -> None:
        """Everything from the first operation without a receipt up to where the chain ended when this began."""
        while first <= last:
            lines = [line for line in self.client.store.outbox(first - 1, PUSH_LINES, PUSH_BYTES) if line[0] <= last]
            data = gzip.compress(signed_push(self.client, self.client.identity.device, self.client.signer, first, lines), 6, mtime=0)
            self._add_part(file, form.push_name(len(self.pushes)), data)
            self.pushes.append(form.Push(hashlib.sha256(data).hexdigest(), len(data), first, len(lines)))
            self._advance(sum(len(raw) for _, raw, _ in lines))
            first += len(lines)

    def _seal(self, file: BinaryIO) -> None:
        identity = self.client.identity
        manifest = form.write_manifest(
            form.Manifest(identity.ledger, self.client.epoch, identity.device, self.client.ports.now(), tuple(self.pushes), tuple(self.files))
        )
        signature = self.client.signer.sign(form.bundle_message(identity.ledger, identity.device, hashlib.sha256(manifest).hexdigest()))
        self._add_part(file, form.MANIFEST, manifest)
        self._add_part(file, form.SIGNATURE, signature.encode())
        file.write(form.END)
        file.flush()
        os.fsync(file.fileno())

    @staticmethod
    def _add_part(file: BinaryIO, name: str, data: bytes) -> None:
        file.write(form.header(name, len(data)) + data + form.padding(len(data)))

    def _note(self) -> None:
        """What is in a file may be at the server already when there is a network again: ask before sending it."""
        store = self.client.store
        with store.transaction():
            store.run("UPDATE photos SET bundled = 1 WHERE sha256 IN (SELECT value FROM json_each(?))", (json.dumps([f.sha256 for f in self.files]),))
            if self.pushes:
                store.set_meta(bundled=self.pushes[-1].first + self.pushes[-1].count - 1)


def _part_at(block: bytes, at: int) -> form.Part | None:
    """The part that begins here; None where an earlier try has left none."""
    try:
        return form.read_header(block, at)
    except Refused:
        return None


def _digest(file: BinaryIO, size: int) -> str:
    digest = hashlib.sha256()
    while size > 0 and (chunk := file.read(min(CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest() if size == 0 else ""
