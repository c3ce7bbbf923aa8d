"""What a list shows, all of it, as a file for a spreadsheet: XLSX or CSV. A cell is text or a number, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | datetime
XLSX, CSV = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file in pieces, with the mark by which Excel knows its encoding."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        if out.tell() > 60_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _plain(cell: Cell) -> str | int:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> bytes:
    """A workbook with one sheet: a head that stays, a filter on every column, moments as moments."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    bold = []
    for text in head:
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    count = 1
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{count}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(sheet: object, cell: Cell) -> object:
    if isinstance(cell, datetime):
        made = WriteOnlyCell(sheet, cell)
        made.number_format = "yyyy-mm-dd hh:mm"
        return made
    if isinstance(cell, str):
        made = WriteOnlyCell(sheet, "".join(c for c in cell if c in "\n\t" or c >= " "))
        made.data_type = "s"  # a text that begins with "=" is a text
        return made
    return cell


def moment_cell(at: int) -> Cell:
    """A moment (ms) in Shanghai's time; empty for none."""
    return datetime.fromtimestamp(at / 1000 + 8 * 3600, UTC).replace(tzinfo=None) if at else ""


def disposition(name: str) -> dict[str, str]:
    """The header that names a file to keep, in Chinese, too."""
    return {"Content-Disposition": f"attachment; filename=\"export\"; filename*=UTF-8''{quote(name)}"}
