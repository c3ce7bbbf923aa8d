"""Everything that is pressed: the bare surface, push buttons, icon buttons, the floating action, chips."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit.text import Icon
from mobile.ui.kit.tree import keep


class Tap(ButtonBehavior, AnchorLayout):
    """A surface that can be pressed: `ground` its colour, `line` its outline, `radius` its corners. Never smaller than 48 dp by itself."""

    ground = ColorProperty([0, 0, 0, 0])
    line = ColorProperty([0, 0, 0, 0])
    radius = NumericProperty("12dp")


class Pair(BoxLayout):
    """An icon and words, side by side or one above the other, as large as they are; the words wrap beyond `max_width`."""

    icon = StringProperty()
    text = StringProperty()
    tone = StringProperty("ink")
    icon_tone = StringProperty("")
    strong = BooleanProperty(False)
    text_size = NumericProperty("16sp")
    icon_size = NumericProperty("20sp")
    max_width = NumericProperty(1e6)
    lines = NumericProperty(0)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._icon, self._words = self.ids.icon.__self__, self.ids.label.__self__
        for name in ("icon", "text"):
            self.fbind(name, self._place)
        self._place()

    def _place(self, *_: object) -> None:
        keep(self, self._words, bool(self.text))
        keep(self, self._icon, bool(self.icon), len(self.children))


class PushButton(Tap):
    """A button with words: `text`, `icon`, `kind` primary | secondary | danger | text; `snug` as wide as its words. Bind `on_release`."""

    text = StringProperty()
    icon = StringProperty()
    kind = OptionProperty("primary", options=["primary", "secondary", "danger", "text"])
    snug = BooleanProperty(False)
    INKS = {"primary": "ink_primary", "secondary": "ink_primary_container", "danger": "ink_danger", "text": "primary"}
    GROUNDS = {"primary": "primary", "secondary": "primary_container", "danger": "danger", "text": ""}


class IconButton(ButtonBehavior, Icon):
    """An icon to press, 48 dp. Bind `on_release`."""


class Fab(Tap):
    """The floating main action of a screen: `icon`, `text`. Bind `on_release`."""

    text = StringProperty()
    icon = StringProperty("plus")


class Chip(Tap):
    """A filter that is on or off: `text`, `selected` (the owner changes it), drawn 36 dp high in a 48 dp target, at most `max_width` wide.
    Bind `on_release`."""

    text = StringProperty()
    selected = BooleanProperty(False)
    max_width = NumericProperty(1e6)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
