"""Whole pictures: one to zoom and to swipe, one to draw marks on, two laid over one another. Their files are read beside the window's thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import hypot
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Line, Mesh, Rectangle
from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.logger import Logger
from kivy.metrics import dp, sp
from kivy.properties import ListProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.stencilview import StencilView
from kivy.uix.widget import Widget
from PIL import Image, ImageOps

from mobile.core.marked import marked
from mobile.ui.charset import has_bold
from mobile.ui.fonts import font_path
from mobile.ui.kit import typeface
from shared.strokes import WHOLE, Outlines, Stroke, outlines

MOST_SIDE = 1600  # px of a picture on the screen
ZOOM_MOST, ZOOM_TAP = 6.0, 2.5
Point = tuple[float, float]
_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


def read(path: str, strokes: list[Stroke], done: Callable[[Texture | None], None]) -> None:
    """The picture of a file with its marks, upright, as a texture: `done` gets it in the window's thread, None where the file is no picture."""

    def work() -> None:
        try:
            with Image.open(path) as file:
                file.draft("RGB", (MOST_SIDE, MOST_SIDE))
                picture = ImageOps.exif_transpose(file).convert("RGB")
        except (OSError, ValueError, SyntaxError) as error:
            Logger.warning(f"pictures: {Path(path).name} cannot be shown: {error}")
            Clock.schedule_once(lambda _: done(None))
            return
        picture.thumbnail((MOST_SIDE, MOST_SIDE))
        picture = marked(picture, strokes, font_path())
        size, pixels = picture.size, picture.tobytes()
        Clock.schedule_once(lambda _: done(_texture(size, pixels)))

    _reader.submit(work)


def _texture(size: tuple[int, int], pixels: bytes) -> Texture:
    texture = Texture.create(size=size, colorfmt="rgb")
    texture.blit_buffer(pixels, colorfmt="rgb")
    texture.flip_vertical()
    return texture


def fitted(texture: Texture | None, width: float, height: float) -> tuple[float, float]:
    """The size of a texture that is to be seen whole in this room."""
    if texture is None:
        return 0.0, 0.0
    scale = min(width / texture.width, height / texture.height)
    return texture.width * scale, texture.height * scale


