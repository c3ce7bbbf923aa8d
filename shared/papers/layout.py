"""How a document fills A4 pages, with the margins and sizes of official documents.

Lines are broken and pages filled before anything is painted, so that the first page knows how many there are. All lengths are points (1/72 inch),
counted from the top left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.papers.lines import broken
from shared.papers.model import (
    STAMP,
    Block,
    Document,
    Facts,
    Heading,
    Paragraph,
    Photos,
    Picture,
    Seal,
    Signature,
    Signatures,
    Small,
    Table,
)  # fmt: skip

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 26 * MM, 25 * MM, 20 * MM  # 156 mm of text, as GB/T 9704 has it
LINE = WIDTH - LEFT - RIGHT
TITLE, BODY, FACT, CELL, SMALL = 22, 14, 12, 10.5, 9  # 二号、四号、小四、五号、小五
LEADING = {TITLE: 33, BODY: 23, FACT: 19, CELL: 16, SMALL: 14}  # from one line to the next
PADDING = 4.5
GAP = 5 * MM  # between two things beside each other
FRAME = 54 * MM  # height of a photo
INK, GREY, PALE = 0, 110, 232


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a line; `y` is its base line."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    spacing: float = 0
    grey: int = INK


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of a frame."""

    x: float
    y: float
    to_x: float
    to_y: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in its place."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


Item = Words | Rule | Image


class Type(Protocol):
    """The letters that a paper is set with, and the pictures in it."""

    def measure(self, text: str, size: float, bold: bool) -> float:
        """How wide a text is, in points."""

    def readable(self, text: str) -> str:
        """The text, with every character that cannot be drawn written as its code."""

    def size_of(self, picture: bytes) -> tuple[int, int]:
        """Width and height of a picture file."""


def pages_of(document: Document, type: Type) -> list[list[Item]]:
    """What stands where on each page."""
    return _Layout(type).pages_of(document)


def footer(number: int, count: int, type: Type) -> Words:
    """The number of a page, in the middle below the text."""
    text = f"第 {number} 页 共 {count} 页"
    return Words((WIDTH - type.measure(text, CELL, False)) / 2, HEIGHT - 12 * MM, text, CELL)


