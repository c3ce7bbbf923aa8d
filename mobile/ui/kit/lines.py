"""Lines that say something quietly: how things stand, and whom one can call."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit import tap  # noqa: F401  (its buttons and words are in the rules)
from mobile.ui.kit.tree import keep
from mobile.ui.theme import TONES


class StateLine(BoxLayout):
    """How things stand, in one quiet line that nobody has to read: `text` and an `icon` in a `tone`."""

    text = StringProperty()
    icon = StringProperty()
    tone = OptionProperty("neutral", options=TONES)


class Call(BoxLayout):
    """Somebody to call: `name`, `post`, `phone`, and where this machine `can_call` a button that does (event `on_call`)."""

    __events__ = ("on_call",)
    name = StringProperty()
    post = StringProperty()
    phone = StringProperty()
    can_call = BooleanProperty(False)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        button = self.ids.call.__self__
        keep(self, button, self.can_call)

    def on_call(self) -> None:
        """The button was pressed."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
