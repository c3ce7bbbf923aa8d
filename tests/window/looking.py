"""What is wrong with what is to be seen: cut off, torn, overlapping, too pale, or too small for a thumb. `look` goes past all screens of a tour.

With PAICHA_ALBUM=FOLDER in the environment it also leaves a picture of each there, to be looked at by people.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.graphics import ClearBuffers, ClearColor, Fbo
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from PIL import Image

from mobile.ui import charset
from mobile.ui.kit import Badge, Banner, Card, ListRow, PinKey, Sheet, Snackbar, Tap, Text, TopBar
from mobile.ui.kit.wrap import NO_END, NO_START
from mobile.ui.theme import contrast, theme
from tests.window.conftest import Hand
from tests.window.tour import furnish

PHONE, DESKTOP = (360, 780), (1100, 700)
VARIANTS = [("zh", False, 1.3, PHONE), ("en", True, 1.3, PHONE), ("zh", True, 1.0, DESKTOP)]
Variant = tuple[str, bool, float, tuple[int, int]]
Tour = Callable[[Hand, Path], Iterator[str]]
HOLDERS = (Card, Tap, Badge, Banner, TopBar, Snackbar, Sheet)  # what is drawn around words and must be large enough for them
Box = tuple[float, float, float, float]


def box(widget: Any) -> Box:
    x, y = widget.to_window(widget.x, widget.y)
    return x, y, x + widget.width, y + widget.height


def inside(inner: Box, outer: Box, slack: float = 1.5) -> bool:
    return (
        inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack
    )  # fmt: skip


def ancestors(widget: Any) -> Iterator[Any]:
    parent = widget.parent
    while parent is not None and parent is not Window and parent is not parent.parent:
        yield parent
        parent = parent.parent


def in_sight(widget: Any) -> bool:
    """Wholly within the window and every scrolling pane around it."""
    mine = box(widget)
    return all(inside(mine, box(a), 0) for a in ancestors(widget) if isinstance(a, ScrollView)) and inside(mine, (0, 0, *Window.size), 0)


def shown() -> list[Any]:
    return [w for root in Window.children for w in root.walk()]


def words_problems(text: Text) -> Iterator[str]:
    mine = box(text)
    if not text.lines and "".join(text.text.split()) != "".join(text.content.split()):
        yield "is cut"
    if text.texture_size[0] > text.width + 1.5 or text.texture_size[1] > text.height + 1.5:
        yield f"is {text.texture_size} in a place of {text.size}"
    if mine[0] < -1 or mine[2] > Window.width + 1:
        yield "runs out of the window"
    for holder in ancestors(text):
        if isinstance(holder, HOLDERS) and not inside(mine, box(holder)):
            yield f"sticks out of its {type(holder).__name__}"
    missing = [c for c in text.content if c not in charset.REGULAR and ord(c) < charset.BEYOND_BASIC_PLANE and c != "\n"]
    if missing:
        yield f"has characters without a glyph: {missing}"
    yield from line_problems(text.text.split("\n"), text.content)


def line_problems(lines: list[str], content: str) -> Iterator[str]:
    at = 0
    for before, after in zip(lines, lines[1:], strict=False):
        if after[:1] in NO_START:
            yield f"begins a line with {after[:1]}"
        if before[-1:] in NO_END:
            yield f"ends a line with {before[-1:]}"
        at = content.find(before, at) + len(before)
        if content[at - 1 : at + 1].isascii() and content[at - 1 : at + 1].isalpha() and len(content) > at:
            yield f"tears a word: {before} | {after}"


def row_problems(row: ListRow) -> Iterator[str]:
    for text, x, _, width, _ in row.drawn:
        if x < row.x or x + width > row.right:
            yield f"{text} runs out of its row"


def touch_problems(button: Any) -> Iterator[str]:
    if button.width < dp(48) - 0.5 or button.height < dp(48) - 0.5:
        yield f"is {button.width:.0f} x {button.height:.0f}, too small for a thumb"


def overlaps(layout: BoxLayout) -> Iterator[str]:
    children = layout.children
    for first, second in zip(children, children[1:], strict=False):
        a, b = box(first), box(second)
        if min(a[2], b[2]) - max(a[0], b[0]) > 1.5 and min(a[3], b[3]) - max(a[1], b[1]) > 1.5:
            yield f"{type(first).__name__} lies over {type(second).__name__}"


def pixels() -> Image.Image:
    """What is drawn, the bottom line first. Into a buffer of its own: the window itself cannot grow without a display."""
    buffer = Fbo(size=Window.size, with_stencilbuffer=True)
    with buffer:
        ClearColor(*Window.clearcolor)
        ClearBuffers()
    buffer.add(Window.canvas)
    buffer.draw()
    drawn = Image.frombytes("RGBA", tuple(Window.size), buffer.pixels).convert("RGB")
    buffer.remove(Window.canvas)
    return drawn


def paleness(picture: Image.Image, text: Text) -> str:
    """The words' own colour against the colour that is really drawn around them."""
    x0, y0, x1, y1 = (int(v) for v in box(text))
    part = picture.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    colours: Any = part.getcolors(part.width * part.height)
    _, ground = max(colours)
    ink = "#" + "".join(f"{round(c * 255):02X}" for c in text.color[:3])
    found = contrast(ink, "#" + "".join(f"{c:02X}" for c in ground))
    return f"has a contrast of {found:.1f}" if found < 4.5 else ""


def problems() -> Iterator[str]:
    everything = shown()
    for widget in everything:
        if isinstance(widget, Text) and widget.content:
            yield from (f"{widget.content!r} {what}" for what in words_problems(widget))
        elif isinstance(widget, ListRow):
            yield from row_problems(widget)
        if isinstance(widget, ButtonBehavior) and not (isinstance(widget, PinKey) and not widget.key):
            yield from (f"{type(widget).__name__} {getattr(widget, 'text', '')!r} {what}" for what in touch_problems(widget))
        if isinstance(widget, BoxLayout):
            yield from overlaps(widget)
    picture = pixels()
    covered = any(isinstance(w, Sheet | Snackbar) for w in Window.children)
    for widget in everything:
        over = next((a for a in ancestors(widget) if isinstance(a, Sheet | Snackbar)), None)
        if isinstance(widget, Text) and widget.content and in_sight(widget) and (over is not None or not covered):
            pale = paleness(picture, widget)
            if pale:
                yield f"{widget.content!r} {pale}"


def look(hand: Hand, become: Any, folder: Path, tour: Tour, variant: Variant) -> int:
    """Everything that a tour passes is whole, legible and fit for a thumb; how many places it passed."""
    language, dark, scale, size = variant
    furnish(hand)
    become(scale, size)
    hand.app.speak(language)
    theme.dark = dark
    found = {}
    for place in tour(hand, folder):
        found[place] = list(dict.fromkeys(problems()))
        _into_the_album(f"{tour.__module__.rpartition('.')[2]}-{place}-{language}{'-dark' if dark else ''}-{size[0]}")
    assert not any(found.values()), "\n".join(f"{place}: {what}" for place, all_of_it in found.items() for what in all_of_it)
    return len(found)


def _into_the_album(name: str) -> None:
    album = os.environ.get("PAICHA_ALBUM")
    if album:
        pixels().transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(Path(album) / f"{name}.png")
