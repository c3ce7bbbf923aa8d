"""Text and icons: the two smallest widgets, on which all others stand."""

from __future__ import annotations

from pathlib import Path

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import AliasProperty, BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.label import Label

from mobile.ui.charset import has_bold
from mobile.ui.icons import ICONS
from mobile.ui.kit import typeface
from mobile.ui.kit.wrap import wrap

LINE_HEIGHT = 1.18
STYLES = ("display", "title", "headline", "body", "small", "caption")


class Text(Label):
    """Text as wide as its place and as high as its words, broken as Chinese wants it.

    `content` the words; `style` one of STYLES (size and weight); `tone` a colour role; `lines` at most so many, 0 = all; `strong` bold where the
    font can; `snug` as wide as the words themselves up to `max_width`, for use inside rows.
    """

    content = StringProperty()
    style = OptionProperty("body", options=STYLES)
    tone = StringProperty("ink")
    lines = NumericProperty(0)
    strong = BooleanProperty(False)
    snug = BooleanProperty(False)
    max_width = NumericProperty(1e6)

    def __init__(self, **values: object) -> None:
        self._done: tuple[object, ...] = ()
        self._later = Clock.create_trigger(self.fit, -1)
        super().__init__(**values)
        for name in ("content", "width", "font_size", "strong", "lines", "snug", "max_width"):
            self.fbind(name, self._later)
        self.fit()

    def fit(self, *_: object) -> None:
        """Break the lines for the present width and take the height they need, now."""
        room = self.max_width if self.snug else self.size[0]
        wanted = (self.content, room, self.font_size, self.strong, self.lines, self.snug)
        if wanted == self._done or room <= 1:
            return
        self._done = wanted
        self.bold = bool(self.strong) and has_bold(self.content)
        measure = typeface.measure(self.font_size, self.bold)
        self.text = wrap(self.content, room, measure, int(self.lines))
        # Kivy adds the space between lines below each: a single line would stand too high
        self.line_height = LINE_HEIGHT if "\n" in self.text else 1
        if self.snug:
            self.width = max((measure(line) for line in self.text.split("\n")), default=0.0) + 1
        self.text_size = (self.width, None)
        self.texture_update()
        self.height = self.texture_size[1]


class Icon(Label):
    """One icon, by name of `mobile.ui.icons`; as large as its `font_size` (sp)."""

    icon = StringProperty()
    tone = StringProperty("ink_soft")
    glyph = AliasProperty(lambda self: ICONS[self.icon] if self.icon else "", bind=["icon"])


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
