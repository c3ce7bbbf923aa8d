"""How far things are from where the person stands. Positions are {lat, lon, accuracy} in degrees (WGS-84) and metres."""

from __future__ import annotations

import math
from typing import Any

METRES_PER_DEGREE = 111_320  # of latitude; of longitude at the equator

Position = dict[str, Any]


def metres_to(here: Position | None, lat: float | None, lon: float | None) -> float | None:
    """From here to a place, good for the extent of a city; None where one of them is not known."""
    if here is None or lat is None or lon is None:
        return None
    east = (lon - here["lon"]) * math.cos(math.radians(here["lat"]))
    return math.hypot(east, lat - here["lat"]) * METRES_PER_DEGREE
