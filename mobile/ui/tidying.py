"""Closed screens leave memory in a quiet moment.

A screen is tens of thousands of small objects that hold one another: only a look through everything that lives finds them, and that takes several
frames. Nobody sees it a moment after a screen was left; everybody would in the middle of the next one's opening.
"""

from __future__ import annotations

import gc

from kivy.base import EventLoop
from kivy.clock import Clock

QUIET = 0.6  # seconds after the last step
MOST = 4  # closed screens that wait, whatever is going on


class Tidying:
    """`step(closed)` tells of every step from place to place, and how many screens it has closed."""

    def __init__(self) -> None:
        self._waiting = 0
        self._soon = Clock.create_trigger(self._tidy, QUIET)

    def step(self, closed: int) -> None:
        """Quiet begins anew."""
        self._waiting += closed
        self._soon.cancel()
        if self._waiting >= MOST:
            Clock.schedule_once(self._tidy)
        elif self._waiting:
            self._soon()

    def _tidy(self, *_: object) -> None:
        touched = any(touch.is_touch for touch in EventLoop.me_list)
        if touched and self._waiting < MOST:
            self._soon()
        elif self._waiting:
            self._waiting = 0
            gc.collect()


tidying = Tidying()
