"""Photos and files on disk: blobs by their SHA-256, uploads that resume from the last durable byte.

    FOLDER/LEDGER/ab/abcd...           a blob, complete and verified
    FOLDER/LEDGER/uploads/ID.part      what has come of an upload; ID.json beside it says what was announced

A blob appears under its name only when all its bytes have the announced SHA-256, are on disk, and are what they claim to be. Everything about an
upload is in those two files, so any server process on the same folder can go on with it. Bytes that do not have the announced digest are kept
as ID.bad for a person to look at, and the upload starts again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from shared import media
from shared.errors import MALFORMED, Refused, RetryLater, reason

MAX_BLOB = 50 * 1024 * 1024  # bytes of a picture or document; recordings have limits of their own
MAX_PIXELS = 60_000_000
MEDIA_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PDF = "application/pdf"
LARGEST = max(MAX_BLOB, *media.MOST.values())

DIGEST_MISMATCH = reason("blob.digest_mismatch", "照片内容与登记的不一致，将重新上传", "the bytes are not those announced; the upload starts again")
NOT_AN_IMAGE = reason(
    "blob.not_an_image", "文件不是可识别的图片、PDF、录音或视频", "the file is no image, PDF, sound or video that this server knows"
)
TOO_MANY_PIXELS = reason("blob.too_many_pixels", "图片尺寸过大", "the image has too many pixels")
TOO_LARGE = reason("blob.too_large", "文件过大", "the file is too large")
DISK_FULL = reason(
    "blob.disk_full",
    "服务器磁盘已满，照片仍在手机上，请联系管理员",
    "the server's disk is full; the photo stays on the phone; tell the administrator",
)
NOT_TUS = reason("blob.content_type", "上传内容的类型不对", "an upload is sent as application/offset+octet-stream")
WRONG_OFFSET = reason("blob.offset", "续传位置不对", "the upload goes on from another byte")
BUSY = reason("blob.busy", "同一照片正在上传", "the same photo is being uploaded right now")
NO_UPLOAD = reason("blob.no_upload", "没有这个上传任务", "there is no such upload")

_ID = re.compile(r"[0-9a-f]{64}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Upload:
    """What was announced, and how many bytes are safely here."""

    id: str
    sha256: str
    size: int
    media_type: str
    device: str
    offset: int = 0

    @property
    def complete(self) -> bool:
        """Whether all bytes have come."""
        return self.offset == self.size


class LocalBlobs:
    """Blobs in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, ledger: str, sha256: str) -> Path:
        """Where a blob is, or will be."""
        return self.folder / ledger / sha256[:2] / sha256

    def small_folder(self, ledger: str, sha256: str) -> Path:
        """Where small renditions of a blob are (`sync_server.small`)."""
        return self.folder / ledger / "small" / sha256[:2]

    def has(self, ledger: str, sha256: str) -> bool:
        """Whether the blob is complete and here."""
        return self.path(ledger, sha256).is_file()

    def _part(self, ledger: str, id: str) -> Path:
        if not _ID.fullmatch(id):
            raise Refused(NO_UPLOAD)
        return self.folder / ledger / "uploads" / f"{id}.part"

    def create(self, ledger: str, sha256: str, size: int, media_type: str, device: str, *, bytes_follow: bool = False) -> Upload:
        """Announce a blob; announcing it again goes on with what has come already.

        With `bytes_follow` nobody is told of the upload before its bytes are here, so the announcement need not be on disk by itself.
        """
        if media_type not in (*MEDIA_TYPES, *media.MOST, PDF):
            raise Refused(NOT_AN_IMAGE, media_type)
        if not re.fullmatch(r"[0-9a-f]{64}", sha256) or size < 1:
            raise Refused(MALFORMED, "sha256 or size")
        if size > media.MOST.get(media_type, MAX_BLOB):
            raise Refused(TOO_LARGE)
        upload = Upload(upload_id(sha256, device), sha256, size, media_type, device)
        if self.has(ledger, sha256):
            return Upload(upload.id, sha256, size, media_type, device, size)
        part = self._part(ledger, upload.id)
        if _announced(part) is not None:
            return self.status(ledger, upload.id)
        with _disk():
            if not part.parent.is_dir():
                self._make_folders(part.parent)
            part.touch()
            write_whole(part.with_suffix(".json"), json.dumps(asdict(upload)).encode(), durably=not bytes_follow)
        return self.status(ledger, upload.id)

    def _make_folders(self, uploads: Path) -> None:
        """All folders of a ledger at once, so that no photo waits for its own; that of the uploads last, since it stands for all."""
        make_folder(uploads.parent)
        for number in range(256):
            (uploads.parent / f"{number:02x}").mkdir(exist_ok=True)
        make_folder(uploads)

    def status(self, ledger: str, id: str) -> Upload:
        """How far an upload is. Raises Refused(blob.no_upload)."""
        part = self._part(ledger, id)
        announced = _announced(part)
        if self.has(ledger, id[:64]):  # asked first: a server killed just after the photo got its name has left the announcement
            size = self.path(ledger, id[:64]).stat().st_size
            return Upload(id, id[:64], size, announced.media_type if announced else "", announced.device if announced else "", size)
        if announced is None:
            raise Refused(NO_UPLOAD)
        return Upload(announced.id, announced.sha256, announced.size, announced.media_type, announced.device, part.stat().st_size)

    def append(self, ledger: str, id: str, offset: int, chunks: Iterable[bytes]) -> Upload:
        """Add bytes at the offset; what is returned as the new offset is on disk. The last byte makes it a blob.

        Raises Refused (offset, too_large, digest_mismatch, not_an_image, too_many_pixels) or RetryLater (busy, disk_full).
        """
        part = self._part(ledger, id)
        announced = self.status(ledger, id)
        if announced.complete and self.has(ledger, announced.sha256):
            return announced
        with _disk(), part.open("r+b") as file, _locked(file.fileno()):
            if file.seek(0, os.SEEK_END) != offset:
                raise Refused(WRONG_OFFSET, str(file.tell()))
            digest = hashlib.sha256() if offset == 0 else None
            written = offset
            for chunk in chunks:
                if written + len(chunk) > announced.size:
                    raise Refused(TOO_LARGE)
                file.write(chunk)
                written += len(chunk)
                if digest:
                    digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())  # the offset is told to the client: those bytes must survive a power cut
            if written == announced.size:
                self._finish(ledger, part, announced, digest.hexdigest() if digest else None)
            elif offset == 0:
                sync_file(part.with_suffix(".json"))  # from now on the client counts on it
                sync_folder(part.parent)
        return Upload(id, announced.sha256, announced.size, announced.media_type, announced.device, written)

    def _finish(self, ledger: str, part: Path, announced: Upload, sha256: str | None) -> None:
        """All bytes are here and on disk: check them, then give them their name."""
        if sha256 is None:
            with part.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != announced.sha256:
            self._set_aside(part, DIGEST_MISMATCH.code)
            raise Refused(DIGEST_MISMATCH)
        try:
            check_file(part, announced.media_type)
        except Refused as refused:
            self._set_aside(part, refused.code)
            raise
        final = self.path(ledger, announced.sha256)
        make_folder(final.parent)
        os.replace(part, final)
        sync_folder(final.parent)
        part.with_suffix(".json").unlink(missing_ok=True)

    def _set_aside(self, part: Path, code: str) -> None:
        """Keep what came, with the reason, and start the upload anew."""
        os.replace(part, part.with_suffix(".bad"))
        part.with_suffix(".bad.txt").write_text(code)
        part.touch()

    def drop(self, ledger: str, id: str) -> None:
        """Forget what has come of an upload. Raises RetryLater(blob.busy) while somebody writes it: what comes next would get their bytes' name."""
        part = self._part(ledger, id)
        with suppress(FileNotFoundError), part.open("r+b") as file, _locked(file.fileno()):
            file.truncate()
        part.with_suffix(".json").unlink(missing_ok=True)

    def erase(self, ledger: str, sha256: str) -> None:
        """Take the picture away; that it was there stays in the ledger."""
        self.path(ledger, sha256).unlink(missing_ok=True)
        for small in self.small_folder(ledger, sha256).glob(f"{sha256}.*"):
            small.unlink(missing_ok=True)

    def digests(self, ledger: str) -> Iterator[str]:
        """Every blob of a ledger."""
        for folder in sorted((self.folder / ledger).glob("??")):
            yield from sorted(entry.name for entry in folder.iterdir() if re.fullmatch(r"[0-9a-f]{64}", entry.name))

    def clean(self, now: float, days: int = 30) -> None:
        """Forget uploads that nobody has gone on with for so many days."""
        for announced in self.folder.glob("*/uploads/*.json"):
            part = announced.with_suffix(".part")
            if not part.exists() or part.stat().st_mtime < now - days * 86_400:
                part.unlink(missing_ok=True)
                announced.unlink(missing_ok=True)


