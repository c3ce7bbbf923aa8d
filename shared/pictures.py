"""What a camera wrote into a picture, and how alike two pictures are: pure, from values that any image library gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))
EXIF, GPS, ORIENTATION = 0x8769, 0x8825, 0x0112  # tags: the two inner directories, and which way is up
_ORIGINAL_TIME, _OFFSET = 0x9003, 0x9011
LIKENESS_SIZE = (9, 8)  # pixels of the grey copy that `likeness` wants


def taken_at(inner: Mapping[int, Any]) -> int | None:
    """The camera's time (ms) from its EXIF directory; without a zone it is Shanghai's."""
    try:
        local = datetime.strptime(str(inner.get(_ORIGINAL_TIME, "")).strip("\0 "), "%Y:%m:%d %H:%M:%S")
        sign, hours, minutes = _zone(str(inner.get(_OFFSET, "")).strip("\0 "))
        zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
    except ValueError:
        return None
    at = int(local.replace(tzinfo=zone).timestamp() * 1000)
    return at if at > 0 else None


def _zone(text: str) -> tuple[int, int, int]:
    if not text:
        return 1, 8, 0
    hours, _, minutes = text[1:].partition(":")
    return (-1 if text[0] == "-" else 1), int(hours), int(minutes or 0)


def position(gps: Mapping[int, Any]) -> dict[str, Any] | None:
    """The camera's position in degrees from its GPS directory; None where it gives none that makes sense."""
    try:
        lat, lon = _degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    accuracy = float(gps.get(31) or 0)
    return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy": round(accuracy, 1) if 0 < accuracy <= 1e7 else None}


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).strip("\0 ") == negative else value


def likeness(grey: bytes) -> str:
    """Difference hash of a grey 9×8 copy, 16 hex digits: each bit says whether a pixel is brighter than its right neighbour (R95)."""
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] > grey[row * 9 + column + 1])
    return f"{bits:016x}"


def difference(one: str | None, other: str | None) -> int:
    """In how many of 64 bits two likenesses differ; near pictures in few (up to 10), unlike ones in about 32. 64 where one is not known."""
    if not one or not other or len(one) != 16 or len(other) != 16:
        return 64
    try:
        return (int(one, 16) ^ int(other, 16)).bit_count()
    except ValueError:
        return 64
