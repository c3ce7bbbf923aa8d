"""Recordings as phones make them, without a recorder: the boxes of an MP4 file around noise."""

from __future__ import annotations

from random import Random

from shared import media


def box(name: bytes, content: bytes) -> bytes:
    """One box."""
    return (len(content) + 8).to_bytes(4) + name + content


def recording(kind: str, *, seconds: int = 20, made_at: int | None = 1_789_999_000_000, size: int = 5_000, seed: int = 0) -> bytes:
    """A sound or video file with about so many bytes of noise; `made_at` in ms."""
    created = (made_at // 1000 + media.EPOCH_1904) if made_at is not None else 0
    header = box(b"mvhd", bytes(4) + created.to_bytes(4) * 2 + (1_000).to_bytes(4) + (seconds * 1_000).to_bytes(4) + bytes(80))
    handlers = (b"soun",) if kind == media.AUDIO else (b"vide", b"soun")
    tracks = b"".join(box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", box(b"hdlr", bytes(8) + name + bytes(12)))) for name in handlers)
    brand = b"M4A \0\0\2\0isomiso2" if kind == media.AUDIO else b"mp42\0\0\0\0isommp42"
    return box(b"ftyp", brand) + box(b"mdat", Random(seed).randbytes(size)) + box(b"moov", header + tracks)
