"""What a document is, before it is PDF, DOCX or HTML: a title, a number, and blocks one after the other. Plain frozen values, no file format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

STAMP = "（印章）"  # where the stamp goes


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `indent`: two characters at the start, as Chinese prose has it. `align`: "left", "right" or "center"."""

    text: str
    indent: bool = True
    bold: bool = False
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A frame of labels and values; each row has one pair, or two side by side."""

    rows: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns under a head that comes again on every page. `widths` are shares of the line."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo with what stands below it; `jpeg` None: an empty frame that says in `missing` why."""

    caption: str
    jpeg: bytes | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Photos:
    """Pictures, two beside each other."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on: whose, and what is there already: a drawn image, or a name that was typed, with time and account."""

    label: str
    name: str = ""
    png: bytes | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, two beside each other."""

    lines: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """Who issues it and when, at the right, with room for the stamp."""

    unit: str
    day: str


@dataclass(frozen=True, slots=True)
class Small:
    """A remark in small print."""

    text: str


Block = Paragraph | Heading | Facts | Table | Photos | Signatures | Seal | Small


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `draft` is printed across every page ("" for one that is issued); `name` is its file's, without ending; `at` its date in ms."""

    title: str
    number: str
    blocks: tuple[Block, ...]
    name: str
    at: int
    draft: str = ""


def texts(value: Any) -> Iterator[str]:
    """Every text in a document, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
