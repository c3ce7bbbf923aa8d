"""Surfaces that hold or say something: cards, badges, section headers, banners, progress, empty states."""

from __future__ import annotations

from pathlib import Path

from kivy.animation import Animation
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from mobile.ui.kit import panes, tap  # noqa: F401  (their columns, buttons and words are in the rules)
from mobile.ui.kit.tree import keep
from mobile.ui.theme import TONES


class Card(BoxLayout):
    """A surface with rounded corners, as high as what is in it."""


class TapCard(ButtonBehavior, Card):
    """A card that opens something: what is added stands left of an arrow. Bind `on_release`."""

    def add(self, widget: Widget) -> None:
        """Put a widget below the others."""
        self.ids.column.add_widget(widget)


class Fact(BoxLayout):
    """One thing that is known: a small `label` and its `value` below."""

    label = StringProperty()
    value = StringProperty()


class Badge(BoxLayout):
    """A word of state, in a tone: danger | warn | info | ok | neutral. Colour never says it alone: there is always a `text`."""

    text = StringProperty()
    tone = OptionProperty("neutral", options=TONES)


class SectionHeader(BoxLayout):
    """The heading of a group: `text`, and a quiet `detail` at its right."""

    text = StringProperty()
    detail = StringProperty()


class Banner(BoxLayout):
    """One line of news under the top bar: `text`, `icon`, `tone`, and what to do about it (`button`, its words; event `on_action`).

    `radius` rounds its corners where it stands inside a page."""

    __events__ = ("on_action",)
    text = StringProperty()
    icon = StringProperty()
    tone = OptionProperty("neutral", options=TONES)
    button = StringProperty()
    radius = NumericProperty(0)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._icon, self._action = self.ids.icon.__self__, self.ids.action.__self__
        for name in ("icon", "button"):
            self.fbind(name, self._place)
        self._place()

    def on_action(self) -> None:
        """The button was pressed."""

    def _place(self, *_: object) -> None:
        keep(self, self._action, bool(self.button))
        keep(self, self._icon, bool(self.icon), len(self.children))


class ProgressLine(BoxLayout):
    """How far something is: `value` 0..1, `text` in words above the bar, `detail` at the right, `tone` of the bar. `busy` where nobody knows how far:
    then the bar wanders as long as it is to be seen."""

    value = NumericProperty(0)
    busy = BooleanProperty(False)
    phase = NumericProperty(0)
    text = StringProperty()
    detail = StringProperty()
    tone = StringProperty("primary")

    def on_parent(self, _self: object, parent: object) -> None:
        """Wander while it is on a screen."""
        Animation.cancel_all(self, "phase")
        if self.busy and parent is not None:
            there = Animation(phase=1, duration=0.9, transition="in_out_sine")
            wander = there + Animation(phase=0, duration=0.9, transition="in_out_sine")
            wander.repeat = True
            wander.start(self)


class StepHeader(BoxLayout):
    """How far one is: `step` of `count`, as a bar below the words `text`; `detail` at the right."""

    text = StringProperty()
    detail = StringProperty()
    step = NumericProperty(1)
    count = NumericProperty(1)


class EmptyState(BoxLayout):
    """Nothing here, and what to do: `icon`, `title`, `text`, and a `button` (its words; event `on_action`)."""

    __events__ = ("on_action",)
    icon = StringProperty("inbox-outline")
    title = StringProperty()
    text = StringProperty()
    button = StringProperty()

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._action = self.ids.action.__self__
        self.fbind("button", self._place)
        self._place()

    def on_action(self) -> None:
        """The button was pressed."""

    def _place(self, *_: object) -> None:
        keep(self.ids.box.__self__, self._action, bool(self.button))


class Divider(BoxLayout):
    """A hairline between things of one surface."""

    inset = NumericProperty(0)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
