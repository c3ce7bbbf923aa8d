"""What a measurement is: a figure beside its goal, as a ratio to an anchor measured just before and just after it.

Other people's load comes and goes within seconds, so anchor and measurement alternate, and the median of the ratios is what counts; the absolute
numbers are printed beside it. Nothing here knows what is measured.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """How thorough a run is, and where it may write."""

    folder: Path
    quick: bool = False
    full: bool = False

    def rounds(self, usual: int) -> int:
        """How often to repeat."""
        return 1 if self.quick else usual

    def fresh(self, name: str) -> Path:
        """A new folder of that name; one a call."""
        for number in range(1_000_000):
            path = self.folder / f"{name}-{number}"
            if not path.exists():
                path.mkdir(parents=True)
                return path
        raise FileExistsError(name)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `met` is None where there is no goal: a number that explains another."""

    name: str
    measured: str
    goal: str = ""
    met: bool | None = None
    ratio: float | None = None
    absolute: float | None = None
    unit: str = ""
    note: str = ""

    def line(self) -> str:
        """As text."""
        sign = {True: "ok    ", False: "MISSED", None: "      "}[self.met]
        return f"{sign} {self.name:34} {self.measured:44} {'goal ' + self.goal if self.goal else ''}{'  (' + self.note + ')' if self.note else ''}"


Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median ratio, and the medians it came from."""

    ratio: float
    measured: float
    anchor: float


def against(anchor: Measure, measure: Measure, rounds: int) -> Ratio:
    """Alternate the two, anchor first and last; each measurement is held against the mean of its two neighbours. Both return a rate."""
    before = anchor()
    ratios, measured, anchors = [], [], [before]
    for _ in range(rounds):
        value = measure()
        after = anchor()
        ratios.append(value / ((before + after) / 2))
        measured.append(value)
        anchors.append(after)
        before = after
    return Ratio(statistics.median(ratios), statistics.median(measured), statistics.median(anchors))


def share(name: str, ratio: Ratio, goal: float, unit: str = "operations/s", *, note: str = "") -> Figure:
    """A rate as a percentage of its anchor's; the goal is the least."""
    measured = f"{ratio.ratio:6.1%}  {ratio.measured:,.0f} of {ratio.anchor:,.0f} {unit}"
    return Figure(name, measured, f">= {goal:.0%}", ratio.ratio >= goal, ratio.ratio, ratio.measured, unit, note)


def seconds(action: Callable[[], object]) -> float:
    """How long it takes; the garbage of what came before is not its fault."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def percentile(values: Iterable[float], part: float) -> float:
    """The value below which that part lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
