"""Several of many, a line each; and the quiet actions below a card, small to look at and large enough for a thumb."""

from __future__ import annotations

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from mobile.ui.kit.tap import Tap


class Tick(Tap):
    """One of several that may be taken together: `text`, a quiet `detail` below it, `selected` (the owner changes it). Bind `on_release`."""

    text = StringProperty()
    detail = StringProperty()
    selected = BooleanProperty(False)


class Quiet(Tap):
    """An action beside others: `icon` and `text`, as wide as they are; `selected` while what it opens is open. Bind `on_release`."""

    icon = StringProperty()
    text = StringProperty()
    selected = BooleanProperty(False)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
