"""Marks on a photo: arrows, boxes, words, what is made unreadable. Data beside the picture; the original file is never changed.

A stroke is {shape, points, text?, colour?}. Its points are whole numbers from 0 to 10000 of the upright picture's width and height, from the top
left corner. By shape: an "arrow" goes from its first point to its second, where the tip is; a "line" through all of its points; "box", "circle"
and "blur" lie between two opposite corners; a "text" begins with its upper left corner at its one point.

`outlines` gives what is to be drawn in pixels; the phone's window and the server's Pillow both draw from it, so that they show the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import Any

from shared.fields import choice, integer, listing, optional, shape, text

Stroke = Mapping[str, Any]
Point = tuple[float, float]

WHOLE = 10_000  # the width and the height of a picture in points
MOST = 100  # strokes on one photo
_POINTS = {"arrow": (2, 2), "line": (2, 200), "box": (2, 2), "circle": (2, 2), "text": (1, 1), "blur": (2, 2)}  # shape -> fewest, most
SHAPES = tuple(_POINTS)
COLOURS = {"red": (225, 29, 42), "yellow": (255, 204, 0), "blue": (0, 102, 230), "white": (255, 255, 255)}
_ROUND = 48  # sides of the polygon that a circle is drawn as
_STROKE = shape(
    {
        "shape": choice(*SHAPES),
        "points": listing(listing(integer(0, WHOLE), 2), 200),
        "text": optional(text(40)),
        "colour": optional(choice(*COLOURS)),
    }
)


@dataclass(frozen=True, slots=True)
class Outlines:
    """A stroke in pixels, y downwards: lines of `thickness` through points, filled polygons, labels (x, y, text) of letters `size` high with their
    upper left corner there, and regions (left, top, right, bottom) to be made unreadable."""

    colour: tuple[int, int, int]
    thickness: int
    size: int
    lines: tuple[tuple[Point, ...], ...] = ()
    polygons: tuple[tuple[Point, ...], ...] = ()
    labels: tuple[tuple[float, float, str], ...] = ()
    regions: tuple[tuple[int, int, int, int], ...] = ()


def are_strokes(value: Any) -> bool:
    """Whether an operation may say this of a photo; an empty list takes all marks off."""
    return type(value) is list and len(value) <= MOST and all(_STROKE(stroke) and _is_whole(stroke) for stroke in value)


def _is_whole(stroke: Stroke) -> bool:
    fewest, most = _POINTS[stroke["shape"]]
    points = stroke["points"]
    told = bool(stroke.get("text")) == (stroke["shape"] == "text")
    return told and fewest <= len(points) <= most and all(len(point) == 2 for point in points)


def outlines(stroke: Stroke, width: int, height: int) -> Outlines:
    """What one stroke is on an upright picture of this size in pixels."""
    longest, name = max(width, height), stroke["shape"]
    colour, thickness, size = COLOURS[stroke.get("colour") or "red"], max(2, round(longest / 180)), max(12, round(longest / 26))
    points = tuple((x * width / WHOLE, y * height / WHOLE) for x, y in stroke["points"])
    if name == "text":
        return Outlines(colour, thickness, size, labels=((*points[0], stroke["text"]),))
    if name == "line":
        return Outlines(colour, thickness, size, lines=(points,))
    if name == "arrow":
        shaft, head = _arrow(points[0], points[1], thickness)
        return Outlines(colour, thickness, size, lines=(shaft,), polygons=(head,))
    (left, right), (top, bottom) = sorted((points[0][0], points[1][0])), sorted((points[0][1], points[1][1]))
    if name == "blur":
        region = (int(left), int(top), min(width, -int(-right // 1)), min(height, -int(-bottom // 1)))
        return Outlines(colour, thickness, size, regions=(region,))
    if name == "box":
        return Outlines(colour, thickness, size, lines=(((left, top), (right, top), (right, bottom), (left, bottom), (left, top)),))
    return Outlines(colour, thickness, size, lines=(_ellipse(left, top, right, bottom),))


def _arrow(tail: Point, tip: Point, thickness: int) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The shaft, which ends within the head, and the head: three corners."""
    length = hypot(tip[0] - tail[0], tip[1] - tail[1])
    along = ((tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length) if length else (0.0, 0.0)
    reach = min(5.0 * thickness, length)
    foot = (tip[0] - along[0] * reach, tip[1] - along[1] * reach)
    wide = reach * 0.5
    head = (tip, (foot[0] - along[1] * wide, foot[1] + along[0] * wide), (foot[0] + along[1] * wide, foot[1] - along[0] * wide))
    return (tail, (tip[0] - along[0] * reach * 0.7, tip[1] - along[1] * reach * 0.7)), head


def _ellipse(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    middle, half = ((left + right) / 2, (top + bottom) / 2), ((right - left) / 2, (bottom - top) / 2)
    turns = [2 * pi * step / _ROUND for step in range(_ROUND)]
    points = [(middle[0] + half[0] * cos(turn), middle[1] + half[1] * sin(turn)) for turn in turns]
    return (*points, points[0])


def marks_of(records: Sequence[Mapping[str, Any]], sha256: str) -> list[Stroke]:
    """All that these records have marked on the picture with these bytes, each stroke once: a photo is named by its inspection and by its hazard."""
    found: list[Stroke] = []
    for record in records:
        for photo, strokes in record.get("strokes", {}).items():
            if record["photos"].get(photo, {"sha256": ""})["sha256"] == sha256:
                found += [stroke for stroke in strokes if stroke not in found]
    return found
