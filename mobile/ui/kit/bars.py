"""The bars at the edges of a screen: top bar, bottom bar of actions, and the navigation between tabs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit.tap import IconButton, Tap
from mobile.ui.kit.tree import keep


class Action(NamedTuple):
    """An icon button of the top bar: `name` is what `on_action` tells."""

    name: str
    icon: str


class TopBar(BoxLayout):
    """`title`, `subtitle`, `has_back` (shows the arrow; event `on_back`), `actions` (Action values; event `on_action(name)`)."""

    __events__ = ("on_back", "on_action")
    title = StringProperty()
    subtitle = StringProperty()
    has_back = BooleanProperty(False)
    actions = ListProperty()

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._words, self._subtitle = self.ids.label.__self__, self.ids.subtitle.__self__
        self._arrow = IconButton(icon="arrow-left", pos_hint={"center_y": 0.5}, on_release=lambda _: self.dispatch("on_back"))
        for name in ("has_back", "actions"):
            self.fbind(name, self._rebuild)
        self.fbind("subtitle", self._place_subtitle)
        self._rebuild()
        self._place_subtitle()

    def on_back(self) -> None:
        """The arrow was pressed."""

    def on_action(self, _name: str) -> None:
        """An action was pressed."""

    def action(self, name: str) -> IconButton:
        """The button of an action."""
        return next(b for b in self.children if getattr(b, "name", "") == name)

    def _place_subtitle(self, *_: object) -> None:
        keep(self._words, self._subtitle, bool(self.subtitle))

    def _rebuild(self, *_: object) -> None:
        self.clear_widgets()
        if self.has_back:
            self.add_widget(self._arrow)
        self.add_widget(self._words)
        for name, icon in self.actions:
            button = IconButton(icon=icon, pos_hint={"center_y": 0.5})
            button.name = name
            button.bind(on_release=lambda pressed: self.dispatch("on_action", pressed.name))
            self.add_widget(button)


class BottomBar(BoxLayout):
    """The bar that holds the main buttons of a screen, in the reach of a thumb."""


class Tab(NamedTuple):
    """One item of the navigation: `name` is what `on_go` tells; `waiting`: how many things need the person."""

    name: str
    text: str
    icon: str
    waiting: int = 0


class NavItem(Tap):
    """One item of a `NavBar`."""

    name = StringProperty()
    text = StringProperty()
    icon = StringProperty()
    count = NumericProperty(0)
    selected = BooleanProperty(False)


class NavBar(BoxLayout):
    """The tabs: `tabs` (Tab values), `current` (a name); event `on_go(name)`. A bar at the bottom, or with `rail` a column at the left."""

    __events__ = ("on_go",)
    tabs = ListProperty()
    current = StringProperty()
    rail = BooleanProperty(False)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self.fbind("tabs", self._rebuild)
        self.fbind("current", self._show)
        self._rebuild()

    def on_go(self, _name: str) -> None:
        """A tab was pressed, the current one included."""

    def item(self, name: str) -> NavItem:
        """The item of a tab."""
        return next(i for i in self.ids.cells.children if i.name == name)

    def _rebuild(self, *_: object) -> None:
        items = self.ids.cells
        if len(items.children) != len(self.tabs):
            items.clear_widgets()
            for _tab in self.tabs:
                items.add_widget(NavItem(on_release=lambda pressed: self.dispatch("on_go", pressed.name)))
        for tab, item in zip(self.tabs, reversed(items.children), strict=True):
            item.name, item.text, item.icon, item.count = Tab(*tab)
        self._show()

    def _show(self, *_: object) -> None:
        for item in self.ids.cells.children:
            item.selected = item.name == self.current


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
