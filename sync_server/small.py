"""Small renditions of photos, for phones that did not take them: upright, at most 320 pixels, with what was marked to be made unreadable unreadable.

Made when first asked for and kept beside the blobs, under FOLDER/LEDGER/small; they can be made again, so no backup holds them.
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

from shared.errors import Refused, reason
from shared.kinds.evidence import NO_PHOTO
from shared.strokes import Stroke, outlines
from sync_server.blobs import LocalBlobs, make_folder, write_whole

LONGEST, QUALITY = 320, 70  # pixels of the longer side; as the phone's own thumbnails
COARSE = 8  # pixels that a blurred region is reduced to
NO_PICTURE = reason("blob.no_picture", "这个文件不是图片，没有缩略图", "this file is no picture: it has no small rendition")
_AT_ONCE = threading.Semaphore(2)  # pictures unpacked at the same time


def small_picture(blobs: LocalBlobs, ledger: str, sha256: str, marks: Sequence[Stroke]) -> Path:
    """The file of the small rendition, under these marks. Raises Refused (no_photo, blob.no_picture)."""
    source = blobs.path(ledger, sha256)
    if not source.is_file():
        raise Refused(NO_PHOTO)
    blurred = [stroke for stroke in marks if stroke["shape"] == "blur"]
    under = hashlib.sha256(json.dumps(blurred, sort_keys=True).encode()).hexdigest()[:16] if blurred else "plain"
    target = blobs.small_folder(ledger, sha256) / f"{sha256}.{under}.jpg"
    if not target.is_file():
        data = _made(source, blurred)
        make_folder(target.parent)
        write_whole(target, data, durably=False)
    return target


def _made(source: Path, blurred: Sequence[Stroke]) -> bytes:
    try:
        with _AT_ONCE, Image.open(source, formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC, reducing_gap=2.0)
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refused(NO_PICTURE) from None
    for stroke in blurred:
        for region in outlines(stroke, small.width, small.height).regions:
            _make_unreadable(small, region)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _make_unreadable(picture: Image.Image, region: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = region
    if right <= left or bottom <= top:
        return
    part = picture.crop(region)
    coarse = part.resize((max(1, min(COARSE, part.width // 4)), max(1, min(COARSE, part.height // 4))), Image.Resampling.BOX)
    picture.paste(coarse.resize(part.size, Image.Resampling.NEAREST), region)
