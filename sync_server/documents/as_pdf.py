"""A document as PDF: A4, the margins and sizes of official documents, text that can be selected and searched, page numbers, 草稿 across a draft.

First everything is laid out (`_Layout`: lines broken, pages filled), then painted, so that the first page knows how many there are. All lengths are
points (1/72 inch), counted from the top left.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path

from fpdf import FPDF
from PIL import Image

from sync_server.documents.fonts import Faces, cut, readable
from sync_server.documents.lines import broken
from sync_server.documents.model import (
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
SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float  # of the base line
    text: str
    size: float
    bold: bool = False
    spacing: float = 0
    grey: int = INK


@dataclass(frozen=True, slots=True)
class _Rule:
    x: float
    y: float
    to_x: float
    to_y: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class _Image:
    x: float
    y: float
    width: float
    height: float
    data: bytes


_Item = _Text | _Rule | _Image


def pdf(document: Document) -> bytes:
    """The file; the same document gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        faces = cut(document, Path(folder))
        pages = _Layout(faces).pages_of(document)
        return _paint(document, pages, faces)


class _Layout:
    """Fills pages from the top to the bottom."""

    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self.pages: list[list[_Item]] = [[]]
        self.y = TOP

    def pages_of(self, document: Document) -> list[list[_Item]]:
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

    def put(self, item: _Item) -> None:
        """Something at its place on this page."""
        self.pages[-1].append(item)

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """How wide a text is."""
        return size * sum(self.faces.of(c, bold).widths.get(c, 1) for c in text)

    def lines(self, text: str, width: float, size: float, bold: bool = False, indent: float = 0) -> list[str]:
        """A text's lines."""
        return broken(readable(text), width, lambda part: self.measure(part, size, bold), indent)

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
            self.put(_Text(x, self.y - 0.32 * LEADING[size], line, size, bold, spacing, grey))

    def cell(self, x: float, top: float, lines: Iterable[str], size: float, bold: bool = False) -> None:
        """Lines inside a frame."""
        for place, line in enumerate(lines, 1):
            self.put(_Text(x + PADDING, top + PADDING + place * LEADING[size] - 0.3 * LEADING[size], line, size, bold))

    def row(self, cells: Sequence[list[str]], widths: Sequence[float], size: float, bold: Sequence[bool]) -> None:
        """One framed row, whole; the caller has made room for it."""
        height = max(len(lines) for lines in cells) * LEADING[size] + 2 * PADDING
        x, top = LEFT, self.y
        for lines, width, heavy in zip(cells, widths, bold, strict=True):
            self.cell(x, top, lines, size, heavy)
            self.put(_Rule(x, top, x, top + height))
            x += width
        for y in (top, top + height):
            self.put(_Rule(LEFT, y, x, y))
        self.put(_Rule(x, top, x, top + height))
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
                self.put(_fitted(picture.jpeg, x, self.y, width, FRAME))
            for line, text in enumerate(caption, 1):
                self.put(_Text(x, self.y + FRAME + 4 + line * LEADING[CELL] - 5, text, CELL))
        self.y += height

    def empty(self, why: str, x: float, width: float) -> None:
        """A frame where a photo is to come, with the reason."""
        corners = ((x, self.y), (x + width, self.y), (x + width, self.y + FRAME), (x, self.y + FRAME), (x, self.y))
        for (a, b), (c, d) in zip(corners, corners[1:], strict=False):
            self.put(_Rule(a, b, c, d, dashed=True))
        lines = self.lines(why, width - 8 * PADDING, CELL)
        for place, line in enumerate(lines, 1):
            y = self.y + (FRAME - len(lines) * LEADING[CELL]) / 2 + place * LEADING[CELL] - 5
            self.put(_Text(x + (width - self.measure(line, CELL)) / 2, y, line, CELL, grey=GREY))

    def signatures(self, signatures: Sequence[Signature]) -> None:
        """Label, what was signed, when; two beside each other."""
        width = (LINE - GAP) / 2
        notes = [self.lines(one.note, width, SMALL) if one.note else [] for one in signatures]
        height = 11 * MM + max(map(len, notes)) * LEADING[SMALL] + 8
        self.need(height)
        for place, (one, note) in enumerate(zip(signatures, notes, strict=True)):
            x, base = LEFT + place * (width + GAP), self.y + 11 * MM
            label = self.measure(one.label, FACT) + 4
            self.put(_Text(x, base - 4, one.label, FACT))
            self.put(_Rule(x + label, base, x + width, base))
            if one.png is not None:
                self.put(_fitted(one.png, x + label + 4, base - 10 * MM, width - label - 8, 10 * MM))
            elif one.name:
                self.put(_Text(x + label + 6, base - 4, readable(one.name), FACT))
            for line, text in enumerate(note, 1):
                self.put(_Text(x, base + line * LEADING[SMALL], text, SMALL, grey=GREY))
        self.y += height

    def seal(self, seal: Seal) -> None:
        """Unit and date in the right half, with room for the stamp over them."""
        self.need(32 * MM)
        self.y += 8 * MM
        unit = readable(seal.unit)
        centre = LEFT + LINE - max(46 * MM, self.measure(unit, BODY)) / 2
        for text, size, grey in ((unit, BODY, INK), (STAMP, FACT, GREY), (seal.day, BODY, INK)):
            self.y += LEADING[size]
            self.put(_Text(centre - self.measure(text, size) / 2, self.y - 8, text, size, grey=grey))


