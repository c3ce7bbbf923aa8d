"""A recording made into evidence (R138): a sound (M4A) or a video (MP4), checked, named by its digest, safe on disk.

It goes to the server by the same queue as photos. Its thumbnail is a drawn tile that says what it is and how long it lasts, so that whatever shows
thumbnails shows recordings, too.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mobile.core.client import PhotoFile
from mobile.core.durable import sync_folder, write_durably
from mobile.core.photos import DISK_FULL, THUMB_QUALITY, Prepared
from shared import media
from shared.errors import Refused, RetryLater

ENDINGS = {media.AUDIO: ".m4a", media.VIDEO: ".mp4"}
TILE = (320, 240)
DARK, LIGHT = (38, 50, 56), (236, 239, 241)
CHUNK = 1024 * 1024
AHEAD = 86_400_000  # ms: a recorder's clock further ahead is wrong


def prepare_media(source: Path, folder: Path, now: int) -> Prepared:
    """The recording in `source` as evidence in `folder`; slow (it copies up to 60 MB), so it belongs into a worker thread.

    The file is copied as it is; `file.media_type` is audio/mp4 or video/mp4, `taken_at` the recorder's own time where it gives one that can be
    (else `now`), `position` None, `likeness` "" (nothing to compare). Use it as what `photos.prepare` returns, by `attach_photo` and the like.
    Raises Refused (media.not_a_recording, media.too_long), RetryLater(photo.disk_full).
    """
    recording = recording_in(source)
    size = source.stat().st_size
    if size > media.MOST[recording.media_type]:
        raise Refused(media.TOO_LONG)
    temporary = folder / f"recording-{os.getpid()}-{now}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sha256 = _copy(source, temporary)
        file = PhotoFile(sha256, folder / f"{sha256}{ENDINGS[recording.media_type]}", folder / f"{sha256}.thumb.jpg", size, recording.media_type)
        write_durably(file.thumb, _tile(recording))
        os.replace(temporary, file.path)
        sync_folder(folder)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise RetryLater(DISK_FULL) from error
        raise
    made_at = recording.made_at
    return Prepared(file, made_at if made_at is not None and made_at < now + AHEAD else now, None, "")


def recording_in(source: Path) -> media.Recording:
    """What the file says of itself. Raises Refused(media.not_a_recording)."""
    try:
        with source.open("rb") as file:

            def read(at: int, count: int) -> bytes:
                file.seek(at)
                return file.read(count)

            return media.look_into(read, source.stat().st_size)
    except FileNotFoundError:
        raise Refused(media.NOT_A_RECORDING, source.name) from None


def _copy(source: Path, target: Path) -> str:
    """On disk when this returns its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("wb") as copy:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _tile(recording: media.Recording) -> bytes:
    """A dark picture with a sign for sound or video, and the length."""
    picture = Image.new("RGB", TILE, DARK)
    draw = ImageDraw.Draw(picture)
    middle, height = TILE[0] // 2, TILE[1] * 2 // 5
    if recording.media_type == media.VIDEO:
        draw.polygon([(middle - 34, height - 44), (middle - 34, height + 44), (middle + 46, height)], fill=LIGHT)
    else:
        for place, tall in enumerate((14, 34, 52, 26, 44, 20, 10)):
            x = middle - 66 + place * 22
            draw.rounded_rectangle((x - 5, height - tall, x + 5, height + tall), 5, fill=LIGHT)
    minutes, seconds = divmod(round(recording.seconds), 60)
    draw.text((middle, TILE[1] - 40), f"{minutes}:{seconds:02}", LIGHT, ImageFont.load_default(44), anchor="mm")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=THUMB_QUALITY)
    return out.getvalue()
