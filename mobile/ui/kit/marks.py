"""Small marks: how something stands, always in sight; and who somebody is, where there are no portraits."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, OptionProperty, StringProperty
from kivy.uix.anchorlayout import AnchorLayout

from mobile.ui.kit.tap import Tap
from mobile.ui.theme import TONES


class StatusChip(Tap):
    """A state in an icon and a word or two, drawn 36 dp high in a 48 dp target. Bind `on_release`."""

    text = StringProperty()
    icon = StringProperty()
    tone = OptionProperty("neutral", options=TONES)


class Avatar(AnchorLayout):
    """A circle with the first character of a name."""

    name = StringProperty()

    @staticmethod
    def initial(name: str) -> str:
        """The family name of a Chinese name, the first letter of another."""
        return name.strip()[:1].upper()


class PersonRow(Tap):
    """Somebody as a row to be tapped: avatar, `name`, a quiet `detail`, a `state` in its `tone`; `selected` for who is at work."""

    name = StringProperty()
    detail = StringProperty()
    state_text = StringProperty()
    tone = OptionProperty("neutral", options=TONES)
    selected = BooleanProperty(False)


class LinkRow(Tap):
    """A line that leads somewhere: `icon`, `text`, and a quiet `detail` below (what is chosen there)."""

    text = StringProperty()
    detail = StringProperty()
    icon = StringProperty()


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
