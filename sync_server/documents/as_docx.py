"""A document as DOCX, to be edited in an office program: the usual typefaces of official documents by name, page numbers as fields."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

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

TITLE_FACE, BODY_FACE, LABEL_FACE, LATIN = "方正小标宋简体", "仿宋", "黑体", "Times New Roman"
TITLE, BODY, FACT, CELL, SMALL = 22, 14, 12, 10.5, 9
LINE = 156  # mm
ALIGN = {"prose": WD_ALIGN_PARAGRAPH.JUSTIFY, "left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
GREY = RGBColor(0x6E, 0x6E, 0x6E)
MARGINS = """<w:tblCellMar xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:top w:w="60" w:type="dxa"/>
<w:bottom w:w="60" w:type="dxa"/></w:tblCellMar>"""
WATERMARK = """<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office">
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas/><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="draft" type="#_x0000_t136" style="position:absolute;width:420pt;height:90pt;rotation:320;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin"
 fillcolor="#d8d8d8" stroked="f">
<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/></v:shape></w:pict>"""


def docx_file(document: Document) -> bytes:
    """The file."""
    paper = docx.Document()
    _set_up(paper, document)
    _line(paper, document.title, TITLE, TITLE_FACE, "center", bold=True, space_after=8)
    if document.number:
        _line(paper, document.number, FACT, BODY_FACE, "center", space_after=12)
    for block in document.blocks:
        _place(paper, block)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_up(paper: Any, document: Document) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Mm(28), Mm(26), Mm(25), Mm(20)
    normal = paper.styles["Normal"]
    _face(normal, BODY_FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")  # so that commas stand where Chinese ones do
    normal._element.get_or_add_rPr().append(language)
    paper.core_properties.title = document.title
    paper.core_properties.author = "Paicha 排查"
    paper.core_properties.created = paper.core_properties.modified = datetime.fromtimestamp(document.at / 1000, UTC).replace(tzinfo=None)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("第 ", "PAGE", " 页 共 ", "NUMPAGES", " 页"):
        _field(footer, part) if part.isupper() else _run(footer, part, CELL)
    if document.draft:
        section.header.paragraphs[0].add_run()._r.append(parse_xml(WATERMARK.format(text=document.draft)))


def _place(paper: Any, block: Block) -> None:
    match block:
        case Paragraph():
            for text in block.text.split("\n"):
                _line(paper, text, BODY, BODY_FACE, "prose" if block.indent else block.align, bold=block.bold, indent=2 * BODY if block.indent else 0)
        case Heading():
            _line(paper, block.text, BODY, LABEL_FACE, "left", space_before=8).paragraph_format.keep_with_next = True
        case Facts():
            for row in block.rows:
                _facts(paper, row)
            _gap(paper)
        case Table():
            _table(paper, block)
            _gap(paper)
        case Photos():
            _photos(paper, block.pictures)
        case Signatures():
            _signatures(paper, block.lines)
        case Seal():
            for place, (text, size) in enumerate(((block.unit, BODY), (STAMP, FACT), (block.day, BODY))):
                line = _line(paper, text, size, BODY_FACE, "center", space_before=0 if place else 26)
                line.paragraph_format.left_indent = Mm(LINE - 80)
                line.paragraph_format.keep_with_next = place < 2
        case Small():
            _line(paper, block.text, SMALL, BODY_FACE, "left", grey=True)


def _line(
    where: Any, text: str, size: float, face: str, align: str = "left", *, bold: bool = False, indent: float = 0, space_before: float = 0,
    space_after: float = 0, grey: bool = False,
) -> Any:  # fmt: skip
    line = where.add_paragraph()
    _style(line, size, align, indent)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(space_before), Pt(space_after)
    _run(line, text, size, face, bold=bold, grey=grey)
    return line


def _style(line: Any, size: float, align: str, indent: float = 0) -> None:
    line.alignment = ALIGN[align]
    line.paragraph_format.line_spacing = Pt(23) if size == BODY else 1.2
    line.paragraph_format.space_after = Pt(0)
    line.paragraph_format.first_line_indent = Pt(indent)


def _run(line: Any, text: str, size: float, face: str = BODY_FACE, *, bold: bool = False, grey: bool = False) -> Any:
    run = line.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    if grey:
        run.font.color.rgb = GREY
    _face(run, face)
    return run


def _face(styled: Any, face: str) -> None:
    """A typeface for Chinese beside the one for Latin letters."""
    styled.font.name = LATIN
    styled._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _field(line: Any, name: str) -> None:
    """A number that the office program fills in."""
    run = _run(line, "", CELL)
    for tag, attribute, text in (("w:fldChar", "begin", ""), ("w:instrText", "", name), ("w:fldChar", "end", "")):
        element = OxmlElement(tag)
        if attribute:
            element.set(qn("w:fldCharType"), attribute)
        else:
            element.text = text
        run._r.append(element)


def _gap(paper: Any) -> None:
    """Two tables in a row would grow together."""
    _style(paper.add_paragraph(), SMALL, "left")


def _grid(paper: Any, rows: int, widths: Sequence[float], *, framed: bool) -> Any:
    grid = paper.add_table(rows, len(widths))  # the paper's, or one inside a cell
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    if framed:
        grid.style = "Table Grid"
        grid._tbl.tblPr.append(parse_xml(MARGINS))
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    for row in grid.rows:
        _whole(row)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return grid


def _whole(row: Any, *, head: bool = False) -> None:
    """A row is not parted between two pages; a head comes again on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def _fill(cell: Any, text: str, size: float, face: str = BODY_FACE, *, bold: bool = False) -> None:
    line = cell.paragraphs[0]
    _style(line, size, "left")
    _run(line, text, size, face, bold=bold)