def _fitted(data: bytes, x: float, y: float, width: float, height: float) -> _Image:
    """A picture as large as it can be in a box, in its middle."""
    with Image.open(io.BytesIO(data)) as picture:
        scale = min(width / picture.width, height / picture.height)
        wide, high = picture.width * scale, picture.height * scale
    return _Image(x + (width - wide) / 2, y + (height - high) / 2, wide, high, data)


def _paint(document: Document, pages: list[list[_Item]], faces: Faces) -> bytes:
    paper = FPDF(unit="pt", format="a4")
    paper.set_auto_page_break(False)
    paper.set_margin(0)
    paper.c_margin = 0
    for face in (faces.regular, faces.bold, *faces.others):
        paper.add_font(face.name, fname=face.path)
    paper.set_title(document.title)
    paper.set_lang("zh-CN")
    paper.set_creation_date(datetime.fromtimestamp(document.at / 1000, UTC).astimezone(SHANGHAI))
    paper.set_creator("Paicha 排查")
    for number, items in enumerate(pages, 1):
        paper.add_page()
        if document.draft:
            _across(paper, faces, document.draft)
        for item in items:
            _draw(paper, faces, item)
        footer = f"第 {number} 页 共 {len(pages)} 页"
        width = sum(faces.of(c, False).widths.get(c, 1) for c in footer) * CELL
        _draw(paper, faces, _Text((WIDTH - width) / 2, HEIGHT - 12 * MM, footer, CELL))
    return bytes(paper.output())


def _across(paper: FPDF, faces: Faces, text: str) -> None:
    """A draft says so across the page, under the text."""
    size = 64.0
    width = sum(faces.of(c, True).widths.get(c, 1) for c in text) * size
    with paper.rotation(40, WIDTH / 2, HEIGHT / 2):
        _draw(paper, faces, _Text((WIDTH - width) / 2, HEIGHT / 2 + size / 3, text, size, bold=True, grey=PALE))


def _draw(paper: FPDF, faces: Faces, item: _Item) -> None:
    match item:
        case _Text():
            paper.set_text_color(item.grey)
            x = item.x
            for face, run in groupby(item.text, lambda c: faces.of(c, item.bold)):
                text = "".join(run)
                paper.set_font(face.name, size=item.size)
                paper.set_char_spacing(item.spacing)
                paper.text(x, item.y, text)
                x += item.size * sum(face.widths.get(c, 1) for c in text) + item.spacing * len(text)
        case _Rule():
            paper.set_line_width(0.5)
            paper.set_draw_color(INK)
            paper.set_dash_pattern(3, 3) if item.dashed else paper.set_dash_pattern()
            paper.line(item.x, item.y, item.to_x, item.to_y)
        case _Image():
            paper.image(io.BytesIO(item.data), item.x, item.y, item.width, item.height)
