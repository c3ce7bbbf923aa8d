"""A pad to sign on with the finger: white as paper in every light, its strokes kept as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.graphics import Color, InstructionGroup, Line
from kivy.lang import Builder
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

WHOLE = 10_000  # the pad's width, in the units of `strokes`
INK = (0.07, 0.09, 0.14, 1)


class SignPad(FloatLayout):
    """`strokes`: each a list of [x, y] in ten-thousandths of the pad's width from its upper left corner; `hint` stands on the empty pad.

    `on_stroke()` fires when a finger has left the pad: the moment to keep the strokes. One finger at a time draws; `wipe()` and `undo()` take back.
    """

    __events__ = ("on_stroke",)
    strokes = ListProperty()
    hint = StringProperty()
    is_empty = BooleanProperty(True)

    def __init__(self, **values: Any) -> None:
        self._touch: Any = None
        super().__init__(**values)
        self._ink = InstructionGroup()
        self.canvas.after.add(self._ink)
        for name in ("pos", "size", "strokes"):
            self.fbind(name, self._draw)
        self._draw()

    def on_stroke(self) -> None:
        """A stroke has been drawn, or taken back."""

    def wipe(self) -> None:
        """An empty pad."""
        self.strokes = []
        self.dispatch("on_stroke")

    def undo(self) -> None:
        """Without the last stroke."""
        self.strokes = self.strokes[:-1]
        self.dispatch("on_stroke")

    def on_touch_down(self, touch: Any) -> bool:
        """A finger begins a stroke; a second one does nothing."""
        if self.disabled or not self.collide_point(*touch.pos) or getattr(touch, "is_mouse_scrolling", False):
            return bool(super().on_touch_down(touch))
        if self._touch is None:
            touch.grab(self)
            self._touch = touch
            self._line = [self._point(touch)]
            self._wet = self._trace([*self._place(self._line[0])] * 2)
            self.is_empty = False
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """The stroke follows the finger."""
        if touch.grab_current is not self or touch is not self._touch:
            return bool(super().on_touch_move(touch))
        point = self._point(touch)
        if point != self._line[-1]:
            self._line.append(point)
            self._wet.points += self._place(point)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """The stroke is whole."""
        if touch.grab_current is not self or touch is not self._touch:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        self._touch = None
        self.strokes = [*self.strokes, self._line]
        self.dispatch("on_stroke")
        return True

    def _point(self, touch: Any) -> list[int]:
        scale = WHOLE / max(self.width, 1)
        x = min(max(touch.x - self.x, 0), self.width) * scale
        y = min(max(self.top - touch.y, 0), self.height) * scale
        return [round(x), round(y)]

    def _place(self, point: list[int]) -> list[float]:
        scale = self.width / WHOLE
        return [self.x + point[0] * scale, self.top - point[1] * scale]

    def _draw(self, *_: object) -> None:
        """Everything anew: the pad has another size, or other strokes."""
        self.is_empty = not self.strokes
        self._ink.clear()
        for stroke in self.strokes:
            points = [part for point in stroke for part in self._place(point)]
            self._trace(points if len(points) > 2 else points * 2)

    def _trace(self, points: list[float]) -> Line:
        line = Line(points=points, width=float(dp(1.7)), joint="round", cap="round")
        self._ink.add(Color(*INK))
        self._ink.add(line)
        return line


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
