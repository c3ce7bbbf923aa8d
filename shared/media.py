"""Sound and video as evidence (R138): which recordings are taken, how large, and what their files say of themselves. Pure: bytes come from `read`.

A recording is an MP4 file (ISO base media: M4A, MP4), as phones make it: boxes, each with its length and a name of four letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import Refused, reason

AUDIO, VIDEO = "audio/mp4", "video/mp4"
MOST = {AUDIO: 20 * 1024**2, VIDEO: 60 * 1024**2}  # bytes: about twenty minutes of speech, a minute or two of video
MOST_BOXES = 5_000
EPOCH_1904 = 2_082_844_800  # seconds between 1904, from which these files count, and 1970

NOT_A_RECORDING = reason(
    "media.not_a_recording",
    "这个文件不是可用的录音（M4A）或视频（MP4），或没有录完整；请重录或另选",
    "this file is no whole sound (M4A) or video (MP4) recording: record again or choose another",
    "R138",
)
TOO_LONG = reason(
    "media.too_long",
    "录音或视频过大（录音不超过20 MB，视频不超过60 MB）；请分段录制",
    "the recording is too large (sound 20 MB, video 60 MB at most): record it in parts",
    "R138",
)

Read = Callable[[int, int], bytes]  # from which byte, how many


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file says of itself."""

    media_type: str
    seconds: float
    made_at: int | None  # ms; None where the recorder has not noted it


def is_recording(photo: Mapping[str, Any]) -> bool:
    """Whether a piece of evidence is sound or video, which shows nothing on paper and proves no rectification by itself."""
    return photo.get("media_type") in MOST


def look_into(read: Read, size: int) -> Recording:
    """A recording by its own words. Raises Refused(media.not_a_recording) for anything else, and for one that is cut short."""
    if read(4, 4) != b"ftyp":
        raise Refused(NOT_A_RECORDING)
    handlers: set[bytes] = set()
    seconds, made_at = 0.0, None
    budget = [MOST_BOXES]
    for name, start, end in _boxes(read, 0, size, budget):
        if name != b"moov":
            continue
        for inner, at, until in _boxes(read, start, end, budget):
            if inner == b"mvhd":
                seconds, made_at = _header(read(at, 32))
            elif inner == b"trak":
                handlers |= set(_handlers(read, at, until, budget))
    if not handlers & {b"vide", b"soun"}:
        raise Refused(NOT_A_RECORDING)
    return Recording(VIDEO if b"vide" in handlers else AUDIO, seconds, made_at)


def _boxes(read: Read, start: int, end: int, budget: list[int]) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content begins, where it ends) of each box between two places."""
    while start < end:
        budget[0] -= 1
        head = read(start, 16)
        length, name = int.from_bytes(head[:4]), head[4:8]
        inner = start + 8
        if length == 1:
            length, inner = int.from_bytes(head[8:16]), start + 16
        elif length == 0:
            length = end - start
        if len(head) < 8 or start + length > end or length < inner - start or budget[0] < 0:
            raise Refused(NOT_A_RECORDING)
        yield name, inner, start + length
        start += length


def _handlers(read: Read, start: int, end: int, budget: list[int]) -> Iterator[bytes]:
    """What the track is made of: "vide", "soun"."""
    for name, at, until in _boxes(read, start, end, budget):
        if name == b"mdia":
            yield from (read(inner + 8, 4) for deeper, inner, _ in _boxes(read, at, until, budget) if deeper == b"hdlr")


def _header(mvhd: bytes) -> tuple[float, int | None]:
    """Length in seconds and time of making (ms) from the movie's header."""
    wide = mvhd[:1] == b"\1"
    created = int.from_bytes(mvhd[4:12] if wide else mvhd[4:8])
    scale = int.from_bytes(mvhd[20:24] if wide else mvhd[12:16])
    duration = int.from_bytes(mvhd[24:32] if wide else mvhd[16:20])
    made_at = (created - EPOCH_1904) * 1000
    return (duration / scale if scale else 0.0), made_at if made_at > 0 else None
