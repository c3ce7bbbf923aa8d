"""Long lists: rows that draw themselves, and the list that recycles them.

A row is one widget that draws a card, its words and its badges straight to its canvas, because the number of widgets and canvas instructions
decides how fast a list flings. It is a pure view of one `Row`; a tap tells the list (`on_open`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, Rectangle, RoundedRectangle, SmoothRoundedRectangle
from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.metrics import dp, sp
from kivy.properties import ObjectProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior
from kivy.uix.widget import Widget

from mobile.ui.charset import has_bold
from mobile.ui.icons import ICONS
from mobile.ui.kit import typeface
from mobile.ui.kit.wrap import shorten, wrap
from mobile.ui.theme import theme


@dataclass(frozen=True, slots=True)
class Row:
    """What a row shows. `id` is given back on a tap; `badges` are (text, tone); `meta` stands right of the subtitle in `meta_tone`;
    `mark` is an icon at the top right in `mark_tone` (pending, problem); `thumbnail` a small picture file, or else `icon`. A `heading` is no card:
    its title stands over the rows below it, `meta` (a count) at the right, and a tap on it does nothing."""

    id: str
    title: str
    subtitle: str = ""
    meta: str = ""
    meta_tone: str = "ink_soft"
    badges: tuple[tuple[str, str], ...] = ()
    mark: str = ""
    mark_tone: str = "warn"
    thumbnail: str = ""
    icon: str = ""
    selected: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The lengths of a row in px at the present density and font scale."""

    title: float
    small: float
    badge: float
    margin: float
    gap: float
    pad: float
    picture: float

    @classmethod
    def now(cls) -> _Sizes:
        return cls(title=sp(16.5), small=sp(13.5), badge=sp(12.5), margin=dp(12), gap=dp(6), pad=dp(14), picture=dp(56))

    def line(self, size: float) -> float:
        return float(round(size * 1.42))

    def room(self, row: Row, width: float) -> float:
        """The width left for words."""
        return width - 2 * self.margin - 2 * self.pad - (self.picture + self.pad if row.thumbnail or row.icon else 0)

    def title_room(self, row: Row, width: float) -> float:
        """The title shares its line with the mark where there are no badges."""
        return self.room(row, width) - (dp(28) if row.mark and not row.badges else 0)


def _title_lines(row: Row, width: float, sizes: _Sizes) -> int:
    known = typeface.measure(sizes.title, has_bold(row.title))
    return 1 if known.sum(row.title) <= sizes.title_room(row, width) - 2 else 2


def row_height(row: Row, width: float, sizes: _Sizes | None = None) -> float:
    """The height of a row in a list of `width`, gap included, in px."""
    size = sizes or _Sizes.now()
    if row.heading:
        return max(dp(48), size.line(size.small) + dp(24))
    words = size.line(size.title) * _title_lines(row, width, size)
    if row.badges:
        words += size.line(size.badge) + dp(6) + dp(7)
    if row.subtitle or row.meta:
        words += size.line(size.small) + dp(3)
    picture = size.picture if row.thumbnail or row.icon else 0
    return max(dp(64), max(words, picture) + 2 * size.pad * 0.9) + size.gap


