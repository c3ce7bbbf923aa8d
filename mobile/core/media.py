"""A recording made into evidence (R138): a sound (M4A) or a video (MP4), checked, named by its digest, safe on disk.

It goes to the server by the same queue as photos. Its thumbnail is a drawn tile that says what it is and how long it lasts, so that whatever shows
thumbnails shows recordings, too.
"""

from __future__ import annotations

from pathlib import Path

from mobile.core.photos import Prepared


def prepare_media(source: Path, folder: Path, now: int) -> Prepared:
    """The recording in `source` as evidence in `folder`; slow (it copies up to 60 MB), so it belongs into a worker thread.

    The file is copied as it is; `file.media_type` is audio/mp4 or video/mp4, `taken_at` the recorder's own time where it gives one that can be
    (else `now`), `position` None, `likeness` "" (nothing to compare). Use it as what `photos.prepare` returns, by `attach_photo` and the like.
    Raises Refused (media.not_a_recording, media.too_long), RetryLater(photo.disk_full).
    """
    raise NotImplementedError  # filled in within the hour