class _Layout:
    """Fills pages from the top to the bottom."""

    def __init__(self, type: Type) -> None:
        self.type = type
        self.pages: list[list[Item]] = [[]]
        self.y = TOP

    def pages_of(self, document: Document) -> list[list[Item]]:
        """What stands where on each page."""
        self.write(document.title, TITLE, bold=True, align="center")
        self.y += 4
        if document.number:
            self.write(document.number, FACT, align="center")
        self.y += 6
        blocks = iter(document.blocks)
        following = next(blocks, None)
        while following is not None:
            block, following = following, next(blocks, None)
            if isinstance(following, Seal):
                self.together(block, following)
                following = next(blocks, None)
            else:
                if isinstance(block, Heading) and isinstance(following, Photos):
                    self.need(FRAME + 6 * LEADING[BODY])  # the heading with the first photos and their captions
                self.place(block)
        return self.pages

    def together(self, *blocks: Block) -> None:
        """Blocks on one page, so that a seal never stands alone; where they do not fit, all of them on a new one."""
        page, items, y = len(self.pages), len(self.pages[-1]), self.y
        for block in blocks:
            self.place(block)
        if len(self.pages) > page and y > TOP:
            del self.pages[page:], self.pages[-1][items:]
            self.y = y
            self.need(HEIGHT)
            for block in blocks:
                self.place(block)

    def place(self, block: Block) -> None:
        """One block after what is there."""
        match block:
            case Paragraph():
                self.write(block.text, BODY, bold=block.bold, align=block.align, indent=2 * BODY if block.indent else 0)
            case Heading():
                self.y += 8
                self.need(4 * LEADING[BODY])
                self.write(block.text, BODY, bold=True)
                self.y += 2
            case Facts():
                for row in block.rows:
                    self.facts(row)
                self.y += 8
            case Table():
                self.table(block)
            case Photos():
                for first in range(0, len(block.pictures), 2):
                    self.photos(block.pictures[first : first + 2])
            case Signatures():
                self.y += 6
                for first in range(0, len(block.lines), 2):
                    self.signatures(block.lines[first : first + 2])
            case Seal():
                self.seal(block)
            case Small():
                self.y += 3
                self.write(block.text, SMALL, grey=GREY)

    def need(self, height: float) -> None:
        """So much room, on this page or else on a new one."""
        if self.y + height > HEIGHT - BOTTOM and self.y > TOP:
            self.pages.append([])
            self.y = TOP

    def put(self, item: Item) -> None:
        """Something at its place on this page."""
        self.pages[-1].append(item)

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """How wide a text is."""
        return self.type.measure(text, size, bold)

    def lines(self, text: str, width: float, size: float, bold: bool = False, indent: float = 0) -> list[str]:
        """A text's lines."""
        return broken(self.type.readable(text), width, lambda part: self.measure(part, size, bold), indent)

    def write(self, text: str, size: float, *, bold: bool = False, align: str = "left", indent: float = 0, grey: int = INK) -> None:
        """A paragraph over the whole line; lines of prose that are followed by another are stretched to the margin."""
        lines = self.lines(text, LINE, size, bold, indent)
        for place, line in enumerate(lines):
            self.need(LEADING[size])
            start = indent if place == 0 else 0
            width = self.measure(line, size, bold)
            spacing = 0.0
            if align == "left" and place + 1 < len(lines) and len(line) > 1 and -size < LINE - start - width < 2.5 * size:
                spacing = (LINE - start - width) / (len(line) - 1)
            x = LEFT + {"left": start, "center": (LINE - width) / 2, "right": LINE - width}[align]
            self.y += LEADING[size]
            self.put(Words(x, self.y - 0.32 * LEADING[size], line, size, bold, spacing, grey))

    def cell(self, x: float, top: float, lines: Iterable[str], size: float, bold: bool = False) -> None:
        """Lines inside a frame."""
        for place, line in enumerate(lines, 1):
            self.put(Words(x + PADDING, top + PADDING + place * LEADING[size] - 0.3 * LEADING[size], line, size, bold))

    def row(self, cells: Sequence[list[str]], widths: Sequence[float], size: float, bold: Sequence[bool]) -> None:
        """One framed row, whole; the caller has made room for it."""
        height = max(len(lines) for lines in cells) * LEADING[size] + 2 * PADDING
        x, top = LEFT, self.y
        for lines, width, heavy in zip(cells, widths, bold, strict=True):
            self.cell(x, top, lines, size, heavy)
            self.put(Rule(x, top, x, top + height))
            x += width
        for y in (top, top + height):
            self.put(Rule(LEFT, y, x, y))
        self.put(Rule(x, top, x, top + height))
        self.y += height

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Label and value, once or twice in a row."""
        label = 5 * FACT + 2 * PADDING + 1
        value = LINE / len(pairs) - label
        widths = [label, value] * len(pairs)
        bold = [True, False] * len(pairs)
        cells = [self.lines(text, w - 2 * PADDING, FACT, b) for text, w, b in zip([t for pair in pairs for t in pair], widths, bold, strict=True)]
        self.framed(cells, widths, FACT, bold)

    def table(self, table: Table) -> None:
        """Rows under a head that comes again on each page."""
        whole = sum(table.widths)
        widths = [LINE * share / whole for share in table.widths]
        head = [self.lines(text, w - 2 * PADDING, CELL, True) for text, w in zip(table.head, widths, strict=True)]
        first = max((len(self.lines(text, w - 2 * PADDING, CELL)) for row in table.rows[:1] for text, w in zip(row, widths, strict=True)), default=1)
        self.need(min(first * LEADING[CELL], HEIGHT / 3) + 2 * LEADING[CELL] + 4 * PADDING)
        self.row(head, widths, CELL, [True] * len(head))
        for row in table.rows:
            cells = [self.lines(text, w - 2 * PADDING, CELL) for text, w in zip(row, widths, strict=True)]
            self.framed(cells, widths, CELL, [False] * len(cells), head)
        self.y += 8

    def framed(self, cells: list[list[str]], widths: Sequence[float], size: float, bold: Sequence[bool], head: list[list[str]] | None = None) -> None:
        """A row, on a new page where it does not fit; one that is higher than a third of a page goes on there."""
        while True:
            longest = max(len(lines) for lines in cells)
            room = int((HEIGHT - BOTTOM - self.y - 2 * PADDING) / LEADING[size])
            if longest > room and (longest * LEADING[size] < HEIGHT / 3 or room < 3) and self.y > TOP:
                self.need(HEIGHT)
                if head:
                    self.row(head, widths, size, [True] * len(head))
                continue
            self.row([lines[:room] or [""] for lines in cells], widths, size, bold)
            cells = [lines[room:] or [""] for lines in cells]
            if longest <= room:
                return

    def photos(self, pictures: Sequence[Picture]) -> None:
        """Two frames beside each other with their captions."""
        width = (LINE - GAP) / 2
        captions = [self.lines(picture.caption, width, CELL) for picture in pictures]
        height = FRAME + 4 + max(map(len, captions)) * LEADING[CELL] + 10
        self.need(height)
        for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
            x = LEFT + place * (width + GAP)
            if picture.jpeg is None:
                self.empty(picture.missing, x, width)
            else:
                self.put(self.fitted(picture.jpeg, x, self.y, width, FRAME))
            for line, text in enumerate(caption, 1):
                self.put(Words(x, self.y + FRAME + 4 + line * LEADING[CELL] - 5, text, CELL))
        self.y += height

    def empty(self, why: str, x: float, width: float) -> None:
        """A frame where a photo is to come, with the reason."""
        corners = ((x, self.y), (x + width, self.y), (x + width, self.y + FRAME), (x, self.y + FRAME), (x, self.y))
        for (a, b), (c, d) in zip(corners, corners[1:], strict=False):
            self.put(Rule(a, b, c, d, dashed=True))
        lines = self.lines(why, width - 8 * PADDING, CELL)
        for place, line in enumerate(lines, 1):
            y = self.y + (FRAME - len(lines) * LEADING[CELL]) / 2 + place * LEADING[CELL] - 5
            self.put(Words(x + (width - self.measure(line, CELL)) / 2, y, line, CELL, grey=GREY))

    def signatures(self, signatures: Sequence[Signature]) -> None:
        """Label, what was signed, when; two beside each other."""
        width = (LINE - GAP) / 2
        notes = [self.lines(one.note, width, SMALL) if one.note else [] for one in signatures]
        height = 11 * MM + max(map(len, notes)) * LEADING[SMALL] + 8
        self.need(height)
        for place, (one, note) in enumerate(zip(signatures, notes, strict=True)):
            x, base = LEFT + place * (width + GAP), self.y + 11 * MM
            label = self.measure(one.label, FACT) + 4
            self.put(Words(x, base - 4, one.label, FACT))
            self.put(Rule(x + label, base, x + width, base))
            if one.png is not None:
                self.put(self.fitted(one.png, x + label + 4, base - 10 * MM, width - label - 8, 10 * MM))
            elif one.name:
                self.put(Words(x + label + 6, base - 4, self.type.readable(one.name), FACT))
            for line, text in enumerate(note, 1):
                self.put(Words(x, base + line * LEADING[SMALL], text, SMALL, grey=GREY))
        self.y += height

    def seal(self, seal: Seal) -> None:
        """Unit and date in the right half, with room for the stamp over them."""
        self.need(32 * MM)
        self.y += 8 * MM
        unit = self.type.readable(seal.unit)
        centre = LEFT + LINE - max(46 * MM, self.measure(unit, BODY)) / 2
        for text, size, grey in ((unit, BODY, INK), (STAMP, FACT, GREY), (seal.day, BODY, INK)):
            self.y += LEADING[size]
            self.put(Words(centre - self.measure(text, size) / 2, self.y - 8, text, size, grey=grey))

    def fitted(self, data: bytes, x: float, y: float, width: float, height: float) -> Image:
        """A picture as large as it can be in a box, in its middle."""
        across, down = self.type.size_of(data)
        scale = min(width / across, height / down)
        wide, high = across * scale, down * scale
        return Image(x + (width - wide) / 2, y + (height - high) / 2, wide, high, data)
