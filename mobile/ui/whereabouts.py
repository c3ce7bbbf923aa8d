"""Where the person is, as far as the machine says: asked when a screen that orders things by distance comes into sight, at most once a minute."""

from __future__ import annotations

import time
from typing import Any

from kivy.event import EventDispatcher
from kivy.properties import ObjectProperty

from mobile.device.platform import Platform
from mobile.ui.strings import tr
from shared.places import Position

AGAIN = 60  # seconds after which it is asked anew
STALE = 900  # seconds after which one may be somewhere else


class Whereabouts(EventDispatcher):
    """`position` {lat, lon, accuracy}, None where it is not known or known too long; may be observed."""

    position = ObjectProperty(None, allownone=True)

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform = platform
        self._asked = self._known = -float("inf")

    @property
    def possible(self) -> bool:
        """Whether this machine knows where it is at all."""
        return "locate" in self._platform.abilities

    def look(self) -> None:
        """Ask, if the last answer is not fresh; nothing waits for it."""
        now = time.monotonic()
        if now - self._known > STALE:
            self.position = None
        if self.possible and now - self._asked >= AGAIN:
            self._asked = now
            self._platform.locate(self._found, self._not_found)

    def _found(self, position: Position) -> None:
        self._known, self.position = time.monotonic(), position

    def _not_found(self, _why: Any) -> None:
        """The last known position stands until it is stale; lists say quietly that there is none."""


def distance(metres: float | None) -> str:
    """A distance in words as short as a sign at the road; "" where it is not known."""
    if metres is None:
        return ""
    if metres < 1000:
        return tr("where.metres", count=round(metres / 10) * 10)
    return tr("where.kilometres", count=f"{metres / 1000:.1f}" if metres < 9950 else round(metres / 1000))