def _facts(paper: Any, pairs: Sequence[tuple[str, str]]) -> None:
    widths = [26.0, LINE / len(pairs) - 26] * len(pairs)
    cells = _grid(paper, 1, widths, framed=True).rows[0].cells
    for place, text in enumerate(text for pair in pairs for text in pair):
        _fill(cells[place], text, FACT, BODY_FACE if place % 2 else LABEL_FACE)


def _table(paper: Any, table: Table) -> None:
    widths = [LINE * share / sum(table.widths) for share in table.widths]
    grid = _grid(paper, 1 + len(table.rows), widths, framed=True)
    _whole(grid.rows[0], head=True)
    for row, texts in zip(grid.rows, (table.head, *table.rows), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _fill(cell, text, CELL, LABEL_FACE if texts is table.head else BODY_FACE)


def _photos(paper: Any, pictures: Sequence[Picture]) -> None:
    grid = _grid(paper, (len(pictures) + 1) // 2, [LINE / 2] * 2, framed=False)
    for place, picture in enumerate(pictures):
        cell = grid.rows[place // 2].cells[place % 2]
        if picture.jpeg is None:
            _fill(_grid(cell, 1, [LINE / 2 - 5], framed=True).rows[0].cells[0], picture.missing, CELL)
        else:
            cell.paragraphs[0].add_run().add_picture(io.BytesIO(picture.jpeg), width=Mm(LINE / 2 - 5))
        _line(cell, picture.caption, CELL, BODY_FACE, space_after=6)
    _gap(paper)


def _signatures(paper: Any, signatures: Sequence[Signature]) -> None:
    grid = _grid(paper, (len(signatures) + 1) // 2, [LINE / 2] * 2, framed=False)
    for place, one in enumerate(signatures):
        cell = grid.rows[place // 2].cells[place % 2]
        _fill(cell, one.label, FACT)
        if one.png is not None:
            cell.paragraphs[0].add_run().add_picture(io.BytesIO(one.png), height=Mm(12))
        else:
            _run(cell.paragraphs[0], one.name or "＿" * 6, FACT)
        _line(cell, one.note, SMALL, BODY_FACE, space_after=8, grey=True)
    _gap(paper)
