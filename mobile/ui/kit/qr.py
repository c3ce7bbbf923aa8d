"""A QR code on the screen: dark squares on white whatever the theme, for a camera has to read it."""

from __future__ import annotations

from pathlib import Path

import segno
from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

BORDER = 4  # modules of quiet zone, as the standard asks


class QrCode(Widget):
    """Shows `text` as a code, a square as wide as its place but at most `most`. Nothing where the text is empty."""

    text = StringProperty()
    most = NumericProperty("320dp")
    picture = ObjectProperty(None, allownone=True)

    def on_text(self, *_: object) -> None:
        """Draw it: a module is one texel, enlarged without smoothing."""
        if not self.text:
            self.picture = None
            return
        rows = [list(row) for row in segno.make(self.text, error="l", micro=False).matrix_iter(border=BORDER)]
        picture = Texture.create(size=(len(rows[0]), len(rows)), colorfmt="luminance")
        picture.mag_filter = picture.min_filter = "nearest"
        picture.blit_buffer(bytes(0 if dark else 255 for row in reversed(rows) for dark in row), colorfmt="luminance")
        self.picture = picture


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
