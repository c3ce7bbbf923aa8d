"""What the person should know of the machine before it stands in their way: room, battery, clock. Told once for each cause.

A cause that has passed may come again, and is then told again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

LITTLE_ROOM, NO_ROOM = 300_000_000, 50_000_000  # bytes
LOW_BATTERY = 0.15
WRONG_CLOCK = 5 * 60_000  # ms away from the server's: deadlines and records go by the hour


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told. `cause`: storage_low, storage_full, battery, clock; `figure` is what belongs into its words (MB, percent, minutes)."""

    cause: str
    figure: int
    urgent: bool = False


def notices(free: int | None, battery: float | None, charging: bool | None, skew: int) -> list[Notice]:
    """What holds now, the most urgent first: `free` bytes, `battery` 0..1, None where nobody knows; `skew` is how far (ms) this clock was ahead of
    the server's at the last answer."""
    found = []
    if free is not None and free < LITTLE_ROOM:
        full = free < NO_ROOM
        found.append(Notice("storage_full" if full else "storage_low", free // 1_000_000, urgent=full))
    if abs(skew) > WRONG_CLOCK:
        found.append(Notice("clock", round(skew / 60_000)))
    if battery is not None and battery <= LOW_BATTERY and not charging:
        found.append(Notice("battery", round(battery * 100)))
    return found


def still_told(told: Collection[str], holding: Collection[Notice]) -> list[str]:
    """Of the causes that were told, those that still hold. Room that went from little to none is a new cause."""
    causes = {notice.cause for notice in holding}
    return [cause for cause in told if cause in causes]