class Picture(StencilView):
    """A picture with its marks: pinched, turned by the wheel or tapped twice larger, dragged while it is; swiped to the next (`on_swipe(1 | -1)`)."""

    __events__: tuple[str, ...] = ("on_swipe",)
    source = StringProperty()
    strokes = ListProperty()
    texture = ObjectProperty(None, allownone=True)
    zoom = NumericProperty(1.0)
    middle = ListProperty([0.5, 0.5])  # which point of the picture (0..1 from its lower left corner) stands in the middle

    def __init__(self, **values: Any) -> None:
        self._fingers: list[Any] = []
        self._asked = 0
        super().__init__(**values)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._drawn = Rectangle()
        for name in ("pos", "size", "texture", "zoom", "middle"):
            self.fbind(name, self.place)
        for name in ("source", "strokes"):
            self.fbind(name, self.load)
        self.load()

    def on_swipe(self, _by: int) -> None:
        """To the next picture (1) or the one before (-1)."""

    def load(self, *_: object) -> None:
        """Read the file; until then what is shown stays, unless it is another picture."""
        self._asked += 1
        asked = self._asked
        if self.source:
            read(self.source, list(self.strokes), lambda texture: self._loaded(asked, texture))
        else:
            self.texture = None

    def _loaded(self, asked: int, texture: Texture | None) -> None:
        if asked == self._asked:
            self.texture = texture

    def fit(self) -> None:
        """The whole picture again."""
        self.zoom, self.middle = 1.0, [0.5, 0.5]

    # -- where it is -----------------------------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """x, y, width and height of the whole picture as it is drawn now."""
        width, height = (side * self.zoom for side in fitted(self.texture, self.width, self.height))
        return self.center_x - width * self.middle[0], self.center_y - height * self.middle[1], width, height

    def place(self, *_: object) -> None:
        """Keep the picture within its room, and draw it there."""
        width, height = (side * self.zoom for side in fitted(self.texture, self.width, self.height))
        kept = [_within(at, room, side) for at, room, side in zip(self.middle, self.size, (width, height), strict=True)]
        if kept != list(self.middle):
            self.middle = kept
            return
        x, y, width, height = self.frame
        self._drawn.texture = self.texture
        self._drawn.pos, self._drawn.size = (x, y), (width, height) if self.texture else (0, 0)

    def to_picture(self, x: float, y: float) -> tuple[int, int]:
        """A place of the window as a point of the picture (0..10000 from its top left corner), kept within it."""
        left, bottom, width, height = self.frame
        across, up = (x - left) / max(width, 1), (y - bottom) / max(height, 1)
        return round(min(1, max(0, across)) * WHOLE), round((1 - min(1, max(0, up))) * WHOLE)

    def zoom_at(self, x: float, y: float, by: float) -> None:
        """Larger or smaller, while the point under (x, y) stays there."""
        left, bottom, width, height = self.frame
        if not width or not height:
            return
        under = (x - left) / width, (y - bottom) / height
        self.zoom = min(ZOOM_MOST, max(1.0, self.zoom * by))
        _, _, width, height = self.frame
        self.middle = [under[0] + (self.center_x - x) / width, under[1] + (self.center_y - y) / height]

    # -- fingers ---------------------------------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """A finger, or the wheel."""
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.zoom_at(touch.x, touch.y, 1.25 if touch.button == "scrolldown" else 0.8)
            return True
        touch.grab(self)
        self._fingers.append(touch)
        if touch.is_double_tap and len(self._fingers) == 1:
            self.tapped_twice(touch)
        return True

    def tapped_twice(self, touch: Any) -> None:
        """Larger there, or whole again."""
        if self.zoom > 1:
            self.fit()
        else:
            self.zoom_at(touch.x, touch.y, ZOOM_TAP)

    def on_touch_move(self, touch: Any) -> bool:
        """Two fingers pinch, one drags."""
        if touch.grab_current is not self:
            return False
        if len(self._fingers) >= 2:
            self._pinch()
        elif self.zoom > 1:
            self._drag(touch.dx, touch.dy)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A long way sideways is a swipe, while the whole picture is to be seen."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        alone = self._fingers == [touch]
        self._fingers = [finger for finger in self._fingers if finger is not touch]
        across, up = touch.x - touch.ox, touch.y - touch.oy
        if alone and self.zoom == 1 and abs(across) > dp(56) and abs(across) > 2 * abs(up):
            self.dispatch("on_swipe", -1 if across > 0 else 1)
        return True

    def _drag(self, across: float, up: float) -> None:
        _, _, width, height = self.frame
        self.middle = [self.middle[0] - across / max(width, 1), self.middle[1] - up / max(height, 1)]

    def _pinch(self) -> None:
        first, second = self._fingers[:2]
        before = hypot(first.px - second.px, first.py - second.py)
        now = hypot(first.x - second.x, first.y - second.y)
        if before > 1:
            self.zoom_at((first.x + second.x) / 2, (first.y + second.y) / 2, now / before)


def _within(at: float, room: float, side: float) -> float:
    """The middle so that no emptiness is shown beside a picture larger than its room."""
    if side <= room or side <= 0:
        return 0.5
    margin = room / 2 / side
    return min(1 - margin, max(margin, at))


