"""A document as PDF: A4, the margins and sizes of official documents, text that can be selected and searched, page numbers, 草稿 across a draft."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path

import PIL.Image
from fpdf import FPDF

from shared.papers.layout import HEIGHT, INK, PALE, WIDTH, Image, Item, Rule, Words, footer, pages_of
from shared.papers.model import Document
from sync_server.documents.fonts import Faces, cut, readable

SHANGHAI = timezone(timedelta(hours=8))


def pdf(document: Document) -> bytes:
    """The file; the same document gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        faces = cut(document, Path(folder))
        return _paint(document, pages_of(document, Cut(faces)), faces)


@dataclass(frozen=True, slots=True)
class Cut:
    """The cut fonts of one document, to lay it out with."""

    faces: Faces

    def measure(self, text: str, size: float, bold: bool) -> float:
        """How wide a text is, in points."""
        return size * sum(self.faces.of(c, bold).widths.get(c, 1) for c in text)

    def readable(self, text: str) -> str:
        """The text, with every character that no font has written as its code."""
        return readable(text)

    def size_of(self, picture: bytes) -> tuple[int, int]:
        """Width and height of a picture file."""
        with PIL.Image.open(io.BytesIO(picture)) as opened:
            return opened.size


def _paint(document: Document, pages: list[list[Item]], faces: Faces) -> bytes:
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
        _draw(paper, faces, footer(number, len(pages), Cut(faces)))
    return bytes(paper.output())


def _across(paper: FPDF, faces: Faces, text: str) -> None:
    """A draft says so across the page, under the text."""
    size = 64.0
    width = sum(faces.of(c, True).widths.get(c, 1) for c in text) * size
    with paper.rotation(40, WIDTH / 2, HEIGHT / 2):
        _draw(paper, faces, Words((WIDTH - width) / 2, HEIGHT / 2 + size / 3, text, size, bold=True, grey=PALE))


def _draw(paper: FPDF, faces: Faces, item: Item) -> None:
    match item:
        case Words():
            paper.set_text_color(item.grey)
            x = item.x
            for face, run in groupby(item.text, lambda c: faces.of(c, item.bold)):
                text = "".join(run)
                paper.set_font(face.name, size=item.size)
                paper.set_char_spacing(item.spacing)
                paper.text(x, item.y, text)
                x += item.size * sum(face.widths.get(c, 1) for c in text) + item.spacing * len(text)
        case Rule():
            paper.set_line_width(0.5)
            paper.set_draw_color(INK)
            paper.set_dash_pattern(3, 3) if item.dashed else paper.set_dash_pattern()
            paper.line(item.x, item.y, item.to_x, item.to_y)
        case Image():
            paper.image(io.BytesIO(item.data), item.x, item.y, item.width, item.height)