class ListRow(RecycleDataViewBehavior, ButtonBehavior, Widget):
    """The view of one `Row`; `row` is what it shows now."""

    row = ObjectProperty(Row(id="", title=""))

    def __init__(self, **values: object) -> None:
        self.drawn: list[tuple[str, float, float, float, float]] = []
        self._card: Color | None = None
        self._later = Clock.create_trigger(self.draw, -1)
        super().__init__(**values)
        for name in ("pos", "size", "row"):
            self.fbind(name, self._later)
        self.fbind("state", self._press)

    @property
    def title(self) -> str:
        """The title it shows (tests look for it)."""
        return str(self.row.title)

    def refresh_view_attrs(self, rv: RowList, index: int, data: dict[str, Any]) -> None:
        """Called by the list when the row becomes the view of other data."""
        self.index = index
        self.row = data["row"]
        self.list = rv

    def on_release(self) -> None:
        """Tell the list."""
        if not self.row.heading:
            self.list.dispatch("on_open", self.row)

    def draw(self, *_: object) -> None:
        """Draw everything anew; `drawn` holds (text, x, y, width, height) of all words, for tests."""
        sizes, row = _Sizes.now(), self.row
        self.drawn = []
        self.canvas.clear()
        if row.heading:
            self._card = None
            with self.canvas:
                self._draw_heading(sizes)
            return
        left, right = self.x + sizes.margin, self.right - sizes.margin
        bottom, top = self.y + sizes.gap / 2, self.top - sizes.gap / 2
        with self.canvas:
            self._card = Color(rgba=self._ground())
            SmoothRoundedRectangle(pos=(left, bottom), size=(right - left, top - bottom), radius=[dp(16)])
            left, right = left + sizes.pad, right - sizes.pad
            if row.thumbnail or row.icon:
                self._draw_picture(left, (top + bottom - sizes.picture) / 2, sizes.picture)
                left += sizes.picture + sizes.pad
            self._draw_words(left, right, top - (top - bottom - self._words_height(sizes)) / 2, sizes)

    def _draw_heading(self, sizes: _Sizes) -> None:
        left, right, line = self.x + sizes.margin, self.right - sizes.margin, sizes.line(sizes.small)
        width = typeface.measure(sizes.small)(self.row.meta) + dp(12) if self.row.meta else 0.0
        known = typeface.measure(sizes.small, has_bold(self.row.title))
        self._words(shorten(self.row.title, right - left - width, known), sizes.small, left, self.y + dp(6), line, "ink_soft", bold=True)
        if self.row.meta:
            width = typeface.measure(sizes.small)(self.row.meta)
            self._words(self.row.meta, sizes.small, right - width, self.y + dp(6), line, self.row.meta_tone)

    def _words_height(self, sizes: _Sizes) -> float:
        bare = Row(id="", title=self.row.title, subtitle=self.row.subtitle, meta=self.row.meta, badges=self.row.badges)
        lines = _title_lines(self.row, self.width, sizes)
        words = sizes.line(sizes.title) * lines
        words += (sizes.line(sizes.badge) + dp(13)) if bare.badges else 0
        return words + ((sizes.line(sizes.small) + dp(3)) if bare.subtitle or bare.meta else 0)

    def _draw_words(self, left: float, right: float, top: float, sizes: _Sizes) -> None:
        row, y = self.row, top
        if row.mark:
            mark = typeface.texture(ICONS[row.mark], sp(20), font=typeface.ICONS)
            line = sizes.line(sizes.badge) + dp(6) if row.badges else sizes.line(sizes.title)
            self._picture(mark, right - mark.width, y - line / 2 - mark.height / 2, row.mark_tone)
        if row.badges:
            y -= sizes.line(sizes.badge) + dp(6)
            self._draw_badges(left, right - (dp(28) if row.mark else 0), y, sizes)
            y -= dp(7)
        y = self._draw_title(left, y, sizes)
        if row.subtitle or row.meta:
            y -= dp(3) + sizes.line(sizes.small)
            self._draw_subtitle(left, right, y, sizes)

    def _draw_title(self, left: float, y: float, sizes: _Sizes) -> float:
        room = sizes.title_room(self.row, self.width)
        known = typeface.measure(sizes.title, has_bold(self.row.title))
        lines = _title_lines(self.row, self.width, sizes)
        title = self.row.title if lines == 1 else wrap(self.row.title, room, known, 2)
        for line in title.split("\n"):
            y -= sizes.line(sizes.title)
            self._words(line, sizes.title, left, y, sizes.line(sizes.title), "ink", bold=True)
        return y - sizes.line(sizes.title) * (lines - 1 - title.count("\n"))

    def _draw_subtitle(self, left: float, right: float, y: float, sizes: _Sizes) -> None:
        known, line = typeface.measure(sizes.small), sizes.line(sizes.small)
        meta = known(self.row.meta) if self.row.meta else 0.0
        if meta:
            self._words(self.row.meta, sizes.small, right - meta, y, line, self.row.meta_tone)
        room = right - left - (meta + dp(12) if meta else 0)
        self._words(shorten(self.row.subtitle, room, known), sizes.small, left, y, line, "ink_soft")

    def _draw_badges(self, left: float, right: float, y: float, sizes: _Sizes) -> None:
        height = sizes.line(sizes.badge) + dp(6)
        for text, tone in self.row.badges:
            width = typeface.measure(sizes.badge, has_bold(text))(text) + dp(16)
            if left + width > right:
                return
            Color(rgba=theme.of(f"{tone}_container", theme.dark))
            RoundedRectangle(pos=(left, y), size=(width, height), radius=[dp(6)], segments=6)
            self._words(text, sizes.badge, left + dp(8), y, height, tone, bold=True)
            left += width + dp(6)

    def _draw_picture(self, x: float, y: float, side: float) -> None:
        picture = _thumbnail(self.row.thumbnail) if self.row.thumbnail else None
        if picture:
            Color(1, 1, 1, 1)
            RoundedRectangle(texture=picture, pos=(x, y), size=(side, side), radius=[dp(10)], segments=8)
            return
        Color(rgba=theme.surface_variant)
        Ellipse(pos=(x + side * 0.07, y + side * 0.07), size=(side * 0.86, side * 0.86), segments=48)
        glyph = typeface.texture(ICONS[self.row.icon or "image-off-outline"], sp(22), font=typeface.ICONS)
        self._picture(glyph, x + (side - glyph.width) / 2, y + (side - glyph.height) / 2, "ink_soft")

    def _words(self, text: str, size: float, x: float, y: float, height: float, tone: str, bold: bool = False) -> None:
        if text:
            drawn = typeface.texture(text, size, bold)
            self.drawn.append((text, x, y, drawn.width, drawn.height))
            self._picture(drawn, x, y + (height - drawn.height) / 2, tone)

    def _picture(self, drawn: Texture, x: float, y: float, tone: str) -> None:
        Color(rgba=theme.of(tone, theme.dark))
        Rectangle(texture=drawn, pos=(round(x), round(y)), size=drawn.size)

    def _ground(self) -> list[float]:
        ground = theme.primary_container if self.row.selected else theme.surface
        return theme.under(ground, self.state == "down", theme.pressed)

    def _press(self, *_: object) -> None:
        if self._card:
            self._card.rgba = self._ground()


