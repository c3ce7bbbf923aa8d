"""One answer out of a few, each a large button with an icon and a word."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kivy.lang import Builder
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit import typeface
from mobile.ui.kit.tap import Tap
from mobile.ui.theme import TONES


class Option(NamedTuple):
    """One answer: its value, its words, its icon and its tone when chosen."""

    value: str
    text: str
    icon: str = ""
    tone: str = "neutral"


class Choice(Tap):
    """One button of a `ChoiceRow`."""

    value = StringProperty()
    text = StringProperty()
    icon = StringProperty()
    tone = OptionProperty("neutral", options=TONES)
    selected = BooleanProperty(False)
    stacked = BooleanProperty(False)


class Radio(Tap):
    """One of several, a line each: `text`, a quiet `detail` below it, `selected` (the owner changes it). Bind `on_release`."""

    text = StringProperty()
    detail = StringProperty()
    selected = BooleanProperty(False)


class ChoiceRow(BoxLayout):
    """`options` side by side, `value` the chosen one or "". A tap on another chooses it, sets `value` and fires `on_choose(value)`; a tap on the
    chosen one does nothing. Where the words would not fit beside the icons, the icons move above them, in all buttons alike."""

    __events__ = ("on_choose",)
    options = ListProperty()
    value = StringProperty()
    stacked = BooleanProperty(False)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("width", "options"):
            self.fbind(name, self._arrange)
        self.fbind("value", self._show)
        self.fbind("options", self._rebuild)
        self._rebuild()

    def on_choose(self, _value: str) -> None:
        """A person chose."""

    def choose(self, value: str) -> None:
        """As a tap on that option does."""
        if value != self.value:
            self.value = value
            self.dispatch("on_choose", value)

    def _rebuild(self, *_: object) -> None:
        wanted = [Option(*option) for option in self.options]
        if len(wanted) != len(self.children):
            self.clear_widgets()
            for _option in wanted:
                self.add_widget(Choice(on_release=lambda pressed: self.choose(pressed.value)))
        for option, button in zip(wanted, reversed(self.children), strict=True):
            button.value, button.text, button.icon, button.tone = option
        self._arrange()
        self._show()

    def _arrange(self, *_: object) -> None:
        """The widest option decides for all: icon beside the words, above them, or the options below one another where a word would be torn."""
        if not self.children:
            return
        each = (self.width - self.spacing * (len(self.children) - 1)) / len(self.children)
        measure = typeface.measure(self.children[0].ids.pair.text_size, True)
        widest = max(measure(b.text) + (b.ids.pair.icon_size * 1.1 if b.icon else 0) for b in self.children)
        longest_word = max(measure(word) for b in self.children for word in b.text.split())
        self.orientation = "vertical" if longest_word + dp(12) > each else "horizontal"
        self.stacked = self.orientation == "horizontal" and widest + dp(8 + 16) > each
        for button in self.children:
            button.stacked = self.stacked

    def _show(self, *_: object) -> None:
        for button in self.children:
            button.selected = button.value == self.value


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
