"""Our fonts made known to Kivy, measured, and drawn to textures.

Importing this registers the fonts (under Kivy's default name, before any widget exists) and sets `input_type: 'text'` for every text input, without
which Chinese keyboards on Android give raw Latin keys. `FontsMissing` if they have not been cut yet.
"""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.graphics.texture import Texture
from kivy.lang import Builder

from mobile.ui.charset import has_bold
from mobile.ui.fonts import font_path

TEXT = "Roboto"  # Kivy's default name: every Label of Kivy's own gets our font too
ICONS = "Icons"
HAN_FIRST, HAN_LAST = "一", "龥"  # all of one width in our font

LabelBase.register(TEXT, str(font_path("regular")), fn_bold=str(font_path("bold")))
LabelBase.register(ICONS, str(font_path("icons")))
Builder.load_string("<TextInput>:\n    input_type: 'text'\n")


class Measure:
    """Widths of text in px at one size and weight; single characters are remembered."""

    def __init__(self, size: float, bold: bool) -> None:
        self._extents = CoreLabel(font_name=TEXT, font_size=size, bold=bold).get_extents
        self._known: dict[str, float] = {}
        self._han = float(self._extents("中")[0])

    def __call__(self, text: str) -> float:
        if len(text) != 1:
            return float(self._extents(text)[0]) if text else 0.0
        width = self._known.get(text)
        if width is None:
            width = self._known[text] = self._han if HAN_FIRST <= text <= HAN_LAST else float(self._extents(text)[0])
        return width

    def sum(self, text: str) -> float:
        """The width of a line, from its characters: quick, and exact to a pixel or two."""
        known = self._known
        return sum(known[c] if c in known else self(c) for c in text)


@lru_cache(maxsize=64)
def measure(size: float, bold: bool = False) -> Measure:
    """The one `Measure` of a size and weight."""
    return Measure(size, bold)


@lru_cache(maxsize=768)
def texture(text: str, size: float, bold: bool = False, font: str = TEXT) -> Texture:
    """One line of text drawn in white, to be tinted; shared, so never change it."""
    label = CoreLabel(text=text, font_name=font, font_size=size, bold=bold and has_bold(text))
    label.refresh()
    return label.texture
