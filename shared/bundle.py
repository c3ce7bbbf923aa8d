"""The file by which a device sends everything by hand where there is no network: its parts, and what is signed.

A plain ustar file of regular files in this order; nothing in it is ever used as a path.

    files/SHA256    photos, recordings, signatures, as they are (perhaps none)
    pushes/0001 ... bodies of pushes (`shared.protocol`), gzip, one chain without a gap
    manifest.json   {format, ledger, epoch, device, made_at, pushes: [{sha256, size, first, count}], files: [{sha256, size, media_type}]}
    signature       over `bundle_message`, base64 of DER, ECDSA P-256 with SHA-256 by the device's key

The manifest names every part with its digest, so that whoever carries the file can neither change, add, nor leave out anything.
"""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from typing import Any

from shared.errors import Refused, reason
from shared.fields import Shape, digest, identifier, integer, listing, moment, problem, shape, text

FORMAT = 1
BLOCK = tarfile.BLOCKSIZE
MOST_BYTES = 2 * 1024**3  # of a bundle
MOST_FILES, MOST_PUSHES = 10_000, 1_000
MOST_MANIFEST = 4 * 1024**2
FILES, PUSHES, MANIFEST, SIGNATURE = "files/", "pushes/", "manifest.json", "signature"
END = bytes(2 * BLOCK)

NOT_A_BUNDLE = reason(
    "bundle.not_one",
    "这不是手机导出的离线交送文件，什么都没有导入；请选择扩展名为 .paicha 的文件",
    "this is no file that a phone has made to carry by hand, nothing was imported: choose the file that ends in .paicha",
)
CUT_SHORT = reason(
    "bundle.cut_short",
    "文件不完整（可能没有拷贝完），什么都没有导入；请重新拷贝，内容仍在手机上",
    "the file is not whole, perhaps it was not copied to its end; nothing was imported: copy it again, everything is still on the phone",
)
CHANGED = reason(
    "bundle.changed",
    "文件在手机导出之后被改动或损坏，什么都没有导入；请在手机上重新导出，并查明文件经过了谁的手",
    "the file was changed or damaged after the phone made it, nothing was imported: make it anew on the phone, and find out who had it",
)
NEWER_FORMAT = reason(
    "bundle.format",
    "文件由更新的手机程序导出，什么都没有导入；请先升级服务器",
    "a newer program has made this file, nothing was imported: update the server first",
)
BUNDLE_TOO_LARGE = reason(
    "bundle.too_large",
    "文件过大，什么都没有导入；请在手机上联网交送一部分后重新导出",
    "the file is too large, nothing was imported: let the phone send a part by the network and make it anew",
)

_PUSH: Shape = {"sha256": digest, "size": integer(1), "first": integer(1), "count": integer(1)}
_FILE: Shape = {"sha256": digest, "size": integer(1), "media_type": text(50)}
_MANIFEST: Shape = {
    "format": integer(1), "ledger": identifier, "epoch": identifier, "device": identifier, "made_at": moment,
    "pushes": listing(shape(_PUSH), MOST_PUSHES), "files": listing(shape(_FILE), MOST_FILES),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Push:
    """A stretch of the chain: operations first .. first + count - 1."""

    sha256: str  # of the part as it lies in the file, gzip
    size: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that an operation names by this digest."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a bundle, and whose it is."""

    ledger: str
    epoch: str
    device: str
    made_at: int
    pushes: tuple[Push, ...]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part lies in the file."""

    name: str
    start: int
    size: int

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return self.start + self.size + -self.size % BLOCK


def bundle_message(ledger: str, device: str, digest: str) -> bytes:
    """What the device signs; `digest` is the SHA-256 of the manifest's bytes, hex."""
    return f"paicha bundle 1\n{ledger}\n{device}\n{digest}\n".encode()


def push_name(place: int) -> str:
    """Of the push at this place, from 0."""
    return f"{PUSHES}{place + 1:04d}"


def header(name: str, size: int) -> bytes:
    """The block before a part."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info.tobuf(tarfile.USTAR_FORMAT)


def read_header(block: bytes, at: int) -> Part | None:
    """The part whose header begins at byte `at`; None for the end mark. Raises Refused(bundle.changed) for all that `header` does not write."""
    if block == bytes(BLOCK):
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        right = block == header(info.name, info.size)
    except (tarfile.HeaderError, ValueError, OverflowError):
        right = False
    if not right:
        raise Refused(CHANGED)
    return Part(info.name, at + BLOCK, info.size)


def padding(size: int) -> bytes:
    """What fills a part of this size up to a whole block."""
    return bytes(-size % BLOCK)


def write_manifest(manifest: Manifest) -> bytes:
    """The bytes that are signed."""
    fields = {
        "format": FORMAT, "ledger": manifest.ledger, "epoch": manifest.epoch, "device": manifest.device, "made_at": manifest.made_at,
        "pushes": [{"sha256": one.sha256, "size": one.size, "first": one.first, "count": one.count} for one in manifest.pushes],
        "files": [{"sha256": one.sha256, "size": one.size, "media_type": one.media_type} for one in manifest.files],
    }  # fmt: skip
    return json.dumps(fields, separators=(",", ":")).encode()


def read_manifest(data: bytes) -> Manifest:
    """Raises Refused (bundle.changed, bundle.format)."""
    try:
        fields: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(CHANGED) from None
    if not isinstance(fields, dict):
        raise Refused(CHANGED)
    if type(fields.get("format")) is int and fields["format"] > FORMAT:
        raise Refused(NEWER_FORMAT)
    if problem(_MANIFEST, fields) is not None:
        raise Refused(CHANGED)
    pushes, files = tuple(Push(**one) for one in fields["pushes"]), tuple(File(**one) for one in fields["files"])
    if not _is_one_chain(pushes) or len({file.sha256 for file in files}) < len(files):
        raise Refused(CHANGED)
    return Manifest(fields["ledger"], fields["epoch"], fields["device"], fields["made_at"], pushes, files)


def _is_one_chain(pushes: tuple[Push, ...]) -> bool:
    return all(later.first == earlier.first + earlier.count for earlier, later in zip(pushes, pushes[1:], strict=False))


def expected_parts(manifest: Manifest) -> list[tuple[str, int, str]]:
    """(name, size, digest) of each part before the manifest, in order."""
    files = [(f"{FILES}{file.sha256}", file.size, file.sha256) for file in manifest.files]
    return files + [(push_name(place), push.size, push.sha256) for place, push in enumerate(manifest.pushes)]

