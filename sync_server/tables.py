"""Tables that the office has already: CSV in any usual encoding or XLSX, with title rows and merged cells; and the report on what is wrong in them.

`find_table` looks for the header by the names of its columns, however they are spaced, marked or explained in brackets. What each column means is
for the caller to say; here is nothing about enterprises or hazards.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from shared.errors import Reason, Refused, reason
from shared.fields import day

MOST_ROWS, MOST_BYTES = 100_000, 50 * 1024 * 1024
MOST_UNPACKED, MOST_ELEMENTS = 4 * MOST_BYTES, 4_000_000  # of a workbook
MOST_CELLS, MOST_MERGED = 20_000_000, 1_000_000  # within the corners of a sheet; in all its merged ranges
HEADER_ROWS = 15  # within these it is looked for
UNREADABLE_FILE = reason(
    "import.unreadable", "文件无法读取，请另存为 xlsx 或 csv 后再试", "the file cannot be read; save it as xlsx or csv and try again"
)
TOO_MUCH = reason("import.too_much", "文件过大，请拆分后导入", "the file is too large; import it in parts")

# What openpyxl and the parsers below it raise on a damaged workbook; a damaged part of its XML is a SyntaxError.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, EOFError, OSError, NotImplementedError,
    LookupError, ValueError, TypeError, AttributeError,
)  # fmt: skip

Headers = Mapping[str, tuple[str, ...]]  # field -> what people call its column, lower case and without spaces


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one row: level error or warning, which column, what was there, why, in both languages."""

    row: int
    level: str
    field: str
    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data by field; `number` is the row's own in the file. A column that the file lacks has no field."""

    number: int
    values: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Nothing stands in it."""
        return not any(self.values.values())

    @property
    def is_note(self) -> bool:
        """One text alone, maybe spread over merged cells, as remarks under a table are; in a table of one column it is data."""
        return len(self.values) > 1 and len(set(filter(None, self.values.values()))) == 1


def find_table(data: bytes, headers: Headers, needed: tuple[str, ...], no_header: Reason) -> list[Row]:
    """The rows below the first header that has the needed fields. Raises Refused when the file as a whole is unusable."""
    if len(data) > MOST_BYTES:
        raise Refused(TOO_MUCH)
    names = {synonym: name for name, synonyms in headers.items() for synonym in synonyms}
    for table in _sheets(data) if data.startswith(b"PK") else _csv(data):
        if len(table) > MOST_ROWS:
            raise Refused(TOO_MUCH, str(len(table)))
        found = _Header(names, needed).find(table)
        if found is not None:
            columns, first = found
            return [
                Row(i, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()})
                for i, cells in enumerate(table[first:], first + 1)
            ]  # fmt: skip
    raise Refused(no_header)


def _csv(data: bytes) -> Iterator[list[list[str]]]:
    """The table as it is with each separator in turn: the header shows which of them was meant."""
    text = decode(data)
    for separator in ",\t;，":
        try:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            yield [[cell.strip() for cell in row] for row in islice(rows, MOST_ROWS + 1)]
        except csv.Error as error:
            raise Refused(UNREADABLE_FILE, str(error)) from None


def decode(data: bytes) -> str:
    """Text in any usual encoding. Raises Refused."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(UNREADABLE_FILE)