def upload_id(sha256: str, device: str) -> str:
    """Each device has its own upload of a photo, so that nobody can spoil another's."""
    return f"{sha256}-{hashlib.sha256(device.encode()).hexdigest()[:12]}"


def check_file(path: Path, media_type: str) -> None:
    """The file is the kind of image, document or recording it claims to be, and of a bearable size. Raises Refused."""
    if media_type == PDF:
        with path.open("rb") as file:
            if file.read(5) != b"%PDF-":
                raise Refused(NOT_AN_IMAGE, PDF)
        return
    if media_type in media.MOST:
        if recording_in(path).media_type != media_type:
            raise Refused(NOT_AN_IMAGE, media_type)
        return
    try:
        with Image.open(path, formats=[MEDIA_TYPES[media_type]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused(TOO_MANY_PIXELS, f"{image.width}x{image.height}")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(TOO_MANY_PIXELS, str(bomb)) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(NOT_AN_IMAGE, str(error)[:100]) from None


def recording_in(path: Path) -> media.Recording:
    """What a sound or video file says of itself. Raises Refused."""
    with path.open("rb") as file:

        def read(at: int, count: int) -> bytes:
            file.seek(at)
            return file.read(count)

        return media.look_into(read, path.stat().st_size)


def _announced(part: Path) -> Upload | None:
    """What was announced; None where nothing was, or where a power cut has left nothing that can be read."""
    try:
        return Upload(**json.loads(part.with_suffix(".json").read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_durably(path: Path, data: bytes) -> None:
    """The whole file or nothing, on disk when this returns."""
    write_whole(path, data, durably=True)


def write_whole(path: Path, data: bytes, *, durably: bool) -> None:
    """The whole file or nothing as far as other processes see; after a power cut only what was written `durably`."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        if durably:
            os.fsync(file.fileno())
    os.replace(temporary, path)
    if durably:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make what another handle has written survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def make_folder(folder: Path) -> None:
    """A folder that survives a power cut: one that is new is noted on disk in the one above it, up to the first that was there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut (Windows does that by itself)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk() -> Iterator[None]:
    """A full disk is a reason to try later, and says so."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RetryLater(DISK_FULL) from error
        raise


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """One writer a file, across processes; the lock goes with the process that dies."""
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            raise RetryLater(BUSY) from None
        yield
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise RetryLater(BUSY) from None
    yield
