"""How far places lie from each other. Degrees are WGS-84; good for the extent of a city."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Position = dict[str, Any]  # {lat, lon} in degrees and accuracy in metres

METRES_PER_DEGREE = 111_320  # of latitude; of longitude at the equator


def offset(lat: float, lon: float, to_lat: float, to_lon: float) -> tuple[float, float]:
    """How far (metres to the east, to the north) a second point lies from a first."""
    return (to_lon - lon) * math.cos(math.radians(lat)) * METRES_PER_DEGREE, (to_lat - lat) * METRES_PER_DEGREE


def metres_between(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> float | None:
    """The distance of two things with {lat, lon}, such as positions and enterprises; None where one of them is not known."""
    if one is None or other is None or None in (one["lat"], one["lon"], other["lat"], other["lon"]):
        return None
    return math.hypot(*offset(one["lat"], one["lon"], other["lat"], other["lon"]))
