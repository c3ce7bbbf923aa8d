"""Surfaces that hold or say something: cards, badges, section headers, banners, progress, empty states."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit.tap import PushButton
from mobile.ui.theme import TONES


class Column(BoxLayout):
    """Widgets below one another, as high as they are."""


class Card(BoxLayout):
    """A surface with rounded corners, as high as what is in it."""


class Badge(BoxLayout):
    """A word of state, in a tone: danger | warn | info | ok | neutral. Colour never says it alone: there is always a `text`."""

    text = StringProperty()
    tone = OptionProperty("neutral", options=TONES)


class SectionHeader(BoxLayout):
    """The heading of a group: `text`, and a quiet `detail` at its right."""

    text = StringProperty()
    detail = StringProperty()


class Banner(BoxLayout):
    """One line of news under the top bar: `text`, `icon`, `tone`, and what to do about it (`action`; event `on_action`)."""

    __events__ = ("on_action",)
    text = StringProperty()
    icon = StringProperty()
    tone = OptionProperty("neutral", options=TONES)
    action = StringProperty()

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.fbind("action", self._place_action)
        self._place_action()

    def on_action(self) -> None:
        """The action was pressed."""

    def _place_action(self, *_: object) -> None:
        button = self.ids.action
        if self.action and button.parent is None:
            self.add_widget(button)
        elif not self.action and button.parent is self:
            self.remove_widget(button)


class ProgressLine(BoxLayout):
    """How far something is: `value` 0..1, `text` in words above the bar, `detail` at the right, `tone` of the bar."""

    value = NumericProperty(0)
    text = StringProperty()
    detail = StringProperty()
    tone = StringProperty("primary")


class StepHeader(BoxLayout):
    """Where one is in a sequence: `step` of `count`, as a row of segments below the words `text`."""

    text = StringProperty()
    detail = StringProperty()
    step = NumericProperty(1)
    count = NumericProperty(1)


class EmptyState(BoxLayout):
    """Nothing here, and what to do: `icon`, `title`, `text`, and a button (`action`; event `on_action`)."""

    __events__ = ("on_action",)
    icon = StringProperty("inbox-outline")
    title = StringProperty()
    text = StringProperty()
    action = StringProperty()

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self._button: PushButton | None = None
        self.fbind("action", self._place_action)
        self._place_action()

    def on_action(self) -> None:
        """The button was pressed."""

    def _place_action(self, *_: object) -> None:
        if self._button:
            self.ids.box.remove_widget(self._button)
            self._button = None
        if self.action:
            self._button = PushButton(text=self.action, snug=True, pos_hint={"center_x": 0.5})
            self._button.bind(on_release=lambda _: self.dispatch("on_action"))
            self.ids.box.add_widget(self._button)


class Divider(BoxLayout):
    """A hairline between things of one surface."""

    inset = NumericProperty(0)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
