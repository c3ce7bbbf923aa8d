"""Guessing is slow: after some wrong tries an address waits. Kept in memory, for one process; whoever guesses gains nothing from a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.errors import Refused, RetryLater, reason

FREE_TRIES, LOCK = 20, 5 * 60_000  # tries, ms
MOST_ADDRESSES, LONGEST_ADDRESS = 10_000, 200
TOO_MANY_TRIES = reason("too_many_tries", "输错次数过多，请五分钟后再试", "too many wrong tries; wait five minutes")


class Tries:
    """Counts refusals by address, or by whatever else a guess can be told by."""

    def __init__(self, clock: Callable[[], int], free: int = FREE_TRIES) -> None:
        self._clock = clock
        self._free = free
        self._wrong: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, address: str) -> Iterator[None]:
        """Around one try. Raises RetryLater(too_many_tries) when this address has been wrong too often of late."""
        address = address[:LONGEST_ADDRESS]
        if len(self._recent(address)) >= self._free:
            raise RetryLater(TOO_MANY_TRIES)
        try:
            yield
        except Refused:
            with self._lock:  # of many who guess at once each counts
                if len(self._wrong) >= MOST_ADDRESSES:
                    self._wrong.clear()
                self._wrong[address] = [*self._recent(address), self._clock()]
            raise

    def _recent(self, address: str) -> list[int]:
        since = self._clock() - LOCK
        return [at for at in self._wrong.get(address, ()) if at > since]

    def forget(self, address: str) -> None:
        """Who got it right in the end starts afresh."""
        self._wrong.pop(address[:LONGEST_ADDRESS], None)