class MarkPad(Picture):
    """A picture to draw on. `tool` is a shape of `shared.strokes`, or "" to choose a mark with a tap; `colour` that of the next mark.

    `on_stroke(stroke)`: one was drawn, the owner adds it to `strokes`; "text" tells with an empty text that words are wanted there.
    `on_choose(index)`: a mark was tapped, -1 for none; `chosen` is framed.
    """

    __events__ = ("on_stroke", "on_choose")
    tool = StringProperty("arrow")
    colour = StringProperty("red")
    chosen = NumericProperty(-1)

    def __init__(self, **values: Any) -> None:
        self._points: list[tuple[int, int]] = []
        super().__init__(**values)
        self._over = Widget()  # its canvas lies over the picture
        self.add_widget(self._over)
        for name in ("chosen", "texture", "zoom", "middle", "size", "pos"):
            self.fbind(name, self._draw_over)

    def on_stroke(self, _stroke: dict[str, Any]) -> None:
        """One was drawn."""

    def on_choose(self, _index: int) -> None:
        """One was tapped."""

    def tapped_twice(self, touch: Any) -> None:
        """With a tool in hand two taps are two marks."""
        if not self.tool:
            super().tapped_twice(touch)

    def on_touch_down(self, touch: Any) -> bool:
        """The beginning of a mark; a second finger means to zoom instead."""
        taken = super().on_touch_down(touch)
        if taken and not touch.is_mouse_scrolling and self.tool and self.texture is not None:
            self._points = [self.to_picture(*touch.pos)] if len(self._fingers) == 1 else []
            self._draw_over()
        return taken

    def on_touch_move(self, touch: Any) -> bool:
        """On with the mark, under the finger."""
        if touch.grab_current is not self or not self._points or len(self._fingers) > 1:
            return super().on_touch_move(touch)
        point = self.to_picture(*touch.pos)
        if self.tool == "line" and len(self._points) < 200 and point != self._points[-1]:
            self._points.append(point)
        elif self.tool != "line":
            self._points = [self._points[0], point]
        self._draw_over()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """The end of it; a mere tap draws nothing but words."""
        if touch.grab_current is not self:
            return False
        points, self._points = self._points, []
        moved = hypot(touch.x - touch.ox, touch.y - touch.oy) > dp(8)
        touch.ungrab(self)
        self._fingers = [finger for finger in self._fingers if finger is not touch]
        if self.tool == "text" and points:
            self.dispatch("on_stroke", self._stroke(points[:1]))
        elif points and moved and len(points) > 1:
            self.dispatch("on_stroke", self._stroke(points))
        elif not moved and not self._fingers:
            self.dispatch("on_choose", self._under(*touch.pos))
        self._draw_over()
        return True

    def _stroke(self, points: list[tuple[int, int]]) -> dict[str, Any]:
        return {"shape": self.tool, "points": [list(point) for point in points], "colour": self.colour}

    def _under(self, x: float, y: float) -> int:
        """The smallest mark at a place of the window, -1 if none is near."""
        found = [(_area(box), index) for index, box in enumerate(map(self._box, self.strokes)) if _inside(box, x, y)]
        return min(found)[1] if found else -1

    def _box(self, stroke: Stroke) -> tuple[float, float, float, float]:
        """Around a stroke, in the window, with room for a thumb."""
        points = [point for part in _parts(self._outlines(stroke)) for point in part]
        xs, ys = [self._at(point)[0] for point in points], [self._at(point)[1] for point in points]
        slack = dp(12)
        return min(xs) - slack, min(ys) - slack, max(xs) + slack, max(ys) + slack

    def _outlines(self, stroke: Stroke) -> Outlines:
        _, _, width, height = self.frame
        return outlines(stroke, max(1, round(width)), max(1, round(height)))

    def _at(self, point: Point) -> Point:
        """A place of the drawn picture (y downwards) in the window."""
        left, bottom, _, height = self.frame
        return left + point[0], bottom + height - point[1]

    def _draw_over(self, *_: object) -> None:
        """The mark that is being drawn, and the frame around the chosen one."""
        self._over.canvas.clear()
        if self.texture is None:
            return
        with self._over.canvas:
            if len(self._points) > 1 and self.tool != "text":
                self._draw(self._outlines(self._stroke(self._points)))
            if 0 <= self.chosen < len(self.strokes):
                left, bottom, right, top = self._box(self.strokes[int(self.chosen)])
                Color(0, 0, 0, 0.8)
                Line(rectangle=(left, bottom, right - left, top - bottom), width=dp(2))
                Color(1, 1, 1, 1)
                Line(rectangle=(left, bottom, right - left, top - bottom), width=dp(1), dash_length=6, dash_offset=4)

    def _draw(self, outline: Outlines) -> None:
        Color(*(part / 255 for part in outline.colour))
        for line in outline.lines:
            Line(points=[side for point in line for side in self._at(point)], width=outline.thickness / 2)
        for polygon in outline.polygons:
            corners = [self._at(point) for point in polygon]
            Mesh(vertices=[side for x, y in corners for side in (x, y, 0, 0)], indices=list(range(len(corners))), mode="triangle_fan")
        for left, top, right, bottom in outline.regions:
            x, y = self._at((left, bottom))
            Color(0.5, 0.5, 0.5, 0.75)
            Rectangle(pos=(x, y), size=(right - left, bottom - top))


def _parts(outline: Outlines) -> list[tuple[Point, ...]]:
    """All points of what is drawn; words reach as far as they are long."""
    words = [((x, y), (x + outline.size * len(text), y + outline.size * 1.3)) for x, y, text in outline.labels]
    regions = [((left, top), (right, bottom)) for left, top, right, bottom in outline.regions]
    return [*outline.lines, *outline.polygons, *words, *regions]


