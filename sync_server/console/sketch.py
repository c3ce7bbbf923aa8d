"""Where a hazard was found as a plain sketch: the enterprise's registered position, the find with its accuracy, distance, direction and scale.

No map service is asked; the page draws these numbers as SVG.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from shared.places import offset

WIDTH, HEIGHT, MARGIN = 320, 220, 34  # units of the drawing
COMPASS = ("north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west")


@dataclass(frozen=True, slots=True)
class Sketch:
    """Points in units of the drawing, x to the east, y to the south. Distances in metres; `site` is None where the register has no position."""

    find: tuple[float, float]
    site: tuple[float, float] | None
    circle: float  # radius of the accuracy, in units; 0 where it is not known
    accuracy: int
    distance: int
    compass: str
    bar: float  # length of the scale bar, in units
    bar_metres: int
    width: int = WIDTH
    height: int = HEIGHT


def sketch(find: dict[str, Any] | None, lat: float | None, lon: float | None) -> Sketch | None:
    """The sketch of a find at an enterprise registered at (lat, lon); None where the find has no position."""
    if find is None:
        return None
    accuracy = float(find.get("accuracy") or 0)
    east, north = offset(lat, lon, find["lat"], find["lon"]) if lat is not None and lon is not None else (0.0, 0.0)
    distance = math.hypot(east, north)
    # What is drawn reaches from the site to the find, with as much of the circle as does not dwarf the way between them.
    reach = max(20.0, distance / 2 + min(accuracy, max(distance, 200.0)))
    unit = (min(WIDTH, HEIGHT) / 2 - MARGIN) / reach
    middle = (WIDTH / 2, HEIGHT / 2)
    there = (middle[0] + east / 2 * unit, middle[1] - north / 2 * unit)
    site = (middle[0] - east / 2 * unit, middle[1] + north / 2 * unit) if lat is not None and lon is not None else None
    bar_metres = _round_number(60 / unit)
    return Sketch(
        _rounded(there), _rounded(site) if site else None, round(min(accuracy * unit, 2.0 * WIDTH), 1), round(accuracy), round(distance),
        COMPASS[round(math.degrees(math.atan2(east, north)) / 45) % 8], round(bar_metres * unit, 1), bar_metres,
    )  # fmt: skip


def _round_number(metres: float) -> int:
    """The largest of 1, 2, 5, 10, 20 ... that is not longer."""
    power = 10 ** math.floor(math.log10(max(metres, 1)))
    return int(next(step * power for step in (5, 2, 1) if step * power <= max(metres, 1)))


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 1), round(point[1], 1)
