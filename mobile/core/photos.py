"""A camera's picture made into evidence: upright, of a bearable size, stamped where everyone sees it, named by its digest, safe on disk.

`prepare` is slow (a few hundred ms on a phone) and belongs into a worker thread. It never changes the original, and nothing of a picture that
could not be prepared is left behind. The original's own time and position come back as data; they are not in the file that is sent.
"""

from __future__ import annotations

import errno
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from mobile.core.client import PhotoFile
from mobile.core.durable import write_durably
from shared import pictures
from shared.errors import Refused, RetryLater, reason

LONGEST, THUMB = 1600, 320  # pixels of the longer side, where nothing else is asked for
QUALITY, THUMB_QUALITY = 82, 70
MOST_PIXELS = 80_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
_TURN = Image.Transpose
_UPRIGHT = {
    2: _TURN.FLIP_LEFT_RIGHT, 3: _TURN.ROTATE_180, 4: _TURN.FLIP_TOP_BOTTOM, 5: _TURN.TRANSPOSE, 6: _TURN.ROTATE_270, 7: _TURN.TRANSVERSE,
    8: _TURN.ROTATE_90,
}  # fmt: skip

NOT_A_PICTURE = reason("photo.not_a_picture", "这个文件不是可用的照片，请重拍或另选", "this file is no usable picture; take or choose another")
DAMAGED = reason("photo.damaged", "照片文件不完整或已损坏，请重拍", "the picture is cut short or damaged; take it again")
TOO_MANY_PIXELS = reason("photo.too_many_pixels", "照片尺寸过大，请降低相机分辨率", "the picture has too many pixels; lower the camera's resolution")
DISK_FULL = reason(
    "photo.disk_full", "手机存储空间不足，照片未保存；请清理后重试", "this phone's storage is full; the photo was not kept; make room and try again"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready to be attached: its files; when (ms) and where it was taken, as the camera says; its perceptual hash, 16 hex digits (R95)."""

    file: PhotoFile
    taken_at: int
    position: dict[str, Any] | None
    likeness: str


def prepare(
    source: Path, folder: Path, stamp: Sequence[str], now: int, *, font: Path, longest: int = LONGEST, here: dict[str, Any] | None = None
) -> Prepared:
    """The picture in `source` as evidence in `folder`, its longer side `longest` pixels at most, with the stamp's lines on it.

    The stamp begins with the time and the position of the picture itself; where the camera has noted none, `here` is where the phone was. `font`
    draws it.
    Raises Refused (photo.not_a_picture, photo.damaged, photo.too_many_pixels), RetryLater(photo.disk_full).
    """
    picture, taken_at, position = _open(source, longest)
    position = position or here
    picture = _shrunk(picture, longest)
    likeness = _likeness(picture)
    small = _shrunk(picture.copy(), THUMB)
    _draw_stamp(picture, (_when_and_where(taken_at or now, position), *stamp) if stamp else (), font)
    data = _jpeg(picture, QUALITY)
    sha256 = hashlib.sha256(data).hexdigest()
    file = PhotoFile(sha256, folder / f"{sha256}.jpg", folder / f"{sha256}.thumb.jpg", len(data))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(file.thumb, _jpeg(small, THUMB_QUALITY))
        write_durably(file.path, data)
    except OSError as error:
        if not file.path.exists():
            file.thumb.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise RetryLater(DISK_FULL) from error
        raise
    return Prepared(file, taken_at or now, position, likeness)


def _open(source: Path, longest: int) -> tuple[Image.Image, int | None, dict[str, Any] | None]:
    """Upright, RGB, roughly of the size wanted, with the camera's time and position."""
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(TOO_MANY_PIXELS, f"{picture.width}×{picture.height}")
            exif = picture.getexif()
            taken_at, position = pictures.taken_at(exif.get_ifd(pictures.EXIF)), pictures.position(exif.get_ifd(pictures.GPS))
            scale = longest / max(picture.size)
            picture.draft("RGB", (round(picture.width * scale), round(picture.height * scale)))  # the decoder skips what shrinking would throw away
            picture.load()
            turn = _UPRIGHT.get(exif.get(pictures.ORIENTATION, 1))
            return (picture if turn is None else picture.transpose(turn)).convert("RGB"), taken_at, position
    except Image.DecompressionBombError as bomb:
        raise Refused(TOO_MANY_PIXELS, str(bomb)[:100]) from None
    except UnidentifiedImageError:
        raise Refused(NOT_A_PICTURE, source.name) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(DAMAGED, str(error)[:100]) from None


def _shrunk(picture: Image.Image, longest: int) -> Image.Image:
    picture.thumbnail((longest, longest), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return picture


def _likeness(picture: Image.Image) -> str:
    return pictures.likeness(picture.convert("L").resize(pictures.LIKENESS_SIZE, Image.Resampling.BOX).tobytes())


def _when_and_where(at: int, position: dict[str, Any] | None) -> str:
    """The first line of a stamp: the camera's own time and position, in Shanghai's time."""
    moment = f"{datetime.fromtimestamp(at / 1000, pictures.SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return f"{moment} · {position['lat']:.5f}, {position['lon']:.5f}" if position else f"{moment} · 无定位"


def _draw_stamp(picture: Image.Image, lines: Sequence[str], font_file: Path) -> None:
    """A dark band at the foot of the picture with the lines in white: burnt in, readable on any ground."""
    if not lines:
        return
    size = max(14, max(picture.size) // 46)
    font = ImageFont.truetype(str(font_file), size)
    margin = size // 2
    wrapped = [part for line in lines for part in _wrap(line, font, picture.width - 2 * margin)]
    height = round(size * 1.35) * len(wrapped) + margin
    band = picture.crop((0, picture.height - height, picture.width, picture.height))
    picture.paste(Image.blend(band, Image.new("RGB", band.size), 0.62), (0, picture.height - height))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(wrapped):
        draw.text((margin, picture.height - height + margin // 2 + number * round(size * 1.35)), line, fill="white", font=font)


def _wrap(line: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A line in pieces that fit; Chinese may break anywhere."""
    pieces, piece = [], ""
    for character in line:
        if piece and font.getlength(piece + character) > width:
            pieces.append(piece)
            piece = character
        else:
            piece += character
    return [*pieces, piece]


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
