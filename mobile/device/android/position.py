"""Where the phone is: all ways at once, the first good answer or the best when the time is over, else what the phone remembers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mobile.device.android.java import Java

GOOD = 50.0  # metres: no better one is waited for
PATIENCE = 20_000  # ms: a cold start of GPS under the open sky takes that long
REMEMBERED = 120_000  # ms: what is older may be another place
CURRENT_CALL = 30  # the level from which there is a call for one position


class Search:
    """One question to all ways; `ended` is called once, in any thread, with {lat, lon, accuracy} or None."""

    def __init__(self, java: Java, ended: Callable[[dict[str, Any] | None], None]) -> None:
        self._java = java
        self._ended = ended
        self._lock = threading.Lock()
        self._best: dict[str, Any] | None = None
        self._open = 0
        self._over = False

    def begin(self) -> None:
        """Ask. Every way answers within PATIENCE, with a place or without."""
        ways = str(self._java.places.ways(self._java.activity)).split()
        if not ways:
            self._end()
            return
        self._open = len(ways)
        current = self._java.machine.level() >= CURRENT_CALL
        ask = self._java.places.current if current else self._java.places.first
        for way in ways:
            ask(self._java.activity, way, PATIENCE, self._java.once(self._heard))

    def _heard(self, what: str, text: str) -> None:
        with self._lock:
            self._open -= 1
            place = _place(text) if what == "place" else None
            if place is not None and (self._best is None or place["accuracy"] < self._best["accuracy"]):
                self._best = place
            enough = self._open == 0 or (self._best is not None and self._best["accuracy"] <= GOOD)
        if enough:
            self._end()

    def _end(self) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
        if self._best is None:
            self._best = _place(str(self._java.places.lastKnown(self._java.activity)), REMEMBERED)
        self._ended(self._best)


def _place(text: str, youngest: int = REMEMBERED) -> dict[str, Any] | None:
    """From "lat lon accuracy age"; None for one that is too old or none at all."""
    fields = text.split()
    if len(fields) != 4 or int(fields[3]) > youngest:
        return None
    return {"lat": float(fields[0]), "lon": float(fields[1]), "accuracy": float(fields[2])}
