"""Where the person is: a stack of places, the screen of each built on first sight, and the way back.

A place is a name and its parameters, all plain JSON values, so that the route survives the process (`route`, `restore`). Screens are made by
the registered builders and kept while their place is in the stack; the tabs (places at the bottom of a stack) are kept for good. The navigator knows
no widget class: `Stage` (kit) shows what it says. A screen may have `on_shown()` and `on_hidden()`; they are called when it comes and goes; and
`holds_back()`, which may keep a step back from being taken (True) because it asks the person something first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from kivy.event import EventDispatcher
from kivy.properties import ListProperty

from mobile.ui.tidying import tidying

BACK_KEYS = (27, 1073742106)  # SDL2 and SDL3
Pane = Literal["whole", "list"] | tuple[str, ...]  # a tuple names the lists that a detail stands beside


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the route: a registered name and JSON parameters."""

    name: str
    params: dict[str, Any] = field(default_factory=dict)

    def key(self) -> str:
        """Equal for equal places."""
        return json.dumps([self.name, self.params], ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class _Door:
    build: Callable[..., Any]
    pane: Pane


class Navigator(EventDispatcher):
    """A stack of places; `stack` may be observed. It is never empty once `reset` was called."""

    stack = ListProperty()

    def __init__(self) -> None:
        super().__init__()
        self._doors: dict[str, _Door] = {}
        self._screens: dict[str, Any] = {}
        self._tabs: dict[str, list[Place]] = {}
        self._shown: list[Any] = []

    def register(self, name: str, build: Callable[..., Any], pane: Pane = "whole") -> None:
        """`build(**params)` makes the screen; on a wide window a detail stands to the right of its list, where it was opened from that."""
        self._doors[name] = _Door(build, pane)

    def push(self, name: str, **params: Any) -> None:
        """Go on to a place. Going where one already is does nothing; a second detail of a list takes the place of the first."""
        place = self._known(Place(name, params))
        if self.stack and place.key() == self.stack[-1].key():
            return
        below = list(self.stack)
        if self.list_beside(below) is not None and self.list_beside([*below[:-1], place]) is not None:
            below.pop()
        self._go([*below, place])

    def reset(self, name: str, **params: Any) -> None:
        """Start over from one place, such as a tab. The tab one comes back to is as it was left."""
        place = self._known(Place(name, params))
        if self.stack:
            self._tabs[self.stack[0].key()] = list(self.stack)
        already_there = bool(self.stack) and self.stack[0].key() == place.key()
        self._go([place] if already_there else self._tabs.get(place.key(), [place]))

    def leave(self, name: str) -> None:
        """Done here: go to the tab `name`, and let the present one begin at its root again."""
        root = self.stack[0]
        self.reset(name)
        self._tabs[root.key()] = [root]

    def replace(self, name: str, **params: Any) -> None:
        """Put another place where the top one is (after enrolment, after submitting)."""
        self._go([*self.stack[:-1], self._known(Place(name, params))])

    def back(self) -> bool:
        """One step back; False when there is none (the app may then go to the background)."""
        if len(self.stack) < 2:
            return False
        top = self._screens.get(self.stack[-1].key())
        if top is not None and getattr(top, "holds_back", _nothing)():
            return True
        self._go(self.stack[:-1])
        return True

    def on_key(self, _window: object, key: int, *_: object) -> bool:
        """Bind this to `Window.on_keyboard`: the back key of a phone, Escape on a desktop."""
        return key in BACK_KEYS and self.back()

    def route(self) -> str:
        """The stack as text, to be stored at every pause."""
        return json.dumps([[p.name, p.params] for p in self.stack], ensure_ascii=False)

    def restore(self, route: str) -> bool:
        """Go where `route` says; False, and nothing changes, if it is damaged or names a place that is no more."""
        try:
            places = [Place(str(name), dict(params)) for name, params in json.loads(route)]
        except (ValueError, TypeError):
            return False
        if not places or any(p.name not in self._doors for p in places):
            return False
        self._go(places)
        return True

    def pane(self, place: Place) -> Pane:
        """How the place wants to stand on a wide window."""
        return self._doors[place.name].pane

    def list_beside(self, stack: list[Place]) -> Place | None:
        """The list that the top of a stack stands beside on a wide window: the place below, where that is one of its lists."""
        return stack[-2] if len(stack) > 1 and isinstance(self.pane(stack[-1]), tuple) and stack[-2].name in self.pane(stack[-1]) else None

    def screen(self, place: Place) -> Any:
        """The screen of a place, built on first sight."""
        key = place.key()
        if key not in self._screens:
            self._screens[key] = self._doors[place.name].build(**place.params)
        return self._screens[key]

    @property
    def in_sight(self) -> list[Any]:
        """The screens that stand on the stage."""
        return list(self._shown)

    def shown(self, screens: list[Any]) -> None:
        """The stage tells which screens stand there now; those that came and went are told."""
        gone = [s for s in self._shown if s not in screens]
        come = [s for s in screens if s not in self._shown]
        self._shown = list(screens)
        for screen in gone:
            getattr(screen, "on_hidden", _nothing)()
        for screen in come:
            getattr(screen, "on_shown", _nothing)()

    def _known(self, place: Place) -> Place:
        if place.name not in self._doors:
            raise KeyError(f"no screen is registered as {place.name}")
        return place

    def _go(self, stack: list[Place]) -> None:
        self.stack = stack
        kept = {p.key() for places in (*self._tabs.values(), stack) for p in places}
        closed = [key for key in self._screens if key not in kept]
        for key in closed:
            del self._screens[key]
        tidying.step(len(closed))


def _nothing() -> None:
    """A screen without the hook."""