def _inside(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


class Compare(FloatLayout):
    """Two pictures of the same place, one over the other, and a finger that says how much of the second is seen.

    `way` "wipe" shows it right of a line, "blend" lets it shine through; `share` 0..1 is where the line, or the strength, is. `first_words` and
    `second_words` stand on them."""

    first = StringProperty()
    second = StringProperty()
    first_strokes = ListProperty()
    second_strokes = ListProperty()
    first_words = StringProperty()
    second_words = StringProperty()
    way = OptionProperty("wipe", options=["wipe", "blend"])
    share = NumericProperty(0.5)
    below = ObjectProperty(None, allownone=True)
    above = ObjectProperty(None, allownone=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for name in ("pos", "size", "way", "share", "below", "above", "first_words", "second_words"):
            self.fbind(name, self._draw)
        for name in ("first", "second", "first_strokes", "second_strokes"):
            self.fbind(name, self.load)
        self.load()

    def load(self, *_: object) -> None:
        """Read both files."""
        for path, strokes, name in ((self.first, self.first_strokes, "below"), (self.second, self.second_strokes, "above")):
            if path:
                read(path, list(strokes), lambda texture, name=name: setattr(self, name, texture))  # type: ignore[misc]
            else:
                setattr(self, name, None)

    def on_touch_down(self, touch: Any) -> bool:
        """A finger on it."""
        if not self.collide_point(*touch.pos) or touch.is_mouse_scrolling:
            return False
        touch.grab(self)
        self._follow(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """The line follows the finger."""
        if touch.grab_current is not self:
            return False
        self._follow(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """The finger is gone."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        return True

    def _follow(self, touch: Any) -> None:
        left, _, width, _ = self._frame(self.below or self.above)
        self.share = min(1.0, max(0.0, (touch.x - left) / max(width, 1)))

    def _frame(self, texture: Texture | None) -> tuple[float, float, float, float]:
        width, height = fitted(texture, self.width, self.height)
        return self.center_x - width / 2, self.center_y - height / 2, width, height

    def _draw(self, *_: object) -> None:
        self.canvas.before.clear()
        with self.canvas.before:
            if self.below is not None:
                Color(1, 1, 1, 1)
                x, y, width, height = self._frame(self.below)
                Rectangle(texture=self.below, pos=(x, y), size=(width, height))
            if self.above is not None:
                self._draw_above()
            if self.below is not None and self.above is not None:
                self._draw_handle()
            self._draw_words()

    def _draw_above(self) -> None:
        x, y, width, height = self._frame(self.above)
        if self.way == "blend":
            Color(1, 1, 1, self.share)
            Rectangle(texture=self.above, pos=(x, y), size=(width, height))
            return
        from_x = max(x, self._line_x())
        if from_x < x + width:
            corners = list(self.above.tex_coords)
            corners[0] = corners[6] = corners[0] + (corners[2] - corners[0]) * (from_x - x) / width
            Color(1, 1, 1, 1)
            Rectangle(texture=self.above, pos=(from_x, y), size=(x + width - from_x, height), tex_coords=corners)

    def _line_x(self) -> float:
        left, _, width, _ = self._frame(self.below or self.above)
        return float(left + width * self.share)

    def _draw_handle(self) -> None:
        _, bottom, _, height = self._frame(self.below)
        x = self._line_x()
        y = bottom + height / 2 if self.way == "wipe" else bottom + dp(28)
        if self.way == "wipe":
            Color(0, 0, 0, 0.5)
            Line(points=[x, bottom, x, bottom + height], width=dp(2.2))
            Color(1, 1, 1, 1)
            Line(points=[x, bottom, x, bottom + height], width=dp(1.2))
        else:
            left, _, width, _ = self._frame(self.below)
            Color(0, 0, 0, 0.5)
            Line(points=[left + dp(24), y, left + width - dp(24), y], width=dp(3))
            Color(1, 1, 1, 1)
            Line(points=[left + dp(24), y, left + width - dp(24), y], width=dp(1.5))
        Color(0, 0, 0, 0.5)
        Line(circle=(x, y, dp(15)), width=dp(2.5))
        Color(1, 1, 1, 1)
        Line(circle=(x, y, dp(15)), width=dp(1.5))
        Line(points=[x - dp(3), y - dp(5), x - dp(8), y, x - dp(3), y + dp(5)], width=dp(1.2))
        Line(points=[x + dp(3), y - dp(5), x + dp(8), y, x + dp(3), y + dp(5)], width=dp(1.2))

    def _draw_words(self) -> None:
        """Which is which, on a dark ground that every picture bears."""
        x, y, width, height = self._frame(self.below or self.above)
        for words, left in ((self.first_words, True), (self.second_words, False)):
            if not words or not width:
                continue
            written = typeface.texture(words, sp(14), has_bold(words))
            wide, high = written.width + dp(16), written.height + dp(8)
            at = x + dp(8) if left else x + width - wide - dp(8)
            Color(0, 0, 0, 0.62)
            Rectangle(pos=(at, y + height - high - dp(8)), size=(wide, high))
            Color(1, 1, 1, 1)
            Rectangle(texture=written, pos=(at + dp(8), y + height - high - dp(4)), size=written.size)


def marks_text(strokes: list[Stroke]) -> str:
    """Strokes as a thumbnail takes them."""
    return json.dumps(strokes, ensure_ascii=False, sort_keys=True) if strokes else ""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