def _sheets(data: bytes) -> Iterator[list[list[str]]]:
    """Each sheet of a workbook as text."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_bearable(archive)
        sheets = load_workbook(io.BytesIO(data), data_only=True).worksheets
        tables = [([[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)], sheet.merged_cells.ranges) for sheet in sheets]
    except _DAMAGED as error:
        raise Refused(UNREADABLE_FILE, f"{type(error).__name__}: {error}"[:100]) from None
    for table, merged_ranges in tables:
        for merged in merged_ranges:
            _spread(table, merged)
        while table and not any(table[-1]):
            table.pop()
        yield table


def _require_bearable(archive: zipfile.ZipFile) -> None:
    """A few thousand bytes can stand for billions of cells, so each part is walked through before it is read whole. Raises Refused."""
    if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
        raise Refused(TOO_MUCH)
    elements = 0
    for item in archive.infolist():
        elements += _Extent(archive, item).elements
        if elements > MOST_ELEMENTS:
            raise Refused(TOO_MUCH)


class _Extent:
    """How much one part of a workbook stands for: its elements, the corner of its cells, its merged ranges. Raises Refused(import.too_much)."""

    def __init__(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        self.elements, self._merged, self._row, self._column, self._corner = 0, 0, 0, 0, (0, 0)
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        with archive.open(part) as file:
            try:
                while stretch := file.read(65_536):
                    parser.Parse(stretch)
            except expat.ExpatError:
                if part.filename.lower().endswith((".xml", ".rels")):
                    raise Refused(UNREADABLE_FILE, part.filename[:100]) from None  # what is no XML, such as a picture, holds no cells

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row, self._column = int(attributes.get("r") or self._row + 1), 0
        elif kind == "c" and attributes.get("r"):
            self._column, self._row = range_boundaries(attributes["r"])[2:]
        elif kind == "c":
            self._column += 1
        elif kind == "mergeCell":
            left, top, right, bottom = range_boundaries(attributes["ref"])
            self._merged += (right - left + 1) * (bottom - top + 1)
        self._corner = max(self._corner[0], self._row), max(self._corner[1], self._column)
        if self._corner[0] * self._corner[1] > MOST_CELLS or self._merged > MOST_MERGED or self.elements > MOST_ELEMENTS:
            raise Refused(TOO_MUCH)


def _spread(table: list[list[str]], merged: Any) -> None:
    """A merged header stands over each of its columns, a merged cell of the data in each of its rows; a remark across the columns stays one text."""
    if merged.min_row > HEADER_ROWS and merged.min_row == merged.max_row:
        return
    text = table[merged.min_row - 1][merged.min_col - 1]
    for row in table[merged.min_row - 1 : merged.max_row]:
        row[merged.min_col - 1 : merged.max_col] = [text] * len(row[merged.min_col - 1 : merged.max_col])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


class _Header:
    """Looks for the header of one kind of table."""

    def __init__(self, names: Mapping[str, str], needed: tuple[str, ...]) -> None:
        self.names, self.needed = names, needed

    def find(self, table: list[list[str]]) -> tuple[dict[str, int], int] | None:
        """The columns by field, and the first row of data; a header may take several rows."""
        for start in range(min(HEADER_ROWS, len(table))):
            for height in (1, 2, 3):
                columns, end = self._columns(table[start : start + height]), start + height
                if columns.keys() >= set(self.needed):
                    while end < len(table) and self._goes_on(table[end], columns):
                        end += 1
                    return self._columns(table[start:end]), end
        return None

    def _columns(self, rows: list[list[str]]) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in reversed(rows):  # the lowest row names the column most exactly
            for i, cell in enumerate(row):
                name = self._field(cell)
                if name and name not in found:
                    found[name] = i
        return found

    def _field(self, cell: str) -> str | None:
        """The field that a header cell names."""
        return self.names.get(re.sub(r"[\s:_*]|\(.*", "", unicodedata.normalize("NFKC", cell)).lower())

    def _goes_on(self, row: list[str], columns: Mapping[str, int]) -> bool:
        """Whether a row below the header still belongs to it: it names columns, and under the needed ones stands nothing else."""
        under = [row[columns[name]] if columns[name] < len(row) else "" for name in self.needed]
        return any(map(self._field, row)) and all(not cell or self._field(cell) for cell in under)


_DATE = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?!\d)")
_DIGITS_ONLY = re.compile(r"\s*(\d{4})(\d\d)(\d\d)\s*")


def read_day(text: str) -> str | None:
    """A day as people and spreadsheets write it, as YYYY-MM-DD; None for anything else.

    2023-05-15, 2023/5/15, 2023.5.15, 2023年5月15日, 20230515, each with or without a time behind it; 45061, a workbook's day without its format.
    """
    if re.fullmatch(r"\s*[345]\d{4}\s*", text):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    found = _DATE.match(text) or _DIGITS_ONLY.fullmatch(text)
    if found is None:
        return None
    said = f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    return said if day(said) else None


def report_csv(findings: Iterable[Finding]) -> bytes:
    """The findings as CSV that a spreadsheet opens with Chinese intact."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["行 row", "级别 level", "列 column", "内容 value", "说明", "explanation"])
    for finding in findings:
        writer.writerow([finding.row, finding.level, finding.field, finding.value, finding.zh, finding.en])
    return out.getvalue().encode("utf-8-sig")


@dataclass(slots=True)
class Additions:
    """What a file would add: the id and body of each new record, and the row it comes from. May be carried out only without errors (`ok`)."""

    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it may be carried out."""
        return not any(finding.level == "error" for finding in self.findings)

    def add(self, row: int, id: str, body: dict[str, Any]) -> None:
        """A new record from a row."""
        self.bodies.append((id, body))
        self.rows.append(row)

    def say(self, row: int, level: str, name: str, value: str, zh: str, en: str) -> None:
        """Something about a row."""
        self.findings.append(Finding(row, level, name, value[:60], zh, en))
