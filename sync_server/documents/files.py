"""Photos and drawn signatures for documents: from the ledger's blobs, as small as print needs them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from shared.media import is_recording
from shared.papers.saying import moment_zh
from shared.rules import Record
from shared.strokes import Stroke
from sync_server.blobs import LocalBlobs
from sync_server.marks import drawn

LONGEST, QUALITY = 1000, 72  # pixels of the longer side: 75 mm of paper at 340 dots an inch


def photo_jpeg(blobs: LocalBlobs, ledger: str, photo: Record, strokes: Sequence[Stroke] = ()) -> tuple[bytes | None, str]:
    """A photo scaled down, with its marks; or None and the reason to print in its empty frame."""
    if photo.get("erased"):
        return None, "照片已依规删除"
    if is_recording(photo):
        return None, "录音或视频，存于台账"
    path = blobs.path(ledger, photo["sha256"])
    if not path.is_file():
        return None, f"照片尚未收到（{moment_zh(photo['taken_at'])}拍摄，仍在手机上）"
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (LONGEST, LONGEST))
            small = drawn(picture, strokes) if strokes else picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None, "照片文件已损坏，无法读取"
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), ""


def drawing_png(blobs: LocalBlobs, ledger: str, sha256: str | None) -> bytes | None:
    """A drawn signature without the white around it; None where there is none, or it has not come yet."""
    path = blobs.path(ledger, sha256) if sha256 else None
    if path is None or not path.is_file():
        return None
    try:
        with Image.open(path) as picture:
            grey = picture.convert("L")
    except (OSError, SyntaxError, ValueError):
        return None
    inked = grey.point([255 if value < 200 else 0 for value in range(256)]).getbbox()
    out = io.BytesIO()
    (grey.crop(inked) if inked else grey).save(out, "PNG")
    return out.getvalue()
