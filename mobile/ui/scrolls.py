"""How far each place of the route is scrolled, on disk, so that the app comes back to it after it was killed."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress

from mobile.core.store import Store
from shared.errors import RetryLater


class Scrolls:
    """Of one enrolment: for each place (`Place.key`) the `scroll_y` of its panes. Places that are left are forgotten."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: dict[str, list[float]] = json.loads(store.scratch("scrolls") or "{}")

    def of(self, key: str) -> list[float]:
        """What was kept for a place; nothing for one that was not scrolled."""
        return self._of.get(key, [])

    def keep(self, key: str, scrolls: list[float]) -> None:
        """Remember them, durably."""
        if any(scroll != 1.0 for scroll in scrolls) or key in self._of:
            self._write(self._of | {key: scrolls})

    def only(self, keys: Collection[str]) -> None:
        """Forget all other places."""
        self._write({key: scrolls for key, scrolls in self._of.items() if key in keys})

    def _write(self, wanted: dict[str, list[float]]) -> None:
        if wanted != self._of:
            self._of = wanted
            with suppress(RetryLater):  # a full disk: it begins at the top after a restart, and nothing else is lost
                self._store.set_scratch("scrolls", json.dumps(wanted))