def _thumbnail(file: str) -> Texture | None:
    from mobile.ui.kit.photos import thumbnail  # most lists show none

    return thumbnail(file)


class RowList(RecycleView):
    """A list of `Row`s, 10,000 if need be; `show(rows)` sets them, `on_open(row)` tells of a tap. Heights follow the titles and the font scale."""

    __events__ = ("on_open", "on_end")

    def __init__(self, **values: object) -> None:
        self._rows: list[Row] = []
        self._laid: tuple[float, float] = (0, 0)
        super().__init__(**values)
        self.fbind("width", self._lay)
        self.fbind("scroll_y", self._near_end)
        theme.bind(surface=self._repaint, ink=self._repaint)  # weakly, as `fbind` does not: a list goes with its screen

    def on_open(self, _row: Row) -> None:
        """A row was tapped."""

    def on_end(self) -> None:
        """The last rows came into sight: the moment to load the next page."""

    def show(self, rows: Iterable[Row]) -> None:
        """Show these rows instead; the place in the list is kept."""
        self._rows = list(rows)
        self._laid = (0, 0)
        self._lay()

    @property
    def rows(self) -> list[Row]:
        """The rows shown."""
        return self._rows

    def _lay(self, *_: object) -> None:
        laid = (self.width, sp(1))
        if self.width <= 1 or laid == self._laid:
            return
        self._laid = laid
        sizes = _Sizes.now()
        self.data = [{"row": row, "place": (None, row_height(row, self.width, sizes))} for row in self._rows]

    def _near_end(self, *_: object) -> None:
        if self._rows and self.scroll_y <= 0.02:
            self.dispatch("on_end")

    def _repaint(self, *_: object) -> None:
        for view in self.children[0].children if self.children else ():
            view.draw()


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
