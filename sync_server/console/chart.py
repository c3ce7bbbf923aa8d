"""Lines over days as SVG, made on the server: no script, readable in print and by a screen reader beside its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 44, 24, 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the name of its colour, and the points of its path."""

    name: str
    path: str
    last_x: float
    last_y: float
    last: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on one scale. `rows` are (y, value) of the grid, `columns` (x, word) of the days named below."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[float, int], ...]
    columns: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM


def draw(days: Sequence[str], series: Mapping[str, Sequence[int]]) -> Chart | None:
    """A chart of several values a day; None where there are fewer than two days."""
    if len(days) < 2:
        return None
    most = _round_up(max(max(values) for values in series.values()) or 1)
    step = (WIDTH - LEFT - 8) / (len(days) - 1)

    def at(place: int, value: int) -> tuple[float, float]:
        return round(LEFT + place * step, 1), round(HEIGHT - BOTTOM - value / most * (HEIGHT - BOTTOM - TOP), 1)

    lines = []
    for name, values in series.items():
        points = [at(i, value) for i, value in enumerate(values)]
        lines.append(Line(name, "M" + " L".join(f"{x} {y}" for x, y in points), *points[-1], values[-1]))
    rows = tuple((at(0, most * i // 4)[1], most * i // 4) for i in range(5)) if most >= 4 else tuple((at(0, i)[1], i) for i in range(most + 1))
    named = [i for i in range(len(days)) if i % max(1, len(days) // 6) == 0]
    return Chart(tuple(lines), rows, tuple((at(i, 0)[0], days[i][5:]) for i in named))


def _round_up(value: int) -> int:
    """The next number that divides well by four."""
    size = 4
    while size < value:
        for factor in (2, 3, 5):
            if size * factor >= value:
                return size * factor
        size *= 10
    return size
