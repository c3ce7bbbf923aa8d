"""A drawn signature on a screen: the small picture of it on white, as on paper; nothing where it is on another phone and has not been fetched."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Rectangle, RoundedRectangle
from kivy.metrics import dp
from kivy.uix.widget import Widget

from mobile.core.client import Client
from mobile.core.fetch import small_of
from mobile.ui.kit.pictures import fitted, read


class Drawing(Widget):
    """As wide as its place, low; the picture is read beside the window's thread."""

    def __init__(self, client: Client, sha256: str, file: str = "") -> None:
        super().__init__(size_hint_y=None, height=0)
        self._texture: Any = None
        file = file or small_of(client, sha256)
        for name in ("pos", "size"):
            self.fbind(name, self._draw)
        if file:
            self.height = dp(72)
            read(file, [], self._here)

    def _here(self, texture: Any) -> None:
        self._texture = texture
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if not self.height:
            return
        with self.canvas:
            Color(1, 1, 1, 1)
            RoundedRectangle(pos=self.pos, size=self.size, radius=[dp(10)])
            if self._texture is not None:
                width, height = fitted(self._texture, self.width - dp(24), self.height - dp(12))
                Rectangle(texture=self._texture, pos=(self.x + dp(12), self.center_y - height / 2), size=(width, height))

